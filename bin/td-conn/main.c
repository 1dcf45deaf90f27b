/* td-conn: named connections: add, list, test, remove. */
#include "check.h"
#include "api/conn.h"
#include "base/die.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/option.h"
#include "sys/inifile.h"
#include "sys/sandbox.h"
#include "base/sig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const char help[] =
	"Usage: td-conn add [OPTION]... NAME [URL]\n"
	"       td-conn list, or test, doctor or remove [OPTION]... [NAME]\n"
	"Name a server, a key and a database, for td-put NAME:TABLE and td-fetch -c NAME.\n"
	"\n"
	"  td-conn add -k work td://@jp/mydb\n"
	"  td-conn test work\n"
	"\n"
	"URL is td://@[HOST][/DATABASE][?mode=MODE]; HOST may be a site: us jp eu ap02\n"
	"ap03 idcf. Without NAME test and doctor take the default account. doctor prints\n"
	"what a bug report needs.\n"
	"\n"
	"The key, with add:\n"
	"  -k, --key               read the key from standard input; on a terminal, ask\n"
	"                          for it\n"
	"      --key-file FILE     the key is in FILE, read at each use\n"
	"      --key-command COMMAND  COMMAND, run by sh at each use, prints the key\n"
	"\n"
	"Connection and messages (of add, --cacert, --cert and --cert-key are kept, too):\n"
	"      --proxy URL         reach the server through this proxy\n"
	API_USAGE;

struct opts {
	bool key;
	const char *key_file, *key_command;
	char *proxy;         /* may hold a password; malloc'ed */
	const char *tls;     /* an option about certificates that was given, or NULL */
	const char *network; /* the first option about the network that was given, or NULL */
	int verbosity;
	struct api_opt api;
};

static const char *name_of(const struct option *list, int c)
{
	while (list->name && list->val != c)
		list++;
	return list->name;
}

/* A copy of an argument, in whose place ps(1) then shows asterisks. */
static char *taken(char *before, char *arg)
{
	char *copy = mem_string(arg);

	inifile_forget(before);
	memset(arg, '*', strlen(arg));
	return copy;
}

static void options(struct opts *o, int argc, char **argv)
{
	enum { KEY_FILE = 256, KEY_COMMAND, PROXY };
	static const struct option list[] = {
		{ "key", no_argument, NULL, 'k' }, { "key-file", required_argument, NULL, KEY_FILE },
		{ "key-command", required_argument, NULL, KEY_COMMAND },
		{ "proxy", required_argument, NULL, PROXY },
		OPTION_LONG,
		API_LONG_OPTIONS, { NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = option_next(argc, argv, "k" OPTION_SHORT, list, NULL)) != -1) {
		switch (c) {
		case 'k': o->key = true; break;
		case KEY_FILE: o->key_file = optarg; break;
		case KEY_COMMAND: o->key_command = optarg; break;
		case PROXY: o->proxy = taken(o->proxy, optarg); break;
		default:
			if (!api_option(&o->api, c, help, &o->verbosity))
				break;
			if (c == API_CACERT || c == API_CERT || c == API_CERT_KEY)
				o->tls = name_of(list, c);
			else if (!o->network)
				o->network = name_of(list, c);
		}
	}
	if (o->key + !!o->key_file + !!o->key_command > 1)
		die_usage("--key, --key-file and --key-command: choose one");
}

/* An option that has no effect on what is asked for is a mistake about what will happen. */
static void check_verb(const struct opts *o, const char *verb)
{
	const bool add = strcmp(verb, "add") == 0,
		   test = strcmp(verb, "test") == 0 || strcmp(verb, "doctor") == 0;
	const char *key = o->key ? "key" : o->key_file ? "key-file" : o->key_command ? "key-command"
										     : NULL;

	if (key && !add)
		die_usage("--%s goes with add, not with %s", key, verb);
	if (o->proxy && !add)
		die_usage("--proxy goes with add, not with %s", verb);
	if (o->tls && !add && !test)
		die_usage("--%s goes with add, test and doctor, not with %s", o->tls, verb);
	if (o->network && !test)
		die_usage("--%s goes with test and doctor, not with %s", o->network, verb);
}

/* --- add ------------------------------------------------------------------- */

/* A line from standard input; a terminal does not show what is typed. */
static int read_key(char **key, struct fail *f)
{
	struct termios old, silent;
	bool terminal = tcgetattr(STDIN_FILENO, &old) == 0;
	char line[1100] = "";
	size_t n = 0;
	ssize_t got = 0;

	if (terminal) {
		silent = old;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		fputs("API key: ", stderr);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	while (n < sizeof line - 1 && !memchr(line, '\n', n) &&
		(got = fd_read(STDIN_FILENO, "standard input", line + n, sizeof line - 1 - n, f)) >
			0)
		n += (size_t)got;
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
		fputs("\n", stderr);
	}
	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (got >= 0 && !line[0])
		got = fail_set(f, FAIL_KEY, "no key came");
	if (got >= 0)
		*key = mem_string(line);
	mem_wipe(line, sizeof line);
	return got < 0 ? -1 : 0;
}

/* Later runs have other working directories: the whole name, malloc'ed; NULL with f: no file. */
static char *absolute(const char *option, const char *path, struct fail *f)
{
	char *here = path[0] == '/' ? NULL : getcwd(NULL, 0),
	     *all = here ? mem_printf("%s/%s", here, path) : mem_string(path);

	if (path[0] != '/' && !here)
		fail_errno(f, FAIL_CONFIG, "--%s: no working directory", option);
	else if (access(all, R_OK))
		fail_errno(f, FAIL_CONFIG, "--%s: %s", option, all);
	free(here);
	if (f->kind == FAIL_NONE)
		return all;
	free(all);
	return NULL;
}

