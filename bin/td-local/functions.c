#include "functions.h"

int functions_register(sqlite3 *db, int64_t scheduled)
{
	(void)db;
	(void)scheduled;
	return 0;
}
