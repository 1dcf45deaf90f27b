/*
 * td-fetch: the result of a Treasure Data job, as rows on stdout. Its contract is man/td-fetch.1.
 */
#include "fetch.h"
#include "sys/sandbox.h"

#include "base/die.h"
#include "base/fd.h"
#include "base/sig.h"

#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct opts o = { .jobs = 1, .out = { .header = true }, .api = API_OPT_DEFAULT };
	struct since since = { .fd = -1, .folder_fd = -1 };
	struct fail f = { 0 };
	struct fd_sink to;

	sandbox_hide();
	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	options_parse(&o, argc, argv);
	fd_sink_init(&to, STDOUT_FILENO, "standard output");
	if (fetch(&o, &since, &to.sink, &f) || fd_close(STDOUT_FILENO, "standard output", &f) ||
		since_keep(&since, &f)) {
		since_drop(&since);
		die_fail(&f);
	}
	since_drop(&since);
	free(o.result);
	tdurl_free(&o.url);
	if (o.rows > 0)
		free((void *)(uintptr_t)o.sql);
	return 0;
}
