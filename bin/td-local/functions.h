/* functions: what SQL on Treasure Data has and SQLite lacks. */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include <sqlite3.h>
#include <stdint.h>

int functions_register(sqlite3 *db, int64_t scheduled);

#endif
