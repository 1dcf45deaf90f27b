/* Parsing faults, and choosing the one that strikes a request. */
#include "http/faults.h"
#include "base/mem.h"
#include "base/num.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FAULTS_MAX = 1000, SPEC_MAX = 1000 };

struct rule {
	struct rule *next;
	char *spec, *method, *pattern;
	uint64_t from, to, seen, struck;
	struct fault fault;
};

struct faults {
	pthread_mutex_t lock;
	struct rule *first;
	unsigned n;
};

struct faults *faults_new(void)
{
	struct faults *a = mem_zero(1, sizeof *a);

	pthread_mutex_init(&a->lock, NULL);
	return a;
}

static void rule_free(struct rule *r)
{
	free(r->spec);
	free(r->method);
	free(r->pattern);
	free(r);
}

void faults_clear(struct faults *a)
{
	pthread_mutex_lock(&a->lock);
	while (a->first) {
		struct rule *r = a->first;

		a->first = r->next;
		rule_free(r);
	}
	a->n = 0;
	pthread_mutex_unlock(&a->lock);
}

void faults_free(struct faults *a)
{
	faults_clear(a);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

static bool parse_count(const char *s, struct rule *r)
{
	const char *dash = strchr(s, '-');

	r->from = 1;
	r->to = UINT64_MAX;
	if (strcmp(s, "*") == 0)
		return true;
	if (!dash)
		return num_u64(s, strlen(s), UINT64_MAX, &r->to) && r->to > 0;
	return num_u64(s, (size_t)(dash - s), UINT64_MAX, &r->from) &&
		num_u64(dash + 1, strlen(dash + 1), UINT64_MAX, &r->to) && r->from >= 1 &&
		r->from <= r->to;
}

static bool seconds(const char *s, double *out)
{
	char *end;

	*out = strtod(s, &end);
	return end != s && *end == '\0' && *out >= 0 && *out <= 86400;
}

static bool retry_after(const char *s, struct fault *t)
{
	uint64_t n;

	if (strncmp(s, "date:", 5) == 0) {
		t->retry_date = true;
		s += 5;
	}
	if (!num_u64(s, strlen(s), 1 << 30, &n))
		return false;
	t->retry_after = (int64_t)n;
	return true;
}

/* One word of an action. `first` words say what kind it is, the others belong to a status. */
static bool parse_word(const char *w, bool first, struct fault *t)
{
	static const struct {
		const char *word;
		enum fault_kind kind;
		char arg;
	} kinds[] = {
		{ "reset", FAULT_RESET, 0 },
		{ "reset-body", FAULT_RESET_BODY, 'n' },
		{ "reset-after", FAULT_RESET_AFTER, 0 },
		{ "cut", FAULT_CUT, '?' },
		{ "slow", FAULT_SLOW, 'n' },
		{ "delay", FAULT_DELAY, 's' },
		{ "stall", FAULT_STALL, 's' },
	};
	const char *eq = strchr(w, '=');
	size_t len = eq ? (size_t)(eq - w) : strlen(w);
	uint64_t n;

	if (first && num_u64(w, strlen(w), 599, &n)) {
		t->status = (unsigned)n;
		return n >= 400;
	}
	if (!first) {
		t->after |= strcmp(w, "after") == 0;
		t->body = strcmp(w, "html") == 0  ? FAULT_HTML
			: strcmp(w, "empty") == 0 ? FAULT_EMPTY
			: strcmp(w, "null") == 0  ? FAULT_NULL
						  : t->body;
		return t->kind == FAULT_STATUS &&
			(strcmp(w, "after") == 0 || strcmp(w, "html") == 0 ||
				strcmp(w, "empty") == 0 || strcmp(w, "null") == 0 ||
				(strncmp(w, "retry-after=", 12) == 0 && retry_after(w + 12, t)));
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strlen(kinds[i].word) != len || memcmp(kinds[i].word, w, len) != 0)
			continue;
		t->kind = kinds[i].kind;
		t->bytes = FAULT_HALF;
		if (!eq)
			return kinds[i].arg == 0 || kinds[i].arg == '?';
		if (kinds[i].arg == 's')
			return seconds(eq + 1, &t->seconds);
		return kinds[i].arg && num_u64(eq + 1, strlen(eq + 1), UINT64_MAX - 1, &t->bytes) &&
			(t->kind != FAULT_SLOW || t->bytes > 0);
	}
	return false;
}

