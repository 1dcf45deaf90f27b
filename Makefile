# td-pipe. `make help` lists the targets.

VERSION = 0.1.0

# Compiler, flags and places are the user's. Our flags come first, so that the user's win.
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
ZSHDIR ?= $(DATADIR)/zsh/site-functions
# All build output; variants side by side: make O=.build/clang CC=clang
O ?= .build

OWN = -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -D_DARWIN_C_SOURCE \
      -DTD_VERSION='"$(VERSION)"' -iquote common -pthread -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64

# Doubles are doubles, not what the 80 bits of an i387 make of them: value/lossless counts on it.
OWN += $(if $(findstring __i386__,$(shell $(CC) -dM -E -x c /dev/null 2>/dev/null)),-msse2 -mfpmath=sse)

# tests/tree/layers.t says which folder of common/ may include which. Every tool is a folder of bin/.
COMMON = $(wildcard common/*/*.c)

TOOLS = td-fetch td-encode td-put td-swap td-conn td-local
$(foreach t,$(TOOLS),$(eval SRC.$t := $(wildcard bin/$t/*.c bin/$t/*/*.c bin/$t/*/*/*.c)))

# ISA-L compresses faster than zlib and is used if installed. make ISAL= builds without it.
ISAL ?= $(if $(wildcard /usr/include/isa-l.h /usr/local/include/isa-l.h),-lisal)
OWN += $(if $(ISAL),-DHAVE_ISAL)

# The seccomp half of the sandbox on Linux, used if installed. make SECCOMP= builds without it.
SECCOMP ?= $(if $(wildcard /usr/include/seccomp.h /usr/local/include/seccomp.h),-lseccomp)
OWN += $(if $(SECCOMP),-DHAVE_SECCOMP)

