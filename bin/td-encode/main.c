/* td-encode: rows in, upload-ready records out. */
#include "encode.h"
#include "sys/sandbox.h"

#include "base/die.h"
#include "base/mem.h"
#include "base/sig.h"

#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
	struct opts o = {
		.level = 1, .max_rejects = UINT64_MAX, .max_percent = 100, .csv.quote = '"'
	};
	struct fail f = { 0 };

	sandbox_hide();
	mem_give_back();
	fd_standard();
	sig_init();
	die_init(argv[0], 0);
	o.time = o.started = time(NULL);
	opts_parse(&o, argc, argv);
	if (encode(&o, &f))
		die_fail(&f);
	opts_free(&o);
	return 0;
}
