/* options: the command line. */
#include "encode.h"

#include "frame/blockpool.h"
#include "value/colspec.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/option.h"
#include "base/utf8.h"
#include "sys/metrics.h"
#include "sys/zonefile.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char help[] =
	"Usage: td-encode [OPTION]... [FILE... | -- COMMAND [ARG]...] > FRAME\n"
	"Turn rows of files, of standard input or of a command into records for td-put.\n"
	"\n"
	"  td-encode --preview < a.csv\n"
	"  td-encode -f csv -- psql -c 'COPY t TO STDOUT CSV HEADER' | td-put work:events\n"
	"\n"
	"Input:\n"
	"  -f, --format FORMAT     frame, csv, tsv, mysql, jsonl, msgpack, or of logs\n"
	"                          apache, ltsv, syslog, regex; auto (default) reads the\n"
	"                          first bytes\n"
	"      --pattern REGEX     of -f regex: its named groups, (?<host>\\S+), are the\n"
	"                          columns\n"
	"      --encoding NAME     its encoding, if it is not UTF-8\n"
	"      --preview           show columns, types and first rows, and write no frame\n"
	"\n"
	"Columns:\n"
	"  -c, --columns NAME:TYPE,..  types: int long float double string array<T>\n"
	"                          map<K,V>; the others are inferred from the first rows\n"
	"      --schema FILE       the same from a file, as --preview prints it\n"
	"      --new-columns WHAT  add (default), refuse or ignore columns that are not\n"
	"                          in that file\n"
	"      --all-string        infer nothing: every column without a given type is a\n"
	"                          string\n"
	"      --select NAME,...   keep only these columns, in this order\n"
	"      --drop NAME,...     drop these columns\n"
	"      --rename OLD=NEW,...  rename columns\n"
	"      --add-column NAME=VALUE  one more column, the same in every row; @now: the\n"
	"                          moment of the run, @file: the name of the file, @@: a\n"
	"                          text that begins with @\n"
	"      --filename-column NAME  one more column, with the name of the file as it\n"
	"                          was given\n"
	"      --watermark COLUMN  put its highest value into the frame's end, for the\n"
	"                          next run\n"
	"      --names STYLE       keep: names as they are (default); sql: made\n"
	"                          [a-z_][a-z0-9_]*\n"
	"\n"
	"CSV and TSV:\n"
	"  -d, --delimiter CHAR    field separator\n"
	"      --quote CHAR        quote character, or none\n"
	"      --escape CHAR       escape character: \\\\ for MySQL, td-fetch -f tsv\n"
	"      --trim              leave out blanks around cells without quotes\n"
	"      --decimal CHAR      the decimal point of numbers: , or .\n"
	"      --header            the first line is the header, whatever it looks like\n"
	"      --no-header         the first line is a row; --columns names the columns\n"
	"      --repeated-header   skip lines that repeat the first line (joined files)\n"
	"      --skip-lines N      leave out the first N lines\n"
	"      --comment TEXT      skip lines that begin with TEXT (also JSON lines)\n"
	"      --null TEXT         cells that are NULL; an empty TEXT: empty cells\n"
	"                          without quotes\n"
	"\n"
	"JSON, msgpack and LTSV:\n"
	"      --unknown-keys WHAT  refuse (default), ignore or add keys that none of the\n"
	"                          first rows had, and columns of later files\n"
	"      --array-rows        JSON that begins with [[ is rows that are arrays\n"
	"\n"
	"Time (without these a column named time, or else the moment the run began):\n"
	"  -t, --time-column NAME  take the time of a record from this column\n"
	"      --time-value TIME   the time of every record; TIME,HOURS: one second after\n"
	"                          the other, again from TIME after as many hours\n"
	"      --time-format FORMAT  how times are written, as for strptime(3)\n"
	"      --time-unit UNIT    what numbers count: s, ms, us or ns\n"
	"      --time-zone ZONE    of times that do not say theirs: Asia/Tokyo, +09:00\n"
	"                          (default UTC)\n"
	"      --time-gap WHAT     local times that clock changes skip or repeat: accept\n"
	"                          or reject\n"
	"\n"
	"Bad rows:\n"
	"      --rejects FILE      set them aside instead of stopping\n"
	"      --max-rejects N|P%  fail if there are more\n"
	"\n"
	"Work and messages:\n"
	"  -j, --jobs N            threads that work, at most 64 (default: one a\n"
	"                          processor, up to 8)\n"
	"  -0 ... -9, --level N    how hard to compress (default 1)\n"
	"      --progress          report progress even if stderr is not a terminal\n"
	METRICS_USAGE;

