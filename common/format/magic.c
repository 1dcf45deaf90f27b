/* magic: recognising what cannot be rows. */
#include "format/magic.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool starts(const char *p, size_t n, const char *with, size_t len)
{
	return n >= len && memcmp(p, with, len) == 0;
}

/* A control byte among the first ones: no text. */
static bool is_binary(const char *p, size_t n)
{
	for (size_t i = 0; i < n && i < 64; i++)
		if ((unsigned char)p[i] < 0x20 && !strchr("\t\n\r\f", p[i] ? p[i] : 'x'))
			return true;
	return false;
}

static bool has(const char *p, size_t n, const char *what)
{
	size_t len = strlen(what);

	for (; n >= len; p++, n--)
		if (memcmp(p, what, len) == 0)
			return true;
	return false;
}

/* --- formats that begin with bytes of their own */

#define UNPACK(tool) "unpack it: td-encode -f %s -- " tool " FILE"

static const struct {
	struct magic magic;
	const char *bytes;
	unsigned char len;
	bool binary; /* the bytes could begin a text, what follows could not */
} known[] = {
	{ { "zstd", UNPACK("zstd -dc") }, "\x28\xb5\x2f\xfd", 4, false },
	{ { "xz", UNPACK("xz -dc") }, "\xfd\x37zXZ\0", 6, false },
	{ { "bzip2", UNPACK("bzip2 -dc") }, "BZh", 3, true },
	{ { "lz4", UNPACK("lz4 -dc") }, "\x04\x22\x4d\x18", 4, false },
	{ { "lzip", UNPACK("lzip -dc") }, "LZIP\1", 5, false },
	{ { "compress", UNPACK("uncompress -c") }, "\x1f\x9d", 2, false },
	{ { "LZMA", UNPACK("xz -dc") }, "\x5d\0\0", 3, false },
	{ { "lzop", UNPACK("lzop -dc") }, "\x89LZO\0", 5, false },
	{ { "RAR", UNPACK("unrar p -inul") }, "Rar!\x1a\7", 6, false },
	{ { "7-Zip", UNPACK("7z x -so") }, "7z\xbc\xaf\x27\x1c", 6, false },
	{ { "Parquet", "make it CSV: td-encode -f csv -- duckdb -csv -c \"FROM 'FILE'\"" },
	  "PAR1", 4, true },
	{ { "Avro", "make it JSON: td-encode -f jsonl -- avro-tools tojson FILE" },
	  "Obj\1", 4, false },
	{ { "ORC", "make it JSON: td-encode -f jsonl -- orc-contents FILE" }, "ORC", 3, true },
	{ { "Arrow", "make it CSV with pyarrow: pyarrow.csv.write_csv(table, ...)" },
	  "ARROW1\0\0", 8, false },
	{ { "Arrow", "make it CSV with pyarrow: pyarrow.csv.write_csv(table, ...)" },
	  "\xff\xff\xff\xff", 4, false },
	{ { "Feather", "make it CSV with pyarrow: pyarrow.feather.read_table(FILE)" },
	  "FEA1", 4, true },
	{ { "HDF5", "make it CSV with h5py or pandas" }, "\x89HDF\r\n", 6, false },
	{ { "an array of NumPy", "make it CSV: numpy.savetxt(FILE, array, delimiter=',')" },
	  "\x93NUMPY", 6, false },
	{ { "a program", "it holds no rows" }, "\x7f""ELF", 4, false },
	{ { "SQLite", "select from it: td-encode -f csv -- sqlite3 -header -csv FILE "
		      "'SELECT * FROM TABLE'" }, "SQLite format 3\0", 16, false },
	{ { "zlib data", UNPACK("pigz -dcz") }, "x\x9c", 2, false },
	{ { "zlib data", UNPACK("pigz -dcz") }, "x\xda", 2, false },
	{ { "zlib data", UNPACK("pigz -dcz") }, "x\1", 2, true },
	{ { "zlib data", UNPACK("pigz -dcz") }, "x^", 2, true },
	{ { "a PNG image", "it holds no rows" }, "\x89PNG\r\n", 6, false },
	{ { "a JPEG image", "it holds no rows" }, "\xff\xd8\xff", 3, false },
	{ { "a GIF image", "it holds no rows" }, "GIF8", 4, true },
	{ { "PDF", "it holds pages, not rows" }, "%PDF-", 5, false },
	{ { "PostScript", "it holds pages, not rows" }, "%!PS-", 5, false },
	{ { "an encrypted message", "decrypt it: td-encode -f %s -- gpg -d FILE" },
	  "-----BEGIN PGP MESSAGE", 22, false },
	{ { "a pointer of Git LFS", "git lfs pull gets the file" },
	  "version https://git-lfs.github.com/spec/", 40, false },
	{ { "an answer of HTTP with its header", "let curl leave the header out: no -i" },
	  "HTTP/1.", 7, false },
	{ { "an answer of HTTP with its header", "let curl leave the header out: no -i" },
	  "HTTP/2 ", 7, false },
	{ { "YAML", "make it JSON: td-encode -f jsonl -- yq -o json -I 0 FILE" },
	  "---\n", 4, false },
	{ { "YAML", "make it JSON: td-encode -f jsonl -- yq -o json -I 0 FILE" },
	  "%YAML ", 6, false },
	{ { "RTF", "save it as plain text" }, "{\\rtf", 5, false },
	{ { "an Excel workbook (xls)", "save it as CSV UTF-8" },
	  "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, false },
};

static const struct magic *by_bytes(const char *p, size_t n)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (starts(p, n, known[i].bytes, known[i].len) &&
		    (!known[i].binary || is_binary(p, n)))
			return &known[i].magic;
	return NULL;
}

