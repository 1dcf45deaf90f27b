/*
 * metrics: what the last run did, as a file that Prometheus reads (--metrics FILE).
 *
 * The text exposition format, version 0.0.4, for the textfile collector of node_exporter:
 *
 *     td_status{tool="td-put",run="hourly",destination="db.events"} 0
 *     td_rows{...} 1234567
 *     td_last_success_timestamp_seconds{...} 1796412000
 *
 * `run` is the name of FILE without its folder and ".prom", so that the files of one folder never
 * have the same series. rows, rejects and bytes are those of the run's receipt or frame; what is
 * not known is left out. The time of the last success of the same labels stays through failures,
 * and so does the destination where a run fails before it knows it.
 *
 * The file is replaced in one step (newfile) at every end of the process but that by KILL or by a
 * second signal. What prevents that is met at the beginning; what fails at the end is a warning and
 * does not change the exit status. State: one file. For the main thread, before the sandbox.
 */
#ifndef METRICS_H
#define METRICS_H

/* For tables of options, and lines for the help text. */
#define METRICS_LONG { "metrics", required_argument, NULL, METRICS }
#define METRICS_USAGE "      --metrics FILE      write what the run did there, for Prometheus\n"
enum { METRICS = 5100 }; /* beyond what a tool calls its own */

/* --metrics, with optarg; of several the last counts. Exits if FILE cannot be replaced. */
void metrics_option(void);
/* Refuses --metrics, if it was given, beside `option`, with which nothing is done. Exits 2. */
void metrics_refuse(const char *option);
/* FILE, or NULL: it must not be anything else that the run writes. */
const char *metrics_file(void);
/* What the run writes to: "DATABASE.TABLE" or any text without secrets. Copied. */
void metrics_destination(const char *text);

#endif
