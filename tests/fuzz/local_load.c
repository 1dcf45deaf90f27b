/*
 * td-local's load: a body of an import, as it stands and in gzip, is refused and leaves nothing, or
 * becomes a segment that holds as many records as it says, each with an integer time.
 */
#include "fuzz.h"
#include "store/load.h"
#include "base/mem.h"
#include "store/value.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

static struct store store;

static void gone(void)
{
	store_close(&store);
}

/* In memory, where there is such a place: segments are synced. */
static void open_store(void)
{
	struct fail f = { 0 };

	if (store.dir)
		return;
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	FUZZ_CHECK(store_open(&store, NULL, &f) == 0);
	atexit(gone);
}

/* A file of the bytes, or of their gzip. */
static int body(const uint8_t *data, size_t size, bool gzip)
{
	FILE *file = tmpfile();
	int fd = dup(fileno(file));

	fclose(file);
	if (gzip) {
		gzFile gz = gzdopen(dup(fd), "wb1");

		FUZZ_CHECK(size == 0 || gzwrite(gz, data, (unsigned)size) == (int)size);
		FUZZ_CHECK(gzclose(gz) == Z_OK);
	} else {
		FUZZ_CHECK(write(fd, data, size) == (ssize_t)size);
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Does the segment hold what was reported? */
static void check(const struct load *l)
{
	struct fail f = { 0 };
	int fd = store_read(&store, l->name, &f);
	const char *p = mmap(NULL, l->written, PROT_READ, MAP_SHARED, fd, 0), *end = p + l->written;
	uint64_t size, rows = 0;

	FUZZ_CHECK(p != MAP_FAILED && store_size(fd, &size, &f) == 0 && size == l->written);
	for (const char *at = p; at < end; rows++) {
		ptrdiff_t n = mp_value(at, end);
		struct buf text;

		FUZZ_CHECK(n > 0 && (at[0] & 0xf0) != 0x90);
		buf_init(&text, 64 << 20);
		if (value_json(at, at + n, &text) == 0) {
			json_t *j = json_loadb(text.p, text.len, JSON_ALLOW_NUL, NULL);

			/* NULL: a NUL in a key, which jansson refuses */
			FUZZ_CHECK(j == NULL || json_is_object(j));
			json_decref(j);
		}
		buf_free(&text);
		at += n;
	}
	FUZZ_CHECK(rows == l->rows && l->tmin >= 0 && l->tmax <= LOAD_TIME_MAX &&
		l->tmin <= l->tmax);
	munmap((void *)(uintptr_t)p, l->written);
	close(fd);
}

static void one(const uint8_t *data, size_t size, bool stream, bool gzip)
{
	struct fail f = { 0 };
	struct load l;
	int fd = body(data, size, gzip);
	uint64_t rows;

	FUZZ_CHECK(load_open(&l, &store, stream, &f) == 0);
	l.now = 1500000000;
	FUZZ_CHECK(load_body(&l, fd, &f) == 0 ||
		(f.kind == FAIL_DATA && l.rows == 0 && l.written == 0));
	rows = l.rows;
	f.kind = FAIL_NONE;
	FUZZ_CHECK(load_close(&l, &f) == 0 && l.rows == rows && (rows > 0) == (l.name[0] != '\0'));
	if (rows > 0)
		check(&l);
	json_decref(column_types_json(l.found));
	load_free(&l, true);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	open_store();
	one(data, size, false, false);
	one(data, size, false, true);
	one(data, size, true, true);
	return 0;
}
