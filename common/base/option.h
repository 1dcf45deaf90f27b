/*
 * option: the command line, as all tools read it.
 *
 * getopt_long(3), but stricter. A long option is a whole word: an abbreviation that is accepted
 * today means something else when the next option is added. A value may not be empty, unless the
 * tool says so. What is wrong is reported with the option as it was typed, and the nearest option
 * is suggested, never acted upon. Of an option given more than once the last counts; those that
 * add up instead say so in the manual. For the main thread, before others start.
 */
#ifndef OPTION_H
#define OPTION_H

#include <getopt.h>
#include <stdint.h>

enum { OPTION_LOG_FORMAT = 5000 }; /* beyond what a tool calls its own */

/* For the letters and the table of every tool. */
#define OPTION_SHORT "vqhV"
#define OPTION_LONG                                                                                \
	{ "verbose", no_argument, NULL, 'v' }, { "quiet", no_argument, NULL, 'q' },                \
	{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' },         \
	{ "log-format", required_argument, NULL, OPTION_LOG_FORMAT }

/*
 * The next option: its value in the table or its letter, and its argument in optarg. -1 after the
 * last one: argv[optind] is the first operand, at which options end. letters: as for getopt(3);
 * the table ends with a row of zeros. may_be_empty: the options whose argument may be an empty
 * text, up to a 0; NULL: none. --log-format is obeyed here. Wrong usage exits 2.
 */
int option_next(int argc, char **argv, const char *letters, const struct option *table,
	const int *may_be_empty);

/* The option that option_next() returned last, as it was typed: "-j" or "--jobs". */
const char *option_typed(void);

/*
 * optarg as a decimal number, as seconds (num_seconds()) or as bytes (num_size()), from min to max.
 * Anything else is wrong usage, and exits 2.
 */
int64_t option_number(int64_t min, int64_t max);
int64_t option_seconds(int64_t min, int64_t max);
int64_t option_size(int64_t min, int64_t max);

/*
 * For a tool that was started with nothing: the beginning of its help, up to the second empty line,
 * that is how to call it, what it does, and examples, on stderr. Exits 2.
 */
_Noreturn void option_brief(const char *help);

/*
 * -v, -q, -h and -V: the first two change *verbosity, and with it what die prints; the others
 * print and exit 0. -h prints help, these options, and where the manual is. Any other c is a bug
 * in the table of the tool.
 */
void option_common(int c, const char *help, int *verbosity);

#endif