static bool parse_action(char *s, struct fault *t)
{
	char *save = NULL;
	bool first = true;

	*t = (struct fault){ .kind = FAULT_STATUS, .retry_after = -1 };
	for (char *w = strtok_r(s, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		if (!parse_word(w, first, t))
			return false;
		first = false;
	}
	return !first;
}

static bool method_ok(const char *method)
{
	static const char *const methods[] = { "*", "GET", "HEAD", "POST", "PUT", "DELETE" };

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(method, methods[i]) == 0)
			return true;
	return false;
}

/* NULL with f filled: not a fault, or one that could never strike. */
static struct rule *parse(const char *spec, size_t n, struct fail *f)
{
	struct rule *r = mem_zero(1, sizeof *r);
	char *copy = mem_copy(spec, n), *save = NULL;
	const char *blank = " \t\r\n";
	char *method = strtok_r(copy, blank, &save), *pattern = strtok_r(NULL, blank, &save);
	char *count = strtok_r(NULL, blank, &save), *action = strtok_r(NULL, blank, &save);

	/* cppcheck-suppress incorrectLogicOperator ; the same call again is the next word */
	if (!action || strtok_r(NULL, blank, &save) || n >= SPEC_MAX || !parse_count(count, r) ||
		!parse_action(action, &r->fault))
		fail_set(f, FAIL_USAGE,
			"'%.*s' is not a fault: METHOD PATTERN COUNT ACTION, as td-local(1) says",
			(int)n, spec);
	else if (!method_ok(method))
		fail_set(f, FAIL_USAGE, "'%s' is not GET, HEAD, POST, PUT, DELETE or *", method);
	else if (*(pattern = strncmp(pattern, "/v3/", 4) == 0 ? pattern + 4 : pattern) == '/')
		fail_set(f, FAIL_USAGE, "'%s' has a slash in front, and paths have none", pattern);
	if (f->kind == FAIL_NONE) {
		r->spec = mem_copy(spec, n);
		r->method = mem_string(method);
		r->pattern = mem_string(pattern);
	}
	free(copy);
	if (f->kind == FAIL_NONE)
		return r;
	rule_free(r);
	return NULL;
}

/* All of a list, or none. */
static int add(struct faults *a, struct rule *first, unsigned n, struct fail *f)
{
	struct rule **last;

	pthread_mutex_lock(&a->lock);
	if (a->n + n > FAULTS_MAX) {
		fail_set(f, FAIL_USAGE, "more than %d faults", FAULTS_MAX);
	} else {
		for (last = &a->first; *last; last = &(*last)->next)
			;
		*last = first;
		a->n += n;
	}
	pthread_mutex_unlock(&a->lock);
	return f->kind ? -1 : 0;
}

static void rules_free(struct rule *first)
{
	while (first) {
		struct rule *next = first->next;

		rule_free(first);
		first = next;
	}
}

int faults_add_all(struct faults *a, const char *lines, struct fail *f)
{
	struct rule *first = NULL, **last = &first;
	unsigned n = 0;

	for (const char *p = lines; *p && f->kind == FAIL_NONE; p += *p != '\0') {
		size_t len = strcspn(p, "\r\n");

		if (len && n == FAULTS_MAX)
			fail_set(f, FAIL_USAGE, "more than %d faults", FAULTS_MAX);
		else if (len && (*last = parse(p, len, f))) {
			last = &(*last)->next;
			n++;
		}
		p += len;
	}
	if (f->kind == FAIL_NONE && add(a, first, n, f) == 0)
		return 0;
	rules_free(first);
	return -1;
}

int faults_add(struct faults *a, const char *spec, struct fail *f)
{
	struct rule *r = parse(spec, strlen(spec), f);

	if (r && add(a, r, 1, f))
		rule_free(r);
	return f->kind ? -1 : 0;
}

void faults_list(struct faults *a, struct buf *out)
{
	pthread_mutex_lock(&a->lock);
	for (struct rule *r = a->first; r; r = r->next)
		buf_printf(out, "%s\t%" PRIu64 "\n", r->spec, r->struck);
	pthread_mutex_unlock(&a->lock);
}

bool faults_strike(struct faults *a, const char *method, const char *path, struct fault *out)
{
	bool struck = false;

	pthread_mutex_lock(&a->lock);
	for (struct rule *r = a->first; r && !struck; r = r->next) {
		if (strcmp(r->method, "*") != 0 && strcmp(r->method, method) != 0)
			continue;
		if (fnmatch(r->pattern, path, 0) != 0 || r->seen == UINT64_MAX)
			continue;
		r->seen++;
		struck = r->seen >= r->from && r->seen <= r->to;
		if (struck) {
			r->struck++;
			*out = r->fault;
		}
	}
	pthread_mutex_unlock(&a->lock);
	return struck;
}
