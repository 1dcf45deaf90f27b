/*
 * rowset: rows out of arrays and arrays out of rows, for emitted SQL only.
 *
 *   td_unnest(shape, array ...)  a table: for each letter of the shape columns c0, c1 ...: "a " an array's element, "m " a map's
 *                                key and value, "r3 " three fields of an array of rows, "n" the row's number from 1
 *   td_rows(c0, c1 ...)          an aggregate: all rows as an array of rows
 *   td_first(x, k), td_last(x, k)  windows: the k-th value of the frame that is not NULL, from its start or end
 *   td_one(x)                    an aggregate: the only row's value; raises if there are two
 */
#ifndef SQL_ROWSET_H
#define SQL_ROWSET_H

#include <sqlite3.h>

enum { ROWSET_COLUMNS = 300, ROWSET_ARGUMENTS = 30 };

int rowset_register(sqlite3 *db);

#endif
