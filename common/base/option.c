/* Options: getopt_long(3) with whole words only, and what all tools have in common. */
#include "base/option.h"
#include "base/die.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/num.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_MAX_ = 40 }; /* the longest name that is compared */

static char typed[64];

const char *option_typed(void)
{
	return typed;
}

/* --- options that there are not -------------------------------------------- */

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	return a < b ? (a < c ? a : c) : (b < c ? b : c);
}

/* How many letters to insert, delete or exchange to get from a to b (Levenshtein). */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NAME_MAX_ + 1];
	size_t n = strlen(b);

	if (n > NAME_MAX_)
		return NAME_MAX_;
	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 0; a[i]; i++) {
		unsigned left_above = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			unsigned above = row[j + 1];

			row[j + 1] = least(above + 1, row[j] + 1, left_above + (a[i] != b[j]));
			left_above = above;
		}
	}
	return row[n];
}

/* Appends " or --NAME" as far as there is room. */
static void add_name(char *list, size_t cap, const char *name)
{
	size_t n = strlen(list);

	snprintf(list + n, cap - n, "%s--%s", n > 0 ? " or " : "", name);
}

/* The options that `name` begins; if there are none, those that it is nearly. */
static void suggest(const struct option *table, const char *name, char *list, size_t cap)
{
	unsigned nearest = 3;

	list[0] = '\0';
	for (const struct option *o = table; o->name; o++)
		if (strncmp(o->name, name, strlen(name)) == 0)
			add_name(list, cap, o->name);
	for (const struct option *o = table; o->name && !*list; o++)
		if (distance(name, o->name) < nearest)
			nearest = distance(name, o->name);
	for (const struct option *o = table; o->name && nearest < 3; o++)
		if (distance(name, o->name) == nearest)
			add_name(list, cap, o->name);
}

static _Noreturn void unrecognized(const struct option *table)
{
	char list[256];

	suggest(table, typed + 2, list, sizeof list);
	if (*list)
		die_usage("unrecognized option '%s': did you mean %s?", typed, list);
	die_usage("unrecognized option '%s'", typed);
}

/* --- options that there are ------------------------------------------------ */

static bool in_table(const struct option *table, const char *name)
{
	while (table->name && strcmp(table->name, name) != 0)
		table++;
	return table->name;
}

static bool in_list(const int *list, int c)
{
	while (list && *list && *list != c)
		list++;
	return list && *list;
}

static int next(int argc, char **argv, const char *letters, const struct option *table,
	const int *may_be_empty)
{
	/* in the middle of -qv this is still that word */
	const char *word = optind < argc ? argv[optind] : "";
	bool is_long = strncmp(word, "--", 2) == 0 && word[2];
	char all[64];
	int c;

	if (is_long) { /* what follows the = may be a key */
		snprintf(typed, sizeof typed, "%.*s", (int)strcspn(word, "="), word);
		if (!in_table(table, typed + 2))
			unrecognized(table);
	}
	snprintf(all, sizeof all, "+:%s", letters);
	c = getopt_long(argc, argv, all, table, NULL);
	if (c != -1 && !is_long)
		snprintf(typed, sizeof typed, "-%c", c == '?' || c == ':' ? optopt : c);
	if (c == '?')
		die_usage(is_long ? "option '%s' takes no value" : "unrecognized option '%s'",
			typed);
	if (c == ':')
		die_usage("option '%s' needs a value", typed);
	if (c != -1 && optarg && !*optarg && !in_list(may_be_empty, c))
		die_usage("%s: the value is empty", typed);
	return c;
}

static void log_format(const char *format)
{
	if (strcmp(format, "json") == 0)
		die_json();
	else if (strcmp(format, "text") != 0)
		die_usage("--log-format: '%s' is not text or json", format);
}

int option_next(int argc, char **argv, const char *letters, const struct option *table,
	const int *may_be_empty)
{
	int c;

	while ((c = next(argc, argv, letters, table, may_be_empty)) == OPTION_LOG_FORMAT)
		log_format(optarg);
	if (c == -1)
		log_start();
	return c;
}

