/*
 * tempname: the names of temporary tables and bulk import sessions, for the code that makes them
 * and for td-swap --gc, which removes those that were left over. Pure.
 *
 *   TARGET_tdput_TTTTTTTTRRRRRRRR            a table: the time and chance, each in eight hexadecimal digits
 *   ..._TTTTTTTTRRRRRRRR                     the same table, once td-swap has claimed it
 *   ..._lTTTTTTTTRRRRRRRR                    the same, where rows of the target are to stay
 *   ..._cTTTTTTTTRRRRRRRR                    the table into which both are copied; once it is
 *                                            whole, it is called as a claimed one
 *   KEPT_tdundo_TTTTTTTTRRRRRRRR             a kept table while td-swap --undo has it; --gc leaves these
 *   TARGET_kept_YYYYMMDD_HHMMSS_RRRRRRRR     one of the old tables of td-swap --keep=N: when, UTC, and chance
 *   td_put_YYYYMMDD_HHMMSS_RRRRRRRRRRRRRRRR  a session: the time, UTC, and chance
 *   td_put_once_ and a digest of 32 digits   the session of --once, which stays
 *
 * A long TARGET is cut and followed by a hash of the whole name, so that the name stays within the
 * length that Treasure Data recommends.
 */
#ifndef TEMPNAME_H
#define TEMPNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

char *tempname_table(const char *target, int64_t now, uint64_t random);   /* malloc'ed */
char *tempname_own(const char *temporary, int64_t now, uint64_t random);
char *tempname_loaded(const char *temporary, int64_t now, uint64_t random);
char *tempname_copy(const char *temporary, int64_t now, uint64_t random);
char *tempname_undo(const char *kept, int64_t now, uint64_t random);
char *tempname_kept(const char *target, int64_t now, uint64_t random);
char *tempname_session(int64_t now, uint64_t random);
char *tempname_once(const char *digest);

/* Was the name made by these functions from that table? */
bool tempname_is_own(const char *name, const char *temporary);
bool tempname_is_loaded(const char *name, const char *temporary);
bool tempname_is_copy(const char *name, const char *temporary);
bool tempname_is_undo(const char *name, const char *kept);

/*
 * When it was made or claimed, epoch seconds; -1: it is not one of ours, or not of target; NULL: of
 * any.
 */
int64_t tempname_table_time(const char *name, const char *target);
int64_t tempname_session_time(const char *name);
/*
 * When the target's rows were kept there, epoch seconds; -1: it is none of tempname_kept(). len: of
 * the name that it had before an undo took it.
 */
int64_t tempname_kept_time(const char *name, const char *target, size_t *len);
bool tempname_is_once(const char *name);
/* A part of --once or --session: partN_MD5_CRC_LENGTH, and perhaps a mark. */
bool tempname_is_part(const char *name);

#endif
