/*
 * option: what the command lines of the tools have in common: -v, -q, -h, -V, and the sentence for
 * what is none of theirs.
 */
#ifndef OPTION_H
#define OPTION_H

#include <getopt.h>

/* For the short options, the table and the help text. */
#define OPTION_SHORT "vqhV"
#define OPTION_LONG                                                                                \
	{ "verbose", no_argument, NULL, 'v' }, { "quiet", no_argument, NULL, 'q' },                \
		{ "help", no_argument, NULL, 'h' },                                                \
	{                                                                                          \
		"version", no_argument, NULL, 'V'                                                  \
	}
#define OPTION_USAGE \
	"  -v, --verbose        say more; -vv more still\n" \
	"  -q, --quiet          say only errors\n" \
	"  -h, --help           this text\n" \
	"  -V, --version        the version\n"

/*
 * c: what getopt_long() gave, if the tool does not know it. -v and -q change *verbosity and what
 * die's room says; -h and -V print and exit; anything else is wrong usage, and exits 2.
 */
void option_common(int c, char **argv, const char *help, int *verbosity);

#endif
