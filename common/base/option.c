#include "base/option.h"
#include "base/die.h"
#include "base/fd.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void print(const char *a, const char *b)
{
	struct fail f = { 0 };

	if (fd_write(STDOUT_FILENO, "standard output", a, strlen(a), &f) ||
		fd_write(STDOUT_FILENO, "standard output", b, strlen(b), &f) ||
		fd_close(STDOUT_FILENO, "standard output", &f))
		die_fail(&f);
	exit(0);
}

void option_common(int c, char **argv, const char *help, int *verbosity)
{
	switch (c) {
	case 'v':
		die_verbosity(++*verbosity);
		break;
	case 'q':
		die_verbosity(*verbosity = -1);
		break;
	case 'h':
		print(help, "");
	case 'V':
		print(die_name(), " " TD_VERSION "\n");
	default:
		die_option(c, argv);
	}
}
