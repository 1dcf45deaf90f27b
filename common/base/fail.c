/* The first failure, in one sentence, and what callers add to it. */
#include "base/fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends to what is there, as far as there is room. */
static void append(struct fail *f, const char *fmt, va_list ap)
{
	size_t len = strlen(f->why);

	vsnprintf(f->why + len, sizeof f->why - len, fmt, ap);
}

int fail_set(struct fail *f, enum fail_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (f->kind != FAIL_NONE)
		return -1;
	fail_clear(f);
	f->kind = kind;
	va_start(ap, fmt);
	append(f, fmt, ap);
	va_end(ap);
	return -1;
}

int fail_add(struct fail *f, const char *fmt, ...)
{
	va_list ap;

	if (f->kind == FAIL_NONE)
		return -1;
	va_start(ap, fmt);
	append(f, fmt, ap);
	va_end(ap);
	return -1;
}

int fail_errno(struct fail *f, enum fail_kind kind, const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	if (f->kind != FAIL_NONE)
		return -1;
	fail_clear(f);
	f->kind = kind;
	va_start(ap, fmt);
	append(f, fmt, ap);
	va_end(ap);
	return fail_add(f, ": %s", strerror(err));
}

int fail_at(struct fail *f, const char *fmt, ...)
{
	struct fail old = *f;
	va_list ap;

	if (old.kind == FAIL_NONE)
		return -1;
	f->why[0] = '\0';
	va_start(ap, fmt);
	append(f, fmt, ap);
	va_end(ap);
	return fail_add(f, ": %s", old.why);
}

void fail_clear(struct fail *f)
{
	f->kind = FAIL_NONE;
	f->why[0] = '\0';
	f->told = false;
}
