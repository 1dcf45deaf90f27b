/*
 * inifile: configuration files of [sections] with "name = value" lines, read by inih. Blank lines
 * and lines that start with ';' or '#' are comments; so is " ;" after a value and what follows it.
 * Indentation does not matter.
 */
#ifndef INIFILE_H
#define INIFILE_H

#include "base/fail.h"

#include <stdbool.h>

/* 0, or -1 to stop with f filled. */
typedef int inifile_handler(void *arg, const char *section, const char *name, const char *value,
	struct fail *f);

/*
 * 0; 1: no such file; -1: FAIL_CONFIG with the path and the line. `secret`: refuse a file that
 * others own or may read.
 */
int inifile_read(const char *path, bool secret, inifile_handler *handler, void *arg,
	struct fail *f);

/*
 * The text of a file, malloc'ed, to be wiped with inifile_forget(); 1: there is none. FAIL_CONFIG.
 */
int inifile_slurp(const char *path, bool secret, char **text, struct fail *f);
void inifile_forget(char *text); /* wipes and frees; NULL is fine */

#endif
