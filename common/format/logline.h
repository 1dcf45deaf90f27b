/*
 * logline: lines of logs to cells, for linein.h.
 *
 * Apache: the common and the combined log format of Apache httpd (mod_log_config), which nginx
 * calls combined as well. LTSV: labels and values as ltsv.org has them. Syslog: RFC 5424; RFC 3164,
 * with a priority or, as files have it, without one; and the same with a timestamp of RFC 3339
 * (rsyslog's RSYSLOG_FileFormat). What they write for "nothing", `-`, is NULL, not in LTSV. Quoted
 * texts of Apache and values of LTSV stay as they are, escapes included.
 */
#ifndef LOGLINE_H
#define LOGLINE_H

#include "format/linein.h"
#include "value/keys.h"

enum { LOGLINE_APACHE = 11, LOGLINE_SYSLOG = 9 }; /* columns */
extern const char *const logline_apache_names[LOGLINE_APACHE];
extern const char *const logline_syslog_names[LOGLINE_SYSLOG];

/* Is that column one of numbers? The others are texts. */
bool logline_is_number(const char *name);

/* `with` is not used. */
enum row_result logline_apache(void *with, struct linein_cells *cells, const char *p, size_t n,
	struct fail *f);

/* `with` is an int64_t: the present, in epoch seconds, by which a time gets its year. */
enum row_result logline_syslog(void *with, struct linein_cells *cells, const char *p, size_t n,
	struct fail *f);

/*
 * "apache", "syslog" or "ltsv" if the line at p is surely one of theirs, though it might be split
 * as CSV or TSV; else NULL. Only what begins as those formats do is examined.
 */
const char *logline_guess(const char *p, size_t n);

struct logline_ltsv {
	struct keys *keys; /* the columns; grows while it is open */
	bool ignore_unknown;
};

/* `with` is a struct logline_ltsv. */
enum row_result logline_ltsv(void *with, struct linein_cells *cells, const char *p, size_t n,
	struct fail *f);

#endif