static const struct magic *archive(const char *p, size_t n)
{
	static const struct magic excel = { "an Excel workbook (xlsx)",
		"save it as CSV UTF-8, or: td-encode -f csv -- xlsx2csv FILE" };
	static const struct magic office = { "an OpenDocument spreadsheet",
		"save it as CSV UTF-8" };
	static const struct magic empty = { "an empty zip", "it holds no rows" };
	static const struct magic zip = { "zip", UNPACK("unzip -p") };
	static const struct magic tar = { "tar", UNPACK("tar -xOf") };

	if (starts(p, n, "PK\5\6", 4))
		return &empty;
	if (starts(p, n, "PK\3\4", 4) && has(p, n, "vnd.oasis.opendocument.spreadsheet"))
		return &office;
	if (starts(p, n, "PK\3\4", 4))
		return has(p, n, "[Content_Types].xml") || has(p, n, "xl/") ? &excel : &zip;
	return n >= 262 && memcmp(p + 257, "ustar", 5) == 0 ? &tar : NULL;
}

/* --- markup */

/* A tag that another one follows, as in <Error><Code>: no header of CSV. */
static bool is_tags(const char *p, size_t n)
{
	const char *end = p + n, *gt = memchr(p, '>', n);

	if (n < 2 || p[0] != '<' || !isalpha((unsigned char)p[1]) || !gt ||
		memchr(p, '\n', (size_t)(gt - p)) || memchr(p + 1, '<', (size_t)(gt - p - 1)))
		return false;
	for (p = gt + 1; p < end && isspace((unsigned char)*p); p++)
		;
	return end - p >= 2 && p[0] == '<' && (isalpha((unsigned char)p[1]) || p[1] == '!');
}

static const struct magic *markup(const char *p, size_t n)
{
	static const struct magic html = { "HTML",
		"a web page, perhaps an error of a proxy or of a login: look at it" };
	static const struct magic xml = { "XML",
		"make it JSON or CSV first, with xq(1) or xsltproc(1)" };
	static const char *const tags[] = { "<!doctype html", "<html", "<head", "<body", "<title",
					    "<script", "<table" };

	if (starts(p, n, "\xef\xbb\xbf", 3)) {
		p += 3;
		n -= 3;
	}
	while (n > 0 && isspace((unsigned char)*p)) {
		p++;
		n--;
	}
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		size_t len = strlen(tags[i]);

		if (n > len && strncasecmp(p, tags[i], len) == 0 && !isalnum((unsigned char)p[len]))
			return &html;
	}
	if (is_tags(p, n))
		return has(p, n, "</h1>") || has(p, n, "</p>") || has(p, n, "<br") ? &html : &xml;
	return starts(p, n, "<?xml", 5) || starts(p, n, "<!DOCTYPE", 9) || starts(p, n, "<!--", 4) ?
		       (has(p, n, "<html") ? &html : &xml) : NULL;
}

/* --- tables for people */

/* The line at p made of these characters only, at least three of them, one of which is a '-'? */
static bool is_rule(const char *p, size_t n, const char *of)
{
	size_t i;

	for (i = 0; i < n && p[i] != '\n' && p[i] != '\r'; i++)
		if (!strchr(of, p[i] ? p[i] : 'x'))
			return false;
	return i > 2 && memchr(p, '-', i);
}

/* Two blanks in the line at p, as between the columns of sqlite3 -column. */
static bool has_gap(const char *p, size_t n)
{
	const char *lf = memchr(p, '\n', n);

	return has(p, lf ? (size_t)(lf - p) : n, "-  -");
}

static const struct magic *drawn(const char *p, size_t n)
{
	static const struct magic psql = { "psql's aligned output",
		"let it write CSV: psql --csv (or \\copy ... TO STDOUT CSV HEADER)" };
	static const struct magic box = { "a table in a box, as for people",
		"let the program write CSV" };
	static const struct magic mysql = { "a table in a box, as mysql draws it",
		"let it write tabs: mysql --batch, and td-encode -f mysql" };
	const char *lf;

	while (n > 0 && (*p == '\n' || *p == '\r')) {
		p++;
		n--;
	}
	if (n > 2 && p[0] == '+' && p[1] == '-' && is_rule(p, n, "+-"))
		return &mysql;
	if (starts(p, n, "-[ RECORD ", 10))
		return &psql;
	if (starts(p, n, "\xe2\x94\x8c\xe2\x94\x80", 6) || /* a corner and a line */
		starts(p, n, "\xe2\x95\xad\xe2\x94\x80", 6) ||
		starts(p, n, "\xe2\x95\x94\xe2\x95\x90", 6))
		return &box;
	lf = memchr(p, '\n', n);
	if (!lf)
		return NULL;
	n -= (size_t)(lf + 1 - p);
	if (*p == '|' && n > 3 && lf[1] == '|' && is_rule(lf + 1, n, "|-: "))
		return &box;
	if (n > 3 && lf[1] == '-' && has_gap(lf + 1, n) && is_rule(lf + 1, n, "- "))
		return &box;
	return *p == ' ' && n > 2 && lf[1] == '-' && is_rule(lf + 1, n, "+-") ? &psql : NULL;
}

const struct magic *magic_find(const char *p, size_t n)
{
	const struct magic *m = by_bytes(p, n);

	if (!m)
		m = archive(p, n);
	if (!m)
		m = markup(p, n);
	return m ? m : drawn(p, n);
}
