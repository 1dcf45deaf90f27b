/*
 * tempname: the names of temporary tables and bulk import sessions: who makes one, and who removes
 * what others have left behind (td-swap --gc), find the rule here. Pure.
 *
 *   TARGET_tdput_TTTTTTTTRRRRRRRR            a table: the time and chance, each in eight hexadecimal digits
 *   td_put_YYYYMMDD_HHMMSS_RRRRRRRRRRRRRRRR  a session: the time, UTC, and chance
 *
 * A TARGET is cut so that the name stays within the length that Treasure Data advises.
 */
#ifndef TEMPNAME_H
#define TEMPNAME_H

#include <stdbool.h>
#include <stdint.h>

char *tempname_table(const char *target, int64_t now, uint64_t random);   /* malloc'ed */
char *tempname_session(int64_t now, uint64_t random);

/*
 * When it was made, epoch seconds; -1: it is none of ours, or not of target, which may be NULL: of
 * any.
 */
int64_t tempname_table_time(const char *name, const char *target);
int64_t tempname_session_time(const char *name);

#endif
