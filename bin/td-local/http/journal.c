/* A ring of requests. */
#include "http/journal.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>

struct journal {
	pthread_mutex_t lock;
	struct {
		char *method, *path;
		unsigned status;
		double ms;
	} entry[JOURNAL_MAX];
	size_t n; /* of all that there were */
};

struct journal *journal_new(void)
{
	struct journal *j = mem_zero(1, sizeof *j);

	pthread_mutex_init(&j->lock, NULL);
	return j;
}

void journal_clear(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < JOURNAL_MAX; i++) {
		free(j->entry[i].method);
		free(j->entry[i].path);
		j->entry[i].method = j->entry[i].path = NULL;
	}
	j->n = 0;
	pthread_mutex_unlock(&j->lock);
}

void journal_free(struct journal *j)
{
	journal_clear(j);
	pthread_mutex_destroy(&j->lock);
	free(j);
}

void journal_add(struct journal *j, const char *method, const char *path, unsigned status,
	double ms)
{
	size_t i;

	pthread_mutex_lock(&j->lock);
	i = j->n++ % JOURNAL_MAX;
	free(j->entry[i].method);
	free(j->entry[i].path);
	j->entry[i].method = mem_string(method);
	j->entry[i].path = mem_string(path);
	j->entry[i].status = status;
	j->entry[i].ms = ms;
	pthread_mutex_unlock(&j->lock);
}

json_t *journal_json(struct journal *j)
{
	json_t *all = json_array();

	pthread_mutex_lock(&j->lock);
	for (size_t k = j->n > JOURNAL_MAX ? j->n - JOURNAL_MAX : 0; k < j->n; k++) {
		size_t i = k % JOURNAL_MAX;
		json_t *path = json_string(j->entry[i].path);

		json_array_append_new(all,
			json_pack("{s:s, s:o, s:i, s:f}", "method", j->entry[i].method, "path",
				path ? path : json_null(), "status", (int)j->entry[i].status, "ms",
				(double)(int64_t)(j->entry[i].ms * 10) / 10));
	}
	pthread_mutex_unlock(&j->lock);
	return all;
}
