/*
 * fd: descriptors that behave. Loops over EINTR and short counts, tells a read error from end of
 * file, turns EPIPE into FAIL_PIPE, stops with FAIL_SIGNAL when a signal was caught, and checks
 * what close(2) says: the last word of a program that wrote to a full disk or a network file
 * system.
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
bool fd_is_file(int fd); /* a regular file: it cannot be the output of a program that is dying */
bool fd_are_one_file(int a, int b); /* one regular file, by whatever names */
/* how far a regular file was read, and its size; -1: it is none */
int64_t fd_place(int fd, int64_t *size);

/* The whole of a file or descriptor, at most max bytes, NUL-terminated in *text (malloc'ed). */
int fd_slurp(int fd, const char *name, size_t max, char **text, size_t *n, struct fail *f);

/*
 * Make sure that descriptors 0, 1 and 2 are open, so that no file lands there. Call before anything
 * is opened.
 */
void fd_standard(void);

#endif
