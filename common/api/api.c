/* The handle, and the options that all tools have that talk to Treasure Data. */
#include "api/api_call.h"
#include "base/die.h"
#include "sys/clock.h"
#include "sys/sandbox.h"
#include "base/mem.h"
#include "base/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The options, and what they leave to the connection and the environment. */
static struct http_opt settled(const struct conf *c, const struct api_opt *o)
{
	struct http_opt http = o->http;

	if (!http.cacert) {
		http.cacert = c->cacert;
		http.capath = c->capath;
	}
	if (!http.cert) {
		http.cert = c->cert;
		http.cert_key = http.cert_key ? http.cert_key : c->cert_key;
	}
	http.proxy = c->proxy;
	return http;
}

struct api *api_open(const struct conf *c, const struct api_opt *o)
{
	struct api *a = mem_zero(1, sizeof *a);
	const struct http_opt http = settled(c, o);

	a->endpoint = mem_string(c->endpoint);
	a->import_endpoint = mem_string(c->import_endpoint);
	a->host = http_host(c->endpoint);
	a->import_host = http_host(c->import_endpoint);
	a->key_from = mem_string(c->key_from);
	a->authorization = mem_printf("TD1 %s", c->key);
	a->retry = o->retry;
	a->stall_said = o->stall_said;
	a->stop = o->http.stop;
	a->date = -1;
	a->http = http_open(&http);
	return a;
}

void api_close(struct api *a)
{
	if (!a)
		return;
	http_close(a->http);
	mem_wipe(a->authorization, strlen(a->authorization));
	free(a->authorization);
	free(a->endpoint);
	free(a->import_endpoint);
	free(a->host);
	free(a->import_host);
	free(a->key_from);
	free(a);
}

int api_status(const struct api *a)
{
	return a->status;
}

const char *api_endpoint(const struct api *a)
{
	return a->endpoint;
}

int64_t api_time(const struct api *a)
{
	return a->date >= 0 ? a->date + (int64_t)(clock_ms() - a->date_ms) / 1000
			    : (int64_t)time(NULL);
}

int api_server_status(struct api *a, struct fail *f)
{
	struct api_call c = { .e = SERVER_STATUS };
	json_t *j = api_call(a, &c, f) ? NULL : api_call_json(a, &c, f);
	int rc = j ? 0 : -1;

	if (j && !api_string(j, "status"))
		rc = fail_set(f, FAIL_REFUSED, "%s does not answer as Treasure Data does",
			a->host);
	api_call_free(&c);
	json_decref(j);
	return rc ? fail_at(f, "no Treasure Data answers") : 0;
}

void api_hurry(struct api *a)
{
	a->hurry = true;
	a->retry.deadline_ms = a->retry.deadline_ms < 15000 ? a->retry.deadline_ms : 15000;
	http_hurry(a->http);
}

void api_until(struct api *a, uint64_t ms)
{
	if (a->until_ms == 0 || ms < a->until_ms)
		a->until_ms = ms;
}

bool api_option(struct api_opt *o, int c, const char *help, int *verbosity)
{
	switch (c) {
	case API_TIMEOUT:
		o->retry.deadline_ms = (uint64_t)option_seconds(0, 30 * 86400) * 1000;
		return true;
	case API_RETRY_WAIT:
		o->retry.cap_ms = (uint32_t)option_seconds(0, 86400) * 1000;
		return true;
	case API_STALL:
		o->http.stall_s = (unsigned)option_seconds(0, 86400);
		o->http.stall_s += o->http.stall_s == 0;
		o->stall_said = true;
		return true;
	case API_CACERT: o->http.cacert = optarg; return true;
	case API_CERT: o->http.cert = optarg; return true;
	case API_CERT_KEY: o->http.cert_key = optarg; return true;
	case API_INSECURE: o->http.insecure = true; return true;
	default: option_common(c, help, verbosity); return false;
	}
}

int api_sandbox(const struct conf *c, const struct api_opt *o, struct fail *f)
{
	enum { FOLDERS = 8 };
	const struct http_opt http = settled(c, o);
	const char *const given[] = { http.cacert, http.cert, http.cert_key };
	const char *reads[sizeof given / sizeof *given + FOLDERS + 1];
	/* OpenSSL takes several folders, with colons between them */
	char *folders = mem_string(http.capath ? http.capath : ""), *next = folders, *one;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		if (given[i])
			reads[n++] = given[i];
	for (int i = 0; i < FOLDERS && (one = strsep(&next, ":")); i++)
		if (*one)
			reads[n++] = one;
	reads[n] = NULL;
	rc = sandbox_client(reads, f);
	free(folders);
	if (rc)
		return -1;
	debug("sandbox: %s", sandbox_parts());
	if (http.cert_key)
		conf_warn_if_open(http.cert_key);
	if (http.insecure)
		warn("--insecure: the server's certificate is not verified: whoever answers in its "
		     "place gets the key and the rows");
	return 0;
}
