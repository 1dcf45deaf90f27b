/* The made-up rows of sample_datasets. */
#include "store/samples.h"
#include "store/counts.h"
#include "store/load.h"
#include "store/td_clock.h"
#include "store/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VISITS = 5000, SYMBOLS = 20, DAYS = 250 };

static uint32_t draw(uint64_t *state, uint32_t below)
{
	/* Knuth's MMIX */
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((*state >> 33) % below);
}

static int put(struct buf *b, const char *name, const char *value)
{
	return value_put_str(b, name, strlen(name)) ||
			(value ? value_put_str(b, value, strlen(value)) : value_put_nil(b))
		? -1
		: 0;
}

static int put_int(struct buf *b, const char *name, int64_t v)
{
	return value_put_str(b, name, strlen(name)) || value_put_int(b, v) ? -1 : 0;
}

static int put_double(struct buf *b, const char *name, double v)
{
	return value_put_str(b, name, strlen(name)) || value_put_double(b, v) ? -1 : 0;
}

/* One visit of a shop on a day of October 2014. */
static int visit(struct buf *b, uint64_t *s, int64_t time)
{
	static const char *const agents[] = {
		"Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/535.11 (KHTML, like Gecko) "
		"Chrome/17.0.963.56 Safari/535.11",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_7_3) AppleWebKit/534.53.11 (KHTML, like "
		"Gecko) Version/5.1.3 Safari/534.53.10",
		"Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
		"Mozilla/5.0 (iPad; CPU OS 5_0_1 like Mac OS X) AppleWebKit/534.46 (KHTML, like "
		"Gecko) Version/5.1 Safari/7534.48.3",
		"Mozilla/5.0 (Windows NT 6.0; rv:10.0.1) Gecko/20100101 Firefox/10.0.1",
	};
	static const char *const areas[] = { "electronics", "books", "games", "software", "office",
		"toys", "music", "jewelry", "garden" };
	static const int codes[] = { 404, 500, 302, 304, 403 };
	char host[20], path[64], referer[80];
	const char *area = areas[draw(s, 9)];
	bool post = draw(s, 12) == 0, from = draw(s, 3) != 0;
	uint32_t luck = draw(s, 100);

	snprintf(host, sizeof host, "%u.%u.%u.%u", 20 + draw(s, 200), draw(s, 256), draw(s, 256),
		1 + draw(s, 254));
	if (post)
		snprintf(path, sizeof path, "/search/?c=%s", area);
	else if (draw(s, 2))
		snprintf(path, sizeof path, "/category/%s", area);
	else
		snprintf(path, sizeof path, "/item/%s/%u", area, 1 + draw(s, 5000));
	snprintf(referer, sizeof referer,
		draw(s, 2) ? "/category/%s" : "http://www.google.com/search?q=%s",
		areas[draw(s, 9)]);
	return value_put_map(b, 9) || put(b, "user", draw(s, 10) ? NULL : "member") ||
			put(b, "host", host) || put(b, "path", path) ||
			put(b, "referer", from ? referer : "-") ||
			put_int(b, "code", luck < 95 ? 200 : codes[luck - 95]) ||
			put(b, "agent", agents[draw(s, 6)]) ||
			put_int(b, "size", 40 + draw(s, 100)) ||
			put(b, "method", post ? "POST" : "GET") || put_int(b, "time", time)
		? -1
		: 0;
}

static int visits(struct buf *b)
{
	uint64_t s = 20141003;
	int64_t time = 1412320845;
	int rc = 0;

	for (int i = 0; i < VISITS && !rc; i++) {
		rc = visit(b, &s, time);
		time += draw(&s, 24);
	}
	return rc;
}

/* Working days of one symbol: a walk that starts somewhere. */
static int symbol(struct buf *b, unsigned k)
{
	static const char names[] = "AAPLADBEAMATAMGNAMZNBIIBCMCSCOSTCSCOEBAYFASTGILD"
				    "GOOGINTCINTUMSFTNVDAORLYQCOMSBUX";
	uint64_t s = 1000 + k;
	double price = 20 + draw(&s, 8000) / 100.0;
	char name[5];
	int rc = 0;

	memcpy(name, names + 4 * k, 4);
	name[4] = '\0';
	for (int day = 0; day < DAYS && !rc; day++) {
		double open = price, close = open * (1 + ((double)draw(&s, 401) - 200) / 10000),
		       spread = open * draw(&s, 150) / 10000;
		double high = (open > close ? open : close) + spread,
		       low = (open < close ? open : close) - spread;

		rc = value_put_map(b, 7) || put(b, "symbol", name) ||
			put_double(b, "open", (double)(int)(open * 100) / 100) ||
			put_int(b, "volume", 100000 + 100 * (int64_t)draw(&s, 900000)) ||
			put_double(b, "high", (double)(int)(high * 100) / 100) ||
			put_double(b, "low", (double)(int)(low * 100) / 100) ||
			put_double(b, "close", (double)(int)(close * 100) / 100) ||
			put_int(b, "time", 1388620800 + INT64_C(86400) * (day / 5 * 7 + day % 5));
		price = close;
	}
	return rc;
}

static int quotes(struct buf *b)
{
	int rc = 0;

	for (unsigned k = 0; k < SYMBOLS && !rc; k++)
		rc = symbol(b, k);
	return rc;
}

static int make_table(struct account *a, const char *name, int (*rows)(struct buf *b),
	struct fail *f)
{
	struct catalog *c = &a->catalog;
	struct load load;
	struct buf b;
	int64_t table;
	json_t *found;

	if (load_open(&load, &a->store, false, f))
		return -1;
	buf_init(&b, 8 << 20);
	if (rows(&b))
		fail_set(f, FAIL_SYSTEM, "the sample rows are too long");
	if (f->kind == FAIL_NONE && load_records(&load, b.p, b.len, f) == 0 &&
		load_close(&load, f) == 0) {
		catalog_begin(c);
		catalog_do(c,
			"INSERT INTO tables (db, name, created, updated) SELECT id, ?1, ?2, ?2 "
			"FROM dbs WHERE name = 'sample_datasets'",
			"si", name, td_clock_now());
		table = sqlite3_last_insert_rowid(c->db);
		load_enter(&load, c, table, 0);
		found = column_types_json(load.found);
		counts_extend(c, table, found);
		counts_table(c, table);
		json_decref(found);
		catalog_end(c, true, f);
	}
	buf_free(&b);
	load_free(&load, f->kind != FAIL_NONE);
	return f->kind ? -1 : 0;
}

int samples_make(struct account *a, struct fail *f)
{
	catalog_begin(&a->catalog);
	catalog_do(&a->catalog,
		"INSERT INTO dbs (name, created, updated) VALUES ('sample_datasets', ?1, ?1)", "i",
		td_clock_now());
	if (catalog_end(&a->catalog, true, f))
		return -1;
	return make_table(a, "www_access", visits, f) || make_table(a, "nasdaq", quotes, f)
		? fail_at(f, "sample data")
		: 0;
}
