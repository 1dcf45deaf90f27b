/* Names of temporary tables and sessions: those that are made are recognised, and no others. */
#include "td/tempname.h"
#include "tap.h"
#include "td/tdurl.h"

#include <stdlib.h>
#include <string.h>

enum { NOW = 1700000000 };
static const uint64_t chance = 0x0123456789abcdef;

static char *repeat(char c, size_t n)
{
	char *s = calloc(1, n + 1);

	memset(s, c, n);
	return s;
}

static void lengths(void)
{
	static const size_t some[] = { 3, 104, 105, 106, 128, 129, TDURL_NAME_MAX };

	for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
		char *target = repeat('t', some[i]), *other = repeat('u', some[i]),
		     *name = tempname_table(target, NOW, chance);
		struct fail f = { 0 };

		tap_result(strlen(name) <= TDURL_NAME_ADVISED &&
				   tdurl_check_name("table", name, &f) == 0,
			"a name that Treasure Data takes");
		tap_num(tempname_table_time(name, target), NOW,
			"it is known as its target's, and when it was made");
		tap_num(tempname_table_time(name, other), -1, "and as no other's");
		tap_num(tempname_table_time(name, NULL), NOW, "and as of some table");
		free(target);
		free(other);
		free(name);
	}
}

static void tables(void)
{
	static const char *const not [] = { "", "_tdput_6553f10001234567", "tbl", "tbl_tdput_",
		"tbl_tdput_6553f1000123456", "tbl_tdput_6553f1000123456g",
		"tbl_tdput_6553F10001234567", "tbl_tdpuT_6553f10001234567",
		"tbl_tdput_6553f10001234567_" };
	char *name = tempname_table("tbl", NOW, chance);

	tap_is(name, "tbl_tdput_6553f10089abcdef", "a table");
	tap_num(tempname_table_time(name, "tb"), -1, "a shorter name is another table's");
	tap_num(tempname_table_time(name, "tbl_"), -1, "and a longer one");
	for (size_t i = 0; i < sizeof not / sizeof *not; i++)
		tap_num(tempname_table_time(not [i], NULL), -1, not [i]);
	free(name);
}

static void kept(void)
{
	static const char *const parts[] = { "part0_0123456789abcdef0123456789abcdef_89abcdef_1",
		"part12_0123456789abcdef0123456789abcdef_89abcdef_fff_0123abc" };
	static const char *const not [] = { "", "part", "part0", "part_1", "task-0_1",
		"part0_0123456789abcdef0123456789abcdef_89abcdef",
		"part0_0123456789abcdef0123456789abcdef_89abcdef_",
		"part0_0123456789abcdef0123456789abcde_89abcdef_1",
		"part0_0123456789abcdef0123456789abcdef_89abcde_1",
		"part0_0123456789abcdef0123456789abcdef_89abcdef_1_0123ab",
		"part0_0123456789abcdef0123456789abcdef_89abcdef_1_0123abcd" };
	char *name = tempname_once("0123456789abcdef0123456789abcdef");

	tap_is(name, "td_put_once_0123456789abcdef0123456789abcdef", "a session of --once");
	tap_result(tempname_is_once(name), "it is known");
	tap_num(tempname_session_time(name), -1, "and is none that --gc takes");
	tap_result(!tempname_is_once("td_put_once_0123456789abcdef0123456789abcde"), "a short one");
	tap_result(!tempname_is_once("td_put_once_0123456789abcdef0123456789abcdef0"),
		"a long one");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		tap_result(tempname_is_part(parts[i]), parts[i]);
	for (size_t i = 0; i < sizeof not / sizeof *not; i++)
		tap_result(!tempname_is_part(not [i]), not [i]);
	free(name);
}