/* What each use of the connection would refuse is refused at once. */
static int check_key_file(const char *path, struct fail *f)
{
	char *text = NULL;
	int rc = inifile_slurp(path, true, &text, f);

	if (rc == 0 && !text[strspn(text, " \t\r\n")])
		rc = fail_set(f, FAIL_KEY, "--key-file: %s holds no key", path);
	inifile_forget(text);
	return rc;
}

/* The files that options name. */
static int take_files(struct conn *c, const struct opts *o, struct fail *f)
{
	const struct http_opt *h = &o->api.http;
	const struct { const char *option, *given; char **to; } files[] = {
		{ "key-file", o->key_file, &c->apikey_file }, { "cacert", h->cacert, &c->cacert },
		{ "cert", h->cert, &c->cert }, { "cert-key", h->cert_key, &c->cert_key },
	};

	if (h->cert_key && !h->cert)
		return fail_set(f, FAIL_USAGE, "--cert-key goes with --cert");
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (!files[i].given)
			continue;
		*files[i].to = absolute(files[i].option, files[i].given, f);
		if (!*files[i].to)
			return -1;
	}
	return c->apikey_file ? check_key_file(c->apikey_file, f) : 0;
}

static int add(const struct opts *o, const char *name, char *url, struct fail *f)
{
	struct conn c = { .name = mem_string(name) };
	int rc = 0;

	if (url) {
		rc = tdurl_parse(&c.url, url, f);
		tdurl_hide(url);
		if (rc && strncmp(url, "td://", 5) != 0)
			fail_add(f, "; a connection's URL is td://@[HOST][/DATABASE], "
				    "such as td://@jp/testdb");
	}
	if (rc == 0 && (c.url.table || c.url.connection))
		rc = fail_set(f, FAIL_USAGE,
			"a connection's URL is td://@[HOST][/DATABASE], without a table");
	if (rc == 0)
		rc = conn_check_name(name, f);
	if (rc == 0 && o->key)
		rc = read_key(&c.apikey, f);
	if (rc == 0)
		rc = take_files(&c, o, f);
	if (o->key_command)
		c.apikey_command = mem_string(o->key_command);
	if (o->proxy)
		c.proxy = mem_string(o->proxy);
	/* a key typed into the URL goes into the file, not into its url line */
	if (rc == 0 && c.url.key) {
		if (c.apikey || o->key_file || o->key_command)
			rc = fail_set(f, FAIL_USAGE,
				"the URL has a key, and an option names another one");
		c.apikey = c.url.key;
		c.url.key = NULL;
	}
	if (rc == 0)
		rc = conn_save(&c, f);
	conn_free(&c);
	return rc;
}

/* --- list ------------------------------------------------------------------ */

static const char *key_source(const struct conn *c)
{
	return c->apikey || c->url.key ? "in the file"
		: c->apikey_file        ? c->apikey_file
		: c->apikey_command     ? "from a command"
					: "of the environment";
}

static int list(struct fail *f)
{
	struct conn *all;
	size_t n;
	int rc;

	if (conn_list(&all, &n, f))
		return -1;
	rc = sandbox_client(NULL, f);
	for (size_t i = 0; i < n; i++) {
		const struct conn *c = all + i;
		char *url = tdurl_format(&c->url);

		if (rc == 0)
			printf("%s\t%s\tkey: %s\n", c->name, url, key_source(c));
		free(url);
		conn_free(all + i);
	}
	free(all);
	return rc;
}

/* A command that there is not, or one with too few or too many words after it. */
static _Noreturn void wrong_verb(const char *verb)
{
	static const char *const forms[] = { "add NAME [URL]", "list", "test [NAME]",
		"doctor [NAME]", "remove NAME" };
	const size_t n = strlen(verb);

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strncmp(forms[i], verb, n) == 0 && (!forms[i][n] || forms[i][n] == ' '))
			die_usage("usage: td-conn %s", forms[i]);
	die_usage("'%s' is not a command: add, list, test, doctor or remove", verb);
}

int main(int argc, char **argv)
{
	struct opts o = { .api = API_OPT_DEFAULT };
	struct fail f = { 0 };
	const char *verb;
	char **arg;
	int n, rc;

	sandbox_hide();
	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	o.api.retry.deadline_ms = 30000; /* a user is waiting */
	options(&o, argc, argv);
	if (argc == 1)
		option_brief(help);
	if (optind == argc)
		die_usage("which command: add, list, test, doctor or remove?");
	verb = argv[optind++];
	options(&o, argc, argv); /* also after the verb */
	check_verb(&o, verb);
	arg = argv + optind;
	n = argc - optind;
	if (strcmp(verb, "add") == 0 && (n == 1 || n == 2))
		rc = add(&o, arg[0], n == 2 ? arg[1] : NULL, &f);
	else if (strcmp(verb, "list") == 0 && n == 0)
		rc = list(&f);
	else if (strcmp(verb, "test") == 0 && n <= 1)
		rc = check_test(&o.api, n ? arg[0] : NULL, &f);
	else if (strcmp(verb, "doctor") == 0 && n <= 1)
		rc = check_doctor(&o.api, n ? arg[0] : NULL, &f);
	else if (strcmp(verb, "remove") == 0 && n == 1)
		rc = conn_remove(arg[0], &f);
	else
		wrong_verb(verb);
	inifile_forget(o.proxy);
	if (check_flush(&f) || fd_close(STDOUT_FILENO, "standard output", &f) || rc)
		die_fail(&f);
	return 0;
}
