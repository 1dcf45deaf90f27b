/*
 * fuzz: what all targets share. With -fsanitize=fuzzer libFuzzer supplies main(); otherwise the one
 * here replays the files of the corpus, one by one, and says so in TAP. Files that end in .hex hold
 * bytes as hexadecimal text; each line of one that ends in .lines is an input, and is cut at each
 * of its bytes.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef FUZZ_REPLAY
#include <ctype.h>

static inline size_t fuzz_unhex(char *p, size_t n)
{
	size_t out = 0;
	unsigned digits = 0, v = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '#') /* a comment, to the end of the line */
			while (i < n && p[i] != '\n')
				i++;
		if (i == n || !isxdigit((unsigned char)p[i]))
			continue;
		v = (v << 4 |
			    (unsigned)(isdigit((unsigned char)p[i]) ? p[i] - '0'
								    : (p[i] | 32) - 'a' + 10)) &
			0xff;
		if (++digits % 2 == 0)
			p[out++] = (char)(v & 0xff);
	}
	return out;
}

static inline int fuzz_ends(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

static inline void fuzz_cut(const char *p, size_t n, size_t step)
{
	LLVMFuzzerTestOneInput((const uint8_t *)p, n); /* what goes wrong aborts */
	for (size_t cut = 0; cut < n; cut += step)
		LLVMFuzzerTestOneInput((const uint8_t *)p, cut);
}

static inline void fuzz_lines(const char *p, const char *end)
{
	for (const char *line = p; p < end; p++)
		if (*p == '\n') {
			fuzz_cut(line, (size_t)(p - line), 1);
			line = p + 1;
		}
}

int main(int argc, char **argv)
{
	static char data[1 << 20];
	int failed = 0;

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		size_t n = f ? fread(data, 1, sizeof data, f) : 0;

		if (f)
			fclose(f);
		failed |= !f;
		if (fuzz_ends(argv[i], ".hex"))
			n = fuzz_unhex(data, n);
		if (fuzz_ends(argv[i], ".lines"))
			fuzz_lines(data, data + n);
		else
			fuzz_cut(data, n, n < 2000 ? 1 + n / 50 : n);
		printf("%sok %d - %s\n", f ? "" : "not ", i,
			strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i]);
	}
	printf("1..%d\n", argc - 1);
	return failed;
}
#endif

#define FUZZ_CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

#endif