static void claimed(void)
{
	char *long_target = repeat('t', 120), *alike = repeat('t', 121);
	char *table = tempname_table(long_target, NOW, chance),
	     *own = tempname_own(table, NOW + 9, chance),
	     *load = tempname_loaded(table, NOW + 9, chance),
	     *copy = tempname_copy(load, NOW + 10, chance),
	     *again = tempname_own(copy, NOW, chance),
	     *undo = tempname_undo("tbl_kept", NOW, chance);

	tap_num((int64_t)strlen(copy), TDURL_NAME_ADVISED, "the longest name of a long table");
	tap_num(tempname_table_time(load, long_target), NOW + 9, "rows beside which others stay");
	tap_num(tempname_table_time(copy, long_target), NOW + 10, "and the copy of both");
	tap_num(tempname_is_copy(copy, table) && tempname_is_loaded(load, table) &&
			tempname_is_own(again, table),
		1, "three kinds of one table");
	tap_num(tempname_is_copy(load, table) || tempname_is_own(copy, table) ||
			tempname_is_loaded(own, table),
		0, "and none is another");
	tap_num(tempname_table_time(own, long_target), NOW + 9, "its age is that of the claim");
	tap_num(tempname_table_time(table, alike), -1, "long names that begin alike are two");
	tap_num(tempname_is_own(own, table), 1, "it is of its table");
	tap_num(tempname_is_own(table, table), 0, "which is not its own");
	tap_num(tempname_table_time("tbl_0123456789abcdef", NULL), -1, "a claim of nothing");
	tap_num(tempname_is_undo(undo, "tbl_kept"), 1, "of an undo");
	tap_num(tempname_table_time(undo, NULL), -1, "which is not a temporary table");
	free(long_target);
	free(alike);
	free(table);
	free(load);
	free(copy);
	free(again);
	free(own);
	free(undo);
}

static void generations(void)
{
	static const char *const not [] = { "", "tbl_kept", "tbl_kept_", "tbl_kept_20231114_221320",
		"tbl_kept_20231114_221320_89abcde", "tbl_kept_20231114_221320_89abcdeg",
		"tbl_kept_20231314_221320_89abcdef", "tbl_kept_20231114x221320_89abcdef",
		"tbl_kept_20231114_221320_89abcdef0", "tbk_kept_20231114_221320_89abcdef",
		"tbl_tdput_20231114_221320_89abcdef", "tbl_kept_20231114_221320_89abcdef_tdundo_" };
	char *name = tempname_kept("tbl", NOW, chance),
	     *undo = tempname_undo(name, NOW + 5, chance),
	     *long_target = repeat('t', 128), *alike = repeat('t', 127),
	     *long_name = tempname_kept(long_target, NOW, chance);
	size_t len = 0;

	tap_is(name, "tbl_kept_20231114_221320_89abcdef", "a kept table");
	tap_num(tempname_kept_time(name, "tbl", &len), NOW, "it is known, and its time");
	tap_num((int64_t)len, (int64_t)strlen(name), "its name");
	tap_num(tempname_kept_time(undo, "tbl", &len), NOW, "and where an undo has it");
	tap_num((int64_t)len, (int64_t)strlen(name), "under the name of before");
	tap_num(tempname_kept_time(name, "tb", &len), -1, "a shorter name is another table's");
	tap_num(tempname_kept_time(name, "tbl_", &len), -1, "and a longer one");
	tap_num(tempname_table_time(name, NULL), -1, "--gc takes none of them");
	tap_num(tempname_table_time(undo, NULL), -1, "nor one of an undo");
	tap_result(strlen(long_name) <= TDURL_NAME_ADVISED, "of a long name");
	tap_num(tempname_kept_time(long_name, long_target, &len), NOW, "which is known");
	tap_num(tempname_kept_time(long_name, alike, &len), -1, "and no other's");
	for (size_t i = 0; i < sizeof not / sizeof *not; i++)
		tap_num(tempname_kept_time(not [i], "tbl", &len), -1, not [i]);
	free(name);
	free(undo);
	free(long_target);
	free(alike);
	free(long_name);
}

static void sessions(void)
{
	static const char *const not [] = { "", "td_put_", "td_put_20231114_221320_0123456789abcde",
		"td_put_20231114_221320_0123456789abcdeg",
		"td_put_20231314_221320_0123456789abcdef",
		"td_put_20231114x221320_0123456789abcdef",
		"td_put_once_0123456789abcdef0123456789ab" };
	char *name = tempname_session(NOW, chance);

	tap_is(name, "td_put_20231114_221320_0123456789abcdef", "a session");
	tap_num(tempname_session_time(name), NOW, "when it was made");
	for (size_t i = 0; i < sizeof not / sizeof *not; i++)
		tap_num(tempname_session_time(not [i]), -1, not [i]);
	free(name);
}

int main(void)
{
	lengths();
	tables();
	kept();
	claimed();
	generations();
	sessions();
	return tap_done();
}
