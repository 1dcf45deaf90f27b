/* A file is replaced in one step, or not at all; what is not ours is left alone. */
#include "base/mem.h"
#include "sys/newfile.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/newfile.XXXXXX";

static char *at(const char *name)
{
	return mem_printf("%s/%s", folder, name);
}

static void holds(const char *path, const char *want, const char *what)
{
	char text[64] = "";
	FILE *in = fopen(path, "r");

	if (in) {
		text[fread(text, 1, sizeof text - 1, in)] = '\0';
		fclose(in);
	}
	tap_is(text, want, what);
}

static void replaced(void)
{
	char *path = at("mark"), *fresh = at("mark.new");
	struct newfile n, other;
	struct fail f = { 0 }, g = { 0 };

	tap_num(newfile_open(&n, path, &f), 0, "a file that is not there yet");
	tap_num(access(path, F_OK), -1, "is not made before it is put");
	tap_num(newfile_open(&other, path, &g), -1, "another one");
	tap_num(g.kind, FAIL_TEMP, "has to wait");
	newfile_close(&other);
	tap_num(newfile_put(&n, "42", &f), 0, "it is put");
	holds(path, "42\n", "its text is there");
	newfile_close(&n);
	tap_num(access(fresh, F_OK), -1, "nothing else is left");
	tap_num(newfile_open(&n, path, &f), 0, "again");
	newfile_close(&n);
	holds(path, "42\n", "what is not put changes nothing");
	tap_num(access(fresh, F_OK), -1, "and leaves nothing");
	unlink(path);
	free(path);
	free(fresh);
}

static void refused(void)
{
	char *path = at("link"), *fresh = at("link.new"), *missing = at("no/mark");
	struct newfile n;
	struct fail f = { 0 }, g = { 0 }, h = { 0 };

	tap_num(symlink("/dev/full", path), 0, "a link");
	tap_num(newfile_open(&n, path, &f) == -1 && f.kind == FAIL_CONFIG, 1, "is refused");
	newfile_close(&n);
	unlink(path);
	tap_num(symlink("/dev/full", fresh), 0, "a link in the place of PATH.new");
	tap_num(newfile_open(&n, path, &g) == -1 && g.kind == FAIL_CONFIG, 1, "is refused, too");
	newfile_close(&n);
	tap_num(unlink(fresh), 0, "and left alone");
	tap_num(newfile_open(&n, missing, &h) == -1 && h.kind == FAIL_SYSTEM, 1, "no folder");
	newfile_close(&n);
	free(path);
	free(fresh);
	free(missing);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	replaced();
	refused();
	rmdir(folder);
	return tap_done();
}