# Debian's hardening flags and a few more. make HARDEN= HARDEN.link= builds without them.
MACHINE := $(shell uname -sm)
HARDEN ?= $(if $(filter -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3) -fPIE -fstack-protector-strong -fstack-clash-protection \
          $(if $(filter x86_64,$(MACHINE)),-fcf-protection) $(if $(filter aarch64,$(MACHINE)),-mbranch-protection=standard)
HARDEN.link ?= $(if $(filter Linux,$(MACHINE)),-pie -Wl$(COMMA)-z$(COMMA)relro$(COMMA)-z$(COMMA)now)
COMMA = ,

LIBS.td-fetch  = -lcurl -linih -lutf8proc -ljansson $(ISAL) $(SECCOMP) -lz
LIBS.td-encode = -lcsv -lpcre2-8 -lutf8proc -ljansson $(ISAL) $(SECCOMP) -lz
LIBS.td-put    = -lcurl -linih -ljansson $(ISAL) $(SECCOMP) -lz
LIBS.td-swap   = -lcurl -linih -ljansson $(ISAL) $(SECCOMP) -lz
LIBS.td-conn   = -lcurl -linih -ljansson $(SECCOMP) -lz
LIBS.td-local  = -lmicrohttpd -lpcre2-8 -lnettle -lutf8proc -lsqlite3 -ljansson $(ISAL) $(SECCOMP) -lz -lm

# Unit tests: tests/unit/ROOM.c becomes a program that prints TAP.
UNITS = num gzip schema frame mp inflater gunzip rowout resultout
UNITS += retry tdurl upload_part receipt tempname
UNITS += lossless tdtime type csvin jsonin zone sandbox newfile visible
LIBS.unit = -lcurl -linih -lcsv -lpcre2-8 -lutf8proc -ljansson $(ISAL) $(SECCOMP) -lz

# What a fresh Debian or Ubuntu lacks: to build, and to test.
DEPS = gcc libc6-dev pkg-config libcurl4-openssl-dev libmsgpack-c-dev|libmsgpack-dev zlib1g-dev libcsv-dev libutf8proc-dev libjansson-dev libinih-dev \
       libmicrohttpd-dev libsqlite3-dev libpcre2-dev nettle-dev libseccomp-dev $(if $(filter x86_64 aarch64,$(shell uname -m)),libisal-dev)
DEPS.check = perl curl jq sqlite3 python3 python3-msgpack gzip mandoc zsh fish
DEPS.check += cppcheck shellcheck lintian git dpkg-dev debhelper openssl tzdata strace cron parallel xlsx2csv

CPUS = $(shell nproc 2>/dev/null || echo 2)
BINS = $(TOOLS:%=$(O)/%)
all: $(BINS)

help:
	@echo 'make demo       install what is missing, build, and run the main job on a local Treasure Data'
	@echo 'make check      install what is missing, build, and run all tests'
	@echo 'make check-faults  every fault of the server and every kill, some thousand runs'
	@echo 'make check-san  the same with AddressSanitizer and UndefinedBehaviorSanitizer; make check-clang: the latter as clang has it'
	@echo 'make lint       the static checks alone; make check-machines: other architectures'
	@echo 'make bench-all  how fast everything is here, in ten minutes, beside other programs; make bench: td-encode alone'
	@echo 'make            build only; make install PREFIX=... DESTDIR=...; make uninstall; make clean; make deps'
	@echo 'make deb        a Debian package; make dist: the tarball; make static, make musl: programs that need fewer libraries'

# --- building

.SECONDARY:
.SECONDEXPANSION:

# Before the first object: check that the compiler and the headers of the libraries are there.
HEADERS = zlib.h curl/curl.h msgpack.h csv.h jansson.h ini.h microhttpd.h sqlite3.h utf8proc.h pcre2.h nettle/sha2.h
$(O)/.ready:
	@mkdir -p $(@D)
	@.pkg/ready '$(CC) $(CPPFLAGS) $(CFLAGS)' $(HEADERS)
	@touch $@

$(O)/bin/td-local/%.o: OWN += -iquote bin/td-local

$(O)/%.o: %.c Makefile | $(O)/.ready
	@mkdir -p $(@D)
	$(CC) $(OWN) $(HARDEN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/libtd.a: $(COMMON:%.c=$(O)/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

$(BINS): $(O)/%: $$(addprefix $(O)/,$$(SRC.$$*:.c=.o)) $(O)/libtd.a
	$(CC) -pthread $(CFLAGS) $(HARDEN.link) $(LDFLAGS) -o $@ $^ $(LIBS.$*) $(LDLIBS)

$(O)/unit/%: $(O)/tests/unit/%.o $(O)/libtd.a
	@mkdir -p $(@D)
	$(CC) -pthread $(CFLAGS) $(HARDEN.link) $(LDFLAGS) -o $@ $^ $(LIBS.unit) $(LDLIBS)

# The same rooms without vectors, as on other machines: csvin-plain, jsonin-plain.
PLAIN = format/csvscan format/jsontok
UNITS += csvin-plain jsonin-plain

$(O)/plain/%.o: %.c Makefile | $(O)/.ready
	@mkdir -p $(@D)
	$(CC) $(OWN) -DNO_VECTOR $(HARDEN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/unit/%-plain: $(O)/tests/unit/%.o $(PLAIN:%=$(O)/plain/common/%.o) $(O)/libtd.a
	@mkdir -p $(@D)
	$(CC) -pthread $(CFLAGS) $(HARDEN.link) $(LDFLAGS) -o $@ $^ $(LIBS.unit) $(LDLIBS)

-include $(COMMON:%.c=$(O)/%.d) $(foreach t,$(TOOLS),$(SRC.$t:%.c=$(O)/%.d)) $(UNITS:%=$(O)/tests/unit/%.d) $(PLAIN:%=$(O)/plain/common/%.d)

# --- what a machine needs

deps: ; @.pkg/deps $(DEPS:%='%')
deps-check: ; @.pkg/deps $(DEPS:%='%') $(DEPS.check)

# --- tests

# The longest first, and more than twice as many as there are processors: on average a test uses 0.43 of one, the rest is waiting.
PROVE = PERL5LIB=tests/lib env --default-signal=PIPE prove --formatter Check -j$(shell echo $$((2 * $(CPUS) + 1))) --timer
LONG = tree/package tree/lint swap/swap put/put explore/programs encode/bad fetch/result matrix/faults pipe/outcomes encode/frame-reader \
       tree/typed matrix/kills put/once encode/input encode/rejects encode/logs pipe/atomic encode/time encode/encode tree/links encode/shape \
       local/safe unit/zone fetch/fetch tree/layers tree/hostile cookbook/recipes matrix/cuts pipe/failure pipe/progress
FIRST = $(wildcard $(LONG:%=tests/%.t))
TESTS = $(filter-out $(NOT),$(FIRST) $(filter-out $(FIRST),$(sort $(wildcard tests/*/*.t))))

# Every interleaving of what td-swap and td-put decide: tests/explore/NAME.c includes common/td/NAME.c, carry.c replace.c.
EXPLORE = replace carry append

$(O)/explore/%: tests/explore/%.c $(wildcard tests/explore/engine.* tests/explore/runs.*) common/td/replace.c \
		common/td/replace.h common/td/append.c common/td/append.h
	@mkdir -p $(@D)
	$(CC) $(OWN) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter tests/%.c,$^)

units: $(UNITS:%=$(O)/unit/%) $(EXPLORE:%=$(O)/explore/%)

check: deps-check
	@$(MAKE) --no-print-directory -j$(CPUS) all units $(FUZZ:%=$(O)/fuzz/%)
	TD_BUILD='$(abspath $(O))' $(PROVE) $(if $(V),-v) $(TESTS)

# Without the tests that run no code of ours in C: shells on a slow terminal, linters, packaging.
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
check-san: deps-check
	$(MAKE) O=.build/san HARDEN= HARDEN.link= CFLAGS='$(SANITIZE)' NOT='tests/tree/completion.t tests/tree/lint.t tests/tree/package.t' check

# Another architecture, a 32-bit one, and unsigned characters: see tests/machines/run. Takes some ten minutes.
check-machines: deps-check
	@.pkg/deps qemu-user-static gcc-aarch64-linux-gnu gcc-i686-linux-gnu || echo 'What is missing is skipped.' >&2
	tests/machines/run

# UndefinedBehaviorSanitizer once more, as clang has it: it finds what gcc's does not, and the other way round.
check-clang: deps-check
	@.pkg/deps clang 'libclang-rt-dev|libclang-rt-14-dev'
	$(MAKE) O=.build/clang CC=clang HARDEN= HARDEN.link= CFLAGS='-O1 -g -fsanitize=undefined -fno-sanitize-recover=undefined' \
		NOT='tests/tree/completion.t tests/tree/lint.t tests/tree/package.t' check

lint: deps-check
	@$(PROVE) -v tests/tree/lint.t

print-version: ; @echo '$(VERSION)'

print-deps: ; @printf '%s\n' $(DEPS:%='%')

print-units: ; @printf '%s\n' $(UNITS)

print-fuzz: ; @printf '%s\n' $(FUZZ)

print-tools: ; @printf '%s\n' $(TOOLS)

# All of the matrices (see tests/matrix); one after the other, since each uses the whole machine.
check-faults: deps-check
	@$(MAKE) --no-print-directory all units
	TD_BUILD='$(abspath $(O))' MATRIX=full EXPLORE=long TD_TEST_ROUNDS=40 TD_TEST_DAYS=30 TD_TEST_MERGES=100 CRON_TIME='* * * * *' $(PROVE) -j1 tests/explore/*.t tests/pipe/cron.t tests/pipe/loads.t tests/pipe/atomic.t tests/matrix/faults.t tests/matrix/kills.t tests/matrix/cuts.t tests/tree/hostile.t

demo: deps
	@$(MAKE) --no-print-directory -s -j$(CPUS) all
	@TD_BUILD='$(abspath $(O))' sh tests/demo.sh

# --- installing

install: all
	install -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(MANDIR)/man1' '$(DESTDIR)$(MANDIR)/man5' '$(DESTDIR)$(MANDIR)/man7'
	install -m 755 $(BINS) '$(DESTDIR)$(BINDIR)'
	for s in 1 5 7; do install -m 644 man/*.$$s '$(DESTDIR)$(MANDIR)'/man$$s || exit 1; done
	for m in $(notdir $(wildcard man/*.[157])); do \
		sed 's/^\.Os$$/.Os td-pipe $(VERSION)/' "man/$$m" >"$(DESTDIR)$(MANDIR)/man$${m##*.}/$$m" || exit 1; done
	install -d '$(DESTDIR)$(DATADIR)/bash-completion/completions' '$(DESTDIR)$(ZSHDIR)' \
		'$(DESTDIR)$(DATADIR)/fish/vendor_completions.d'
	for t in $(TOOLS); do \
		install -m 644 completions/td.bash "$(DESTDIR)$(DATADIR)/bash-completion/completions/$$t" && \
		install -m 644 completions/td.fish "$(DESTDIR)$(DATADIR)/fish/vendor_completions.d/$$t.fish" || exit 1; done
	install -m 644 completions/_td '$(DESTDIR)$(ZSHDIR)/_td'

uninstall:
	for t in $(TOOLS); do rm -f "$(DESTDIR)$(BINDIR)/$$t" "$(DESTDIR)$(DATADIR)/bash-completion/completions/$$t" \
		"$(DESTDIR)$(DATADIR)/fish/vendor_completions.d/$$t.fish"; done
	for m in $(notdir $(wildcard man/*.[157])); do rm -f "$(DESTDIR)$(MANDIR)/man$${m##*.}/$$m"; done
	rm -f '$(DESTDIR)$(ZSHDIR)/_td'

clean:
	rm -rf '$(O)'

.PHONY: print-version print-deps print-tools print-units print-fuzz units all help deps deps-check check check-san check-clang check-machines check-faults lint demo install \
	uninstall clean

include tests/fuzz/Makefile tests/bench/Makefile .pkg/Makefile
