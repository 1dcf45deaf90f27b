/* Reading and making a key. */
#include "store/keyfile.h"
#include "base/fd.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_BYTES = 20, FILE_MAX = 4096 };

char *keyfile_read(const char *path, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t n;

	if (fd < 0) {
		fail_errno(f, FAIL_CONFIG, "cannot open %s", path);
		return NULL;
	}
	if (fd_slurp(fd, path, FILE_MAX, &text, &n, f) == 0) {
		text[strcspn(text, "\r\n")] = '\0';
		if (!*text || strpbrk(text, " \t"))
			fail_set(f, FAIL_CONFIG, "%s does not hold a key", path);
	}
	close(fd);
	if (f->kind == FAIL_NONE)
		return text;
	free(text);
	return NULL;
}

static int make(const char *path, struct fail *f)
{
	unsigned char random[KEY_BYTES];
	char text[2 + 2 * KEY_BYTES + 2] = "1/";
	int fd = -1;

	if (getentropy(random, sizeof random))
		return fail_errno(f, FAIL_SYSTEM, "cannot make a key");
	for (int i = 0; i < KEY_BYTES; i++)
		snprintf(text + 2 + 2 * i, 3, "%02x", random[i]);
	text[2 + 2 * KEY_BYTES] = '\n';
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(f, FAIL_SYSTEM, "cannot make %s", path);
	if (fd_write(fd, path, text, strlen(text), f) == 0 && fsync(fd))
		fail_errno(f, FAIL_SYSTEM, "cannot write %s", path);
	close(fd);
	if (f->kind)
		unlink(path);
	return f->kind ? -1 : 0;
}

char *keyfile_of(const char *dir, struct fail *f)
{
	char *path = mem_printf("%s/key", dir), *key = NULL;

	if (access(path, F_OK) == 0 || make(path, f) == 0)
		key = keyfile_read(path, f);
	free(path);
	return key;
}