static void null_of(struct cell_nulls *nulls, const char *s)
{
	if (nulls->n == sizeof nulls->text / sizeof *nulls->text)
		die_usage("--null: at most %zu texts", nulls->n);
	nulls->text[nulls->n++] = s;
}

/* mysql is TSV as `mysql --batch` writes it: with escapes and NULL, without quotes. */
static void set_format(struct opts *o, const char *s)
{
	if (strcmp(s, "mysql") == 0) {
		o->format = FORMAT_TSV;
		null_of(&o->nulls, "NULL");
		return;
	}
	for (enum format i = FORMAT_AUTO; reader_option(i); i++)
		if (strcmp(s, reader_option(i)) == 0) {
			o->format = i;
			return;
		}
	die_usage("%s %s: the formats are auto, frame, csv, tsv, mysql, jsonl, msgpack, apache, "
		"ltsv, syslog and regex", option_typed(), s);
}

/* --time-value, read as the column would be. */
static int64_t time_of(const struct opts *o, const char *s)
{
	struct tdtime rules = o->time_rules;
	const char *why;
	int64_t t;

	rules.any_seconds = true;
	why = tdtime_parse(&rules, s, strlen(s), &t);

	if (why)
		die_usage("--time-value: '%s' %s", s, why);
	return t;
}

/* TIME, or TIME,HOURS: the seconds of as many hours from there on, in turn. */
static void time_value_of(struct opts *o, char *s)
{
	enum { YEAR = 366 * 24 };
	char *comma = strrchr(s, ',');
	uint64_t hours;

	if (comma && num_u64(comma + 1, strlen(comma + 1), YEAR, &hours) && hours > 0) {
		*comma = '\0';
		o->time_span = (int64_t)hours * 3600;
	}
	o->time = time_of(o, s);
	o->time_given = true;
	if (o->time > TDTIME_MAX - o->time_span)
		die_usage("--time-value: the last of these hours is after the year 9999");
}

/* Where the = is that follows NAME or NAME:TYPE, or NULL. */
static const char *find_equals(const char *s)
{
	bool quoted = false;

	for (; *s && (*s != '=' || quoted); s++) {
		quoted ^= *s == '"';
		s += *s == '\\' && quoted && s[1];
	}
	return *s ? s : NULL;
}

static void check_added(const struct opts *o, const char *name)
{
	if (strcmp(name, "time") == 0)
		die_usage("%s: 'time' is what --time-value gives", option_typed());
	if (strcmp(name, "v") == 0)
		die_usage("%s: 'v' is reserved by Treasure Data", option_typed());
	if (schema_find(&o->add, name) >= 0)
		die_usage("%s: '%s' is added twice", option_typed(), name);
}

static void check_added_value(const char *value)
{
	if (!utf8_is(value, strlen(value)))
		die_usage("%s: the value is not UTF-8", option_typed());
	if (*value == '@' && value[1] != '@' && strcmp(value, "@now") != 0 &&
		strcmp(value, "@file") != 0)
		die_usage("%s: '%s' is neither @now nor @file; @@ begins a text with @",
			option_typed(), value);
}

/* column: NAME or NAME:TYPE, n bytes of them */
static void add_of(struct opts *o, const char *column, size_t n, const char *value)
{
	char *text = mem_copy(column, n);
	struct schema one = { 0 };
	struct fail f = { 0 };

	if (colspec_list(&one, text, &f))
		die_usage("%s: %s", option_typed(), f.why);
	if (one.n != 1)
		die_usage("%s '%s': one name is wanted", option_typed(), text);
	check_added(o, one.col[0].name);
	check_added_value(value);
	if (schema_add(&o->add, one.col[0].name, strcmp(value, "@file") == 0 && !one.col[0].type ?
			"string" : one.col[0].type, &f))
		die_usage("%s: %s", option_typed(), f.why);
	o->add_value = mem_resize(o->add_value, o->add.n, sizeof *o->add_value);
	o->add_value[o->add.n - 1] = mem_string(value);
	schema_free(&one);
	free(text);
}

