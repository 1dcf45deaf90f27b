/*
 * conn: any text is a file of connections or is refused; one more connection is added and removed,
 * and the others stay as they are.
 */
#include "api/conn.h"
#include "base/mem.h"
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/td-fuzz-conn.XXXXXX", inner[64], path[80];

static void leave(void)
{
	unlink(path);
	rmdir(inner);
	rmdir(folder);
}

static void begin(void)
{
	FUZZ_CHECK(mkdtemp(folder));
	snprintf(inner, sizeof inner, "%s/td-pipe", folder);
	snprintf(path, sizeof path, "%s/connections", inner);
	FUZZ_CHECK(mkdir(inner, 0700) == 0 && setenv("XDG_CONFIG_HOME", folder, 1) == 0);
	atexit(leave);
}

static void put(const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0);
}

/* Names and URLs, one after the other; NULL: the file is refused. */
static char *all(const char *without)
{
	struct fail f = { 0 };
	struct conn *list;
	char *text = mem_string("");
	size_t n;

	if (conn_list(&list, &n, &f)) {
		free(text);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		char *url = tdurl_format(&list[i].url), *old = text;

		if (strcmp(list[i].name, without) != 0)
			text = mem_printf("%s%s %s %s\n", old, list[i].name, url,
				list[i].apikey ? list[i].apikey : "-");
		if (text != old)
			free(old);
		free(url);
		conn_free(list + i);
	}
	free(list);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool begun;
	struct conn c = { 0 };
	struct fail f = { 0 };
	char *before, *after;

	if (!begun)
		begin();
	begun = true;
	put(data, size);
	before = all("fuzzed");
	c.name = mem_string("fuzzed");
	FUZZ_CHECK(tdurl_parse(&c.url, "td://@jp/testdb", &f) == 0);
	if (before && conn_save(&c, &f) == 0) {
		after = all("fuzzed");
		FUZZ_CHECK(after && strcmp(before, after) == 0);
		free(after);
		FUZZ_CHECK(conn_remove("fuzzed", &f) == 0);
		after = all("fuzzed");
		FUZZ_CHECK(after && strcmp(before, after) == 0);
		free(after);
	}
	conn_free(&c);
	free(before);
	return 0;
}
