/*
 * newfile: a small file of text that is replaced in one step: PATH holds what it held, or all of
 * the new text. PATH.new is made and locked at once, so that what would prevent the replacement is
 * met before the work; whoever has it is the only one.
 *
 * A link, and a PATH.new that is not a regular file of ours, are refused. Open before
 * the sandbox, which then lets files of that folder be replaced.
 */
#ifndef NEWFILE_H
#define NEWFILE_H

#include "base/fail.h"

struct newfile {
	const char *path;           /* borrowed; NULL: not open */
	char *fresh, *folder;       /* PATH.new, and the folder of both */
	int fd, folder_fd;
};

/* FAIL_CONFIG, FAIL_SYSTEM; FAIL_TEMP: another process has it. newfile_close() is allowed then. */
int newfile_open(struct newfile *n, const char *path, struct fail *f);
/* The text and a newline, on the disk. Once. */
int newfile_put(struct newfile *n, const char *text, struct fail *f);
/* What was not put is forgotten. A zeroed struct is allowed. */
void newfile_close(struct newfile *n);

#endif