/* NAME=VALUE, NAME:TYPE=VALUE */
static void add_pair(struct opts *o, const char *s)
{
	const char *equals = find_equals(s);

	if (equals && equals > s)
		add_of(o, s, (size_t)(equals - s), equals + 1);
	else
		die_usage("%s '%s' is not NAME=VALUE", option_typed(), s);
}

/* A list of columns, as one of colspec's functions reads it. */
static void list_of(struct schema *s, const char *option, const char *text,
	int (*read)(struct schema *, const char *, struct fail *))
{
	struct fail f = { 0 };

	if (read(s, text, &f))
		die_usage("%s: %s", option, f.why);
}

/* OLD=NEW,... */
static void renames_of(struct schema *s, const char *text)
{
	list_of(s, "--rename", text, colspec_renames);
	for (size_t i = 0; i < s->n; i++) {
		const char *new = s->col[i].type;

		if (strlen(new) > SCHEMA_NAME_MAX || !utf8_is(new, strlen(new)))
			die_usage("--rename: '%.80s' is not a column name: UTF-8, up to %d bytes",
				new, SCHEMA_NAME_MAX);
		if (strcmp(new, "v") == 0)
			die_usage("--rename: 'v' is reserved by Treasure Data");
		for (size_t k = 0; k < i; k++)
			if (strcmp(s->col[k].type, new) == 0)
				die_usage("--rename: '%s' and '%s' cannot both be '%s'",
					s->col[k].name, s->col[i].name, new);
	}
}

static char *name_of(const char *option, const char *text)
{
	struct fail f = { 0 };
	char *name = colspec_one(text, &f);

	if (!name)
		die_usage("%s: %s", option, f.why);
	return name;
}

static bool gap_of(const char *s)
{
	if (strcmp(s, "accept") != 0 && strcmp(s, "reject") != 0)
		die_usage("--time-gap %s: accept or reject is wanted", s);
	return *s == 'r';
}

/* For columns that a schema does not have, and keys that come late, in one word. */
static enum unknown_keys unknown_of(const char *s)
{
	static const char *const names[] = { "", "refuse", "ignore", "add" };

	for (size_t i = UNKNOWN_REFUSE; i <= UNKNOWN_ADD; i++)
		if (strcmp(s, names[i]) == 0)
			return (enum unknown_keys)i;
	die_usage("%s %s: refuse, ignore or add is wanted", option_typed(), s);
}

static char decimal_of(const char *s)
{
	if (strcmp(s, ",") != 0 && strcmp(s, ".") != 0)
		die_usage("--decimal '%s': a comma or a point is wanted", s);
	return *s == ',' ? ',' : 0;
}

static bool names_sql(const char *s)
{
	if (strcmp(s, "sql") != 0 && strcmp(s, "keep") != 0)
		die_usage("--names %s: sql or keep is wanted", s);
	return *s == 's';
}

static void schema_of(struct schema *s, const char *path)
{
	enum { MAX = 4 << 20 };
	struct fail f = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;
	size_t n;

	if (fd < 0)
		die_usage("--schema: cannot open %s", path);
	if (fd_slurp(fd, path, MAX, &text, &n, &f))
		die_fail(&f);
	close(fd);
	if (colspec_lines(s, text, n, &f))
		die_usage("--schema %s: %s", path, f.why);
	free(text);
}

/*
 * Into columns: those of --schema, which are given away, then others of --columns, whose types
 * count where both have one.
 */
static void join_columns(struct schema *columns, struct schema *schema)
{
	struct fail f = { 0 };

	for (size_t i = 0; i < columns->n; i++) {
		const char *type = columns->col[i].type;
		long at = schema_find(schema, columns->col[i].name);

		if (at < 0 && schema_add(schema, columns->col[i].name, type, &f))
			die_usage("--columns: %s", f.why);
		if (at >= 0 && type) {
			free(schema->col[at].type);
			schema->col[at].type = mem_string(type);
		}
	}
	schema_free(columns);
	*columns = *schema;
}

