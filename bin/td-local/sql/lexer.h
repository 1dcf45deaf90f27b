/*
 * lexer: a statement as words, in either dialect, each with its place. Comments and blanks are
 * gone; what Presto's magic comments say is kept.
 */
#ifndef SQL_LEXER_H
#define SQL_LEXER_H

#include "sql/arena.h"
#include "base/fail.h"
#include "sql/sqltype.h"

#include <stdint.h>

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,    /* a keyword or a name; `text` is in lower case */
	TOKEN_QUOTED,  /* a name in "double quotes" or, in Hive, `backticks` */
	TOKEN_STRING,  /* 'text', U&'text' */
	TOKEN_BINARY,  /* X'68 69': text has the bytes */
	TOKEN_INTEGER, /* 1; Hive's 1L, 1S, 1Y and 1BD have `suffix` */
	TOKEN_DECIMAL, /* 1.5 */
	TOKEN_DOUBLE,  /* 1e0 */
	TOKEN_SYMBOL
};

/* A position in the statement, from 1. */
struct place {
	uint32_t line, column;
};

struct token {
	enum token_kind kind;
	char suffix;      /* 'l', 's', 'y', 'b' */
	struct place at;
	const char *text; /* decoded, NUL-terminated */
	size_t n;
	const char *raw; /* as it was written; where the next one starts is its end at the latest */
	size_t raw_n;
};

struct tokens {
	struct token *t; /* the last one is TOKEN_END */
	size_t n;
	bool decimal_literals; /* -- set session parse_decimal_literals_as_double = 'false' */
};

enum { LEXER_MAX = 2 << 20 }; /* bytes of a statement, in Hive; of Presto 1,000,000 come here */

int lexer_run(struct tokens *out, struct arena *a, const char *sql, enum sql_engine engine,
	struct fail *f);

#endif
