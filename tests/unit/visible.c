/* visible: how messages show text from outside, and what they never show. */
#include "base/visible.h"
#include "tap.h"

#include <stdio.h>
#include <string.h>

#define HEX "0123456789abcdef0123456789abcdef01234567"

static void shows(const char *text, const char *want, const char *what)
{
	char out[512];

	visible_text(out, sizeof out, text, strlen(text));
	tap_is(out, want, what);
}

static void characters(void)
{
	shows("caf\xc3\xa9 \xe6\x97\xa5", "caf\xc3\xa9 \xe6\x97\xa5", "letters stay");
	shows("a\033[31mb\x7f\r\n", "a?[31mb???", "C0 controls");
	shows("a\xc2\x9b" "31m", "a?31m", "C1 controls as UTF-8");
	shows("a\x9b" "31m", "a?31m", "C1 controls as bytes");
	shows("a\xe2\x80\xae" "b\xe2\x81\xa6" "c", "a?b?c", "overrides and isolates of direction");
	shows("a\xe2\x80\x8b" "b\xef\xbb\xbf" "c", "a?b?c", "zero-width characters");
	shows("a\xe2\x80\xa8" "b\xe2\x80\xa9" "c", "a?b?c", "line and paragraph separators");
	shows("a\xff\xc3", "a??", "bytes that are not UTF-8");
}

static void looks(void)
{
	shows("key 1/" HEX " wrong", "key 1/*** wrong", "what looks like a key");
	shows("\"TD1 12\\/" HEX "\"", "\"TD1 12\\/***\"", "a key in JSON");
	shows("TD1%2012%2F" HEX, "TD1%2012%2F***", "a percent-encoded key");
	shows("1/0123456789abcdef", "1/***", "a key that was cut");
	shows("1%3f" HEX, "1%3f" HEX, "a question mark is not a key's slash");
	shows("1%2a" HEX, "1%2a" HEX, "nor is an asterisk");
	shows("1x2f" HEX, "1x2f" HEX, "nor is a hexadecimal number");
	shows("1\\n" HEX, "1\\n" HEX, "nor is another escape");
	shows("someone@example.org", "someone@example.org", "an address of mail");
	shows("/v3/job/show/12/34", "/v3/job/show/12/34", "a path is not a key");
	shows("'http://user:pa#ss@proxy:3128'", "'http://***@proxy:3128'", "a password in a URL");
	shows("td://1/abc@/db/t", "td://***@/db/t", "a key in a destination");
	shows("td://@/db/t", "td://@/db/t", "a destination without a key");
	shows("https://host/a@b", "https://host/a@b", "an @ in a path");
}

static void known(void)
{
	char out[16];

	visible_secret(NULL);
	visible_secret("abc");
	visible_secret("12/opensesame/now");
	visible_secret("hunter22");
	shows("abcdef", "abcdef", "a secret of three letters is not one");
	shows("got 12/opensesame/now!", "got ***!", "a secret");
	shows("got opensesame/now!", "got ***!", "a key without its number");
	shows("got OpenSesame/NOW!", "got ***!", "a secret whose letters are of another case");
	shows("got opensesam", "got ***", "a secret that the text's end cuts");
	shows("hunter22hunter22", "******", "twice");
	tap_num((long)visible_text(out, 8, "hunter22 and more", 17), 7, "a small buffer: length");
	tap_is(out, "*** and", "a small buffer: text");
	tap_num((long)visible_text(out, 4, "ab\xe6\x97\xa5", 5), 2, "cut after a whole character");
	tap_is(out, "ab", "cut: text");
}

int main(void)
{
	characters();
	looks();
	known();
	return tap_done();
}