static char char_of(const char *option, const char *s)
{
	if (strcmp(s, "\\t") == 0 || strcmp(s, "tab") == 0)
		return '\t';
	if (!*s || s[1] || (*s & 0x80) || strchr("\r\n", *s))
		die_usage("%s '%s': one ASCII character is wanted", option, s);
	return *s;
}

static int64_t unit_of(const char *s)
{
	static const char *const names[] = { "s", "ms", "us", "ns" };
	int64_t unit = 1;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++, unit *= 1000)
		if (strcmp(s, names[i]) == 0)
			return unit;
	die_usage("--time-unit %s: the units are s, ms, us and ns", s);
}

/* N or P% */
static void max_rejects_of(struct opts *o, const char *s)
{
	size_t n = strlen(s);
	char *end;

	if (n > 1 && s[n - 1] == '%') {
		o->max_percent = strtod(s, &end);
		if (end == s + n - 1 && *s != '.' && strspn(s, "0123456789.") == n - 1 &&
			o->max_percent <= 100)
			return;
	} else if (num_u64(s, n, UINT64_MAX, &o->max_rejects)) {
		return;
	}
	die_usage("--max-rejects %s: a number or a percentage is wanted", s);
}

enum {
	NO_HEADER = 256,
	ALL_STRING,
	TIME_VALUE,
	TIME_FORMAT,
	TIME_UNIT,
	TIME_ZONE,
	LEVEL,
	SELECT,
	DROP,
	RENAME,
	SCHEMA,
	QUOTE,
	REPEATED,
	SKIP,
	COMMENT,
	NULL_TEXT,
	ENCODING,
	REJECTS,
	MAX_REJECTS,
	PREVIEW,
	PROGRESS,
	ESCAPE, NAMES, TIME_GAP, TRIM,
	HEADER, ARRAY_ROWS, UNKNOWN_KEYS, DECIMAL,
	ADD_COLUMN, FILENAME_COLUMN, WATERMARK, PATTERN,
	NEW_COLUMNS
};

static const struct option options[] = {
	{ "format", required_argument, NULL, 'f' },          { "columns", required_argument, NULL, 'c' },
	{ "no-header", no_argument, NULL, NO_HEADER },       { "all-string", no_argument, NULL, ALL_STRING },
	{ "time-column", required_argument, NULL, 't' },     { "time-value", required_argument, NULL, TIME_VALUE },
	{ "time-format", required_argument, NULL, TIME_FORMAT }, { "time-unit", required_argument, NULL, TIME_UNIT },
	{ "time-zone", required_argument, NULL, TIME_ZONE }, { "jobs", required_argument, NULL, 'j' },
	{ "level", required_argument, NULL, LEVEL },         { "select", required_argument, NULL, SELECT },
	{ "drop", required_argument, NULL, DROP },           { "rename", required_argument, NULL, RENAME },
	{ "schema", required_argument, NULL, SCHEMA },       { "delimiter", required_argument, NULL, 'd' },
	{ "escape", required_argument, NULL, ESCAPE },       { "quote", required_argument, NULL, QUOTE },
	{ "repeated-header", no_argument, NULL, REPEATED },
	{ "skip-lines", required_argument, NULL, SKIP },     { "comment", required_argument, NULL, COMMENT },
	{ "null", required_argument, NULL, NULL_TEXT },      { "encoding", required_argument, NULL, ENCODING },
	{ "trim", no_argument, NULL, TRIM },                 { "header", no_argument, NULL, HEADER },
	{ "array-rows", no_argument, NULL, ARRAY_ROWS },     { "unknown-keys", required_argument, NULL, UNKNOWN_KEYS },
	{ "decimal", required_argument, NULL, DECIMAL },     { "add-column", required_argument, NULL, ADD_COLUMN },
	{ "filename-column", required_argument, NULL, FILENAME_COLUMN }, { "watermark", required_argument, NULL, WATERMARK },
	{ "time-gap", required_argument, NULL, TIME_GAP },
	{ "names", required_argument, NULL, NAMES },         { "pattern", required_argument, NULL, PATTERN },
	{ "new-columns", required_argument, NULL, NEW_COLUMNS },
	{ "rejects", required_argument, NULL, REJECTS },     { "max-rejects", required_argument, NULL, MAX_REJECTS },
	{ "preview", no_argument, NULL, PREVIEW },           { "progress", no_argument, NULL, PROGRESS },
	METRICS_LONG,
	OPTION_LONG,
	{ NULL, 0, NULL, 0 }
};

