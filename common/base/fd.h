/*
 * fd: I/O on descriptors. Goes on after EINTR and short counts, tells read errors from end of file,
 * turns EPIPE into FAIL_PIPE, stops with FAIL_SIGNAL after a signal, and checks close(2), where a
 * full disk or a network file system may first report a lost write.
 */
#ifndef FD_H
#define FD_H

#include "base/io.h"

#include <stdbool.h>
#include <stdint.h>

struct fd_source {
	struct source source;
	int fd;
};

struct fd_sink {
	struct sink sink;
	int fd;
};

/* The structs are the caller's; name is borrowed. */
void fd_source_init(struct fd_source *s, int fd, const char *name);
void fd_sink_init(struct fd_sink *s, int fd, const char *name);

/* one read(2); 0 at the end */
ssize_t fd_read(int fd, const char *name, void *p, size_t cap, struct fail *f);
int fd_write(int fd, const char *name, const void *p, size_t n, struct fail *f); /* all of it */
int fd_close(int fd, const char *name, struct fail *f);                          /* checked */
bool fd_is_file(int fd); /* a regular file: not the output of a program that may still fail */
bool fd_are_one_file(int a, int b); /* one regular file, by whatever names */
/* the read position in a regular file, and its size; -1: it is not a regular file */
int64_t fd_place(int fd, int64_t *size);

/* Read everything, at most max bytes, into *text: malloc'ed and NUL-terminated. */
int fd_slurp(int fd, const char *name, size_t max, char **text, size_t *n, struct fail *f);

/*
 * Make sure that descriptors 0, 1 and 2 are open, so that no file opened later gets their numbers.
 * Call first.
 */
void fd_standard(void);

#endif
