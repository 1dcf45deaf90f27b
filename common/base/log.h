/*
 * log: messages as JSON, one object on a line, for programs that read logs (--log-format json).
 *
 *     {"time":"2026-11-28T17:20:00.123Z","tool":"td-put","event":"warning","message":"..."}
 *
 * event is start, note, debug, warning, retry, progress, error or end. All other members follow the
 * event. The end has the exit status that a shell sees, the seconds of the run and what it did as
 * "result": the object that log_result() was given, a receipt or the end of a frame, so its names
 * are those of receipts.
 *
 * Only die calls log_event() and log_end(). State: on or off, the result, and who wants to
 * know the end. log_event() may be
 * called by any thread; the rest is for the main thread.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

/* On from here. The start is logged before the first event, or by log_start(). */
void log_json(const char *tool);
void log_start(void);
/* No start and no end. */
void log_quiet(bool quiet);
bool log_is_json(void);

/*
 * One line, by one writev(2). members: "", or members of the object, each with a comma before it.
 * text becomes "message", made printable and without secrets (see visible).
 */
void log_event(const char *event, const char *members, const char *text);

/*
 * What the run did: a JSON object, in one piece or several, which are copied. Line feeds are left
 * out.
 */
void log_result(const char *piece);

/*
 * Of every run, with or without JSON: what is called at its end, with the exit status, the seconds
 * that it took, and the object of log_result(), or NULL. NULL: nothing. Counts time from here on.
 */
void log_at_end(void (*end)(int status, double seconds, const char *result));

/* The end, unless there was one. status -1: this was not a run (-h), of which nothing is logged. */
void log_end(int status);

#endif