/* One option of the input's form. */
static void form_option(struct opts *o, int opt, char *arg)
{
	switch (opt) {
	case 'd': o->csv.delim = char_of(option_typed(), arg); break;
	case ESCAPE:
		o->escape_given = true;
		o->csv.escape = strcmp(arg, "none") == 0 ? 0 : char_of("--escape", arg);
		break;
	case PATTERN: o->pattern = arg; break;
	case TRIM: o->csv.trim = true; break;
	case HEADER: o->header = true; break;
	case ARRAY_ROWS: o->array_rows = true; break;
	case UNKNOWN_KEYS:
		o->unknown_keys = unknown_of(arg);
		o->unknown_given = true;
		break;
	case NEW_COLUMNS: o->new_columns = unknown_of(arg); break;
	case DECIMAL: o->decimal = decimal_of(arg); break;
	case QUOTE:
		o->quote_given = true;
		o->csv.quote = strcmp(arg, "none") == 0 ? 0 : char_of("--quote", arg);
		break;
	case NO_HEADER: o->no_header = true; break;
	case REPEATED: o->csv.repeated = true; break;
	case SKIP: o->csv.skip = (uint64_t)option_number(0, INT32_MAX); break;
	case COMMENT: o->csv.comment = arg; break;
	case NULL_TEXT: null_of(&o->nulls, arg); break;
	case ENCODING: o->encoding = arg; break;
	case TIME_FORMAT: o->time_rules.format = arg; break;
	case TIME_UNIT: o->time_rules.unit = unit_of(arg); break;
	case TIME_ZONE: o->time_zone = arg; break;
	case TIME_GAP: o->time_rules.reject_gaps = gap_of(arg); break;
	default: o->level = opt - '0';
	}
}

static void check_file(const char *file)
{
	if (strcmp(file, "--") == 0)
		die_usage("files and a command exclude each other");
	if (!*file)
		die_usage("the name of a file is empty");
	if (*file == '-' && file[1])
		die_usage("'%s' after a file: options come before files, and ./%s is a file", file,
			file);
}

/* --new-columns also says what becomes of keys that come late. */
static void check_new_columns(struct opts *o)
{
	if (o->new_columns == UNKNOWN_UNSET)
		return;
	if (!o->schema_file)
		die_usage("--new-columns needs --schema FILE, which has the old ones");
	if (o->unknown_given)
		die_usage("--new-columns and --unknown-keys exclude each other");
	o->unknown_keys = o->new_columns;
}

static void check(struct opts *o, char *time_value)
{
	struct fail f = { 0 };
	const char delim = o->csv.delim   ? o->csv.delim
		: o->format == FORMAT_CSV ? ','
		: o->format == FORMAT_TSV ? '\t'
					  : 0;
	const char *bad_format;

	if (delim && (delim == o->csv.quote || delim == o->csv.escape))
		die_usage("the delimiter, the quote and the escape must differ");
	if (o->csv.escape && o->csv.escape == o->csv.quote)
		die_usage("a quote that is escaped by itself is what CSV does without --escape");
	if (o->no_header && o->header)
		die_usage("--header and --no-header exclude each other");
	if (o->no_header && o->csv.repeated)
		die_usage("--no-header and --repeated-header exclude each other");
	if ((o->format == FORMAT_REGEX) != (o->pattern != NULL))
		die_usage(o->pattern ? "--pattern is for -f regex" :
			"-f regex needs --pattern, whose named groups are the columns");
	if (o->encoding && (o->format == FORMAT_FRAME || o->format == FORMAT_MSGPACK))
		die_usage("--encoding is for texts");
	if (o->time_column && time_value)
		die_usage("--time-column and --time-value exclude each other");
	if (o->select.n > 0 && o->drop.n > 0)
		die_usage("--select and --drop exclude each other");
	if (o->preview)
		metrics_refuse("--preview");
	check_new_columns(o);
	if (o->select.n > 0 && o->unknown_keys == UNKNOWN_ADD)
		die_usage("--select and --unknown-keys add exclude each other");
	if ((o->max_rejects < UINT64_MAX || o->max_percent < 100) && !o->rejects)
		die_usage("--max-rejects needs --rejects FILE: rows are not thrown away");
	bad_format = o->time_rules.format ? tdtime_format_error(o->time_rules.format) : NULL;
	if (bad_format)
		die_usage("--time-format %s: %s", o->time_rules.format, bad_format);
	if (o->time_zone && !(o->zone = zonefile_open(o->time_zone, &f)))
		die_usage("--time-zone %s: %s", o->time_zone, f.why);
	o->time_rules.zone = o->zone;
	if (time_value)
		time_value_of(o, time_value);
	if (!o->preview && isatty(STDOUT_FILENO))
		die_usage("the frame is binary and standard output is a terminal: pipe it into "
			  "td-put or a file, or --preview");
}