int64_t option_number(int64_t min, int64_t max)
{
	int64_t n;

	if (!num_i64(optarg, strlen(optarg), &n) || n < min || n > max)
		die_usage("%s: '%s' is not a number from %lld to %lld", typed, optarg,
			(long long)min, (long long)max);
	return n;
}

/* The largest unit first; the last one is 1. */
struct unit {
	int64_t n;
	const char *name;
};

/* n in the largest unit that divides it: 90s, 30d. */
static const char *in_units(char *text, size_t cap, int64_t n, const struct unit *u)
{
	while (u->n > 1 && (n == 0 || n % u->n))
		u++;
	snprintf(text, cap, "%lld%s", (long long)(n / u->n), u->name);
	return text;
}

int64_t option_seconds(int64_t min, int64_t max)
{
	static const struct unit units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "m" },
		{ 1, "s" } };
	char least_text[24], most_text[24];
	uint64_t n;

	if (!num_seconds(optarg, (uint64_t)max, &n) || (int64_t)n < min)
		die_usage("%s: '%s' is not a time from %s to %s: "
			  "digits with an optional s, m, h or d", typed, optarg,
			in_units(least_text, sizeof least_text, min, units),
			in_units(most_text, sizeof most_text, max, units));
	return (int64_t)n;
}

int64_t option_size(int64_t min, int64_t max)
{
	static const struct unit units[] = { { 1 << 30, "G" }, { 1 << 20, "M" }, { 1 << 10, "k" },
		{ 1, "" } };
	char least_text[24], most_text[24];
	uint64_t n;

	if (!num_size(optarg, (uint64_t)max, &n) || (int64_t)n < min)
		die_usage("%s: '%s' is not a size from %s to %s: "
			  "digits with an optional k, M or G", typed, optarg,
			in_units(least_text, sizeof least_text, min, units),
			in_units(most_text, sizeof most_text, max, units));
	return (int64_t)n;
}

static _Noreturn void print(const char *a, const char *b)
{
	static const char out[] = "standard output";
	struct fail f = { 0 };

	if (fd_write(STDOUT_FILENO, out, a, strlen(a), &f) ||
		fd_write(STDOUT_FILENO, out, b, strlen(b), &f) || fd_close(STDOUT_FILENO, out, &f))
		die_fail(&f);
	log_end(-1);
	exit(0);
}

/* The end of every help: the common options, and where there is more to read. */
static const char *help_end(void)
{
	static char text[640];

	snprintf(text, sizeof text,
		"  -v, --verbose           print more; -vv prints still more\n"
		"  -q, --quiet             print only errors\n"
		"      --log-format FORMAT  messages as text (default) or json\n"
		"  -h, --help              print this help\n"
		"  -V, --version           print the version\n"
		"\n"
		"Manual: man %s; of all tools: man td. For a bug report: td-conn doctor.\n",
		die_name());
	return text;
}

void option_brief(const char *help)
{
	const char *first = strstr(help, "\n\n");
	const char *second = first ? strstr(first + 2, "\n\n") : NULL;
	size_t n = second ? (size_t)(second + 1 - help) : strlen(help);
	char more[160];

	snprintf(more, sizeof more, "\n%s -h lists the options; man %s explains them.\n",
		die_name(), die_name());
	if (fd_write(STDERR_FILENO, "standard error", help, n, FAIL_IGNORED) == 0)
		fd_write(STDERR_FILENO, "standard error", more, strlen(more), FAIL_IGNORED);
	exit(FAIL_USAGE);
}

void option_common(int c, const char *help, int *verbosity)
{
	switch (c) {
	case 'v': die_verbosity(++*verbosity); break;
	case 'q': die_verbosity(*verbosity = -1); break;
	case 'h': print(help, help_end());
	case 'V': print(die_name(), " " TD_VERSION "\n");
	default: die(FAIL_SYSTEM, "option '%s' has no meaning: a bug", typed);
	}
}
