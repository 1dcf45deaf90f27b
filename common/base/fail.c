#include "base/fail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int fail_setv(struct fail *f, enum fail_kind kind, const char *fmt, va_list ap)
{
	if (f->kind == FAIL_NONE) {
		f->kind = kind;
		vsnprintf(f->why, sizeof f->why, fmt, ap);
	}
	return -1;
}

int fail_set(struct fail *f, enum fail_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_setv(f, kind, fmt, ap);
	va_end(ap);
	return -1;
}

int fail_errno(struct fail *f, enum fail_kind kind, const char *fmt, ...)
{
	int err = errno;
	size_t len;
	va_list ap;

	if (f->kind != FAIL_NONE)
		return -1;
	va_start(ap, fmt);
	fail_setv(f, kind, fmt, ap);
	va_end(ap);
	len = strlen(f->why);
	snprintf(f->why + len, sizeof f->why - len, ": %s", strerror(err));
	return -1;
}

int fail_at(struct fail *f, const char *fmt, ...)
{
	char old[sizeof f->why];
	size_t len;
	va_list ap;

	memcpy(old, f->why, sizeof old);
	va_start(ap, fmt);
	vsnprintf(f->why, sizeof f->why, fmt, ap);
	va_end(ap);
	len = strlen(f->why);
	snprintf(f->why + len, sizeof f->why - len, ": %s", old);
	return -1;
}