/* One option of columns: false if it is none. */
static bool column_option(struct opts *o, int opt, char *arg)
{
	switch (opt) {
	case 'c': list_of(&o->columns, "--columns", arg, colspec_list); break;
	case SELECT: list_of(&o->select, "--select", arg, colspec_names); break;
	case DROP: list_of(&o->drop, "--drop", arg, colspec_names); break;
	case RENAME: renames_of(&o->rename, arg); break;
	case ALL_STRING: o->all_string = true; break;
	case 't':
		free(o->time_column);
		o->time_column = name_of("--time-column", arg);
		break;
	case ADD_COLUMN: add_pair(o, arg); break;
	case FILENAME_COLUMN: add_of(o, arg, strlen(arg), "@file"); break;
	case WATERMARK:
		free(o->watermark);
		o->watermark = name_of("--watermark", arg);
		break;
	case NAMES: o->sql_names = names_sql(arg); break;
	default: return false;
	}
	return true;
}

/* What follows the options, of which the last one's value is `value`. */
static void operands_of(struct opts *o, char **argv, int argc, const char *value)
{
	bool dashes = optind > 1 && argv[optind - 1] != value &&
		strcmp(argv[optind - 1], "--") == 0;

	if (dashes && optind == argc)
		die_usage("-- without a command");
	if (optind < argc && dashes)
		o->command = argv + optind;
	else if (optind < argc)
		o->files = argv + optind;
	for (char **file = o->files; file && *file; file++)
		check_file(*file);
}

void opts_parse(struct opts *o, int argc, char **argv)
{
	static const int may_be_empty[] = { NULL_TEXT, 0 };
	char *time_value = NULL;
	const char *value = NULL;
	struct schema schema = { 0 };
	int opt;

	if (argc == 1 && isatty(STDIN_FILENO))
		option_brief(help);
	while ((opt = option_next(argc, argv, "f:c:d:t:j:0123456789" OPTION_SHORT, options,
			may_be_empty)) != -1) {
		switch (opt) {
		case 'f': set_format(o, optarg); break;
		case SCHEMA:
			o->schema_file = optarg;
			schema_of(&schema, optarg);
			break;
		case TIME_VALUE: time_value = optarg; break;
		case REJECTS: o->rejects = optarg; break;
		case MAX_REJECTS: max_rejects_of(o, optarg); break;
		case PREVIEW: o->preview = true; break;
		case PROGRESS: o->progress = true; break;
		case METRICS: metrics_option(); break;
		case 'j': o->jobs = (int)option_number(0, BLOCKPOOL_WORKERS); break;
		case LEVEL: o->level = (int)option_number(0, 9); break;
		case 'v':
		case 'q':
		case 'h':
		case 'V': option_common(opt, help, &o->verbosity); break;
		default:
			if (!column_option(o, opt, optarg))
				form_option(o, opt, optarg);
		}
		value = optarg;
	}
	operands_of(o, argv, argc, value);
	join_columns(&o->columns, &schema);
	check(o, time_value);
	if (o->jobs == 0) {
		long n = sysconf(_SC_NPROCESSORS_ONLN);

		o->jobs = n < 1 ? 1 : n > 8 ? 8 : (int)n;
	}
}

void opts_free(struct opts *o)
{
	schema_free(&o->columns);
	schema_free(&o->select);
	schema_free(&o->drop);
	schema_free(&o->rename);
	for (size_t i = 0; i < o->add.n; i++)
		free(o->add_value[i]);
	free(o->add_value);
	schema_free(&o->add);
	free(o->watermark);
	free(o->time_column);
	zone_free(o->zone);
}
