#!/bin/sh
# What users and packagers get: make deps, make install and uninstall, make dist, make deb.
. "$(dirname "$0")/../lib/lib.sh"
cd "$ROOT" || exit 1
m() { make -s --no-print-directory O="${BUILD#"$ROOT/"}" "$@"; } # make splits an absolute name at blanks
version=$(m print-version)
tools=$(m print-tools)

# --- a machine without the dependencies

run .pkg/ready 'no-such-compiler -O2' zlib.h
is "without the compiler, make says what to do" "$status $err" "1 make: cannot build without the compiler no-such-compiler.
On Debian or Ubuntu, run 'make deps' first; elsewhere, install what DEPS in the Makefile lists."
run .pkg/ready 'cc -O2' no/such.h zlib.h not/there.h
like "without headers, it names them" "$status $err" "^1 make: cannot build without no/such.h not/there.h[.]"
run .pkg/ready 'cc -O2' zlib.h
is "with all of them, it is silent" "$status $out$err" "0 "
mkdir "$T/few"
for program in sh env grep tr; do ln -s "$(command -v "$program")" "$T/few/$program"; done
# shellcheck disable=SC2016 # for that shell
printf '#!/bin/sh\nfor p; do :; done\n[ "$p" = there ] || exit 1\necho install ok installed\n' >"$T/few/dpkg-query"
# shellcheck disable=SC2016
printf '#!/bin/sh\n[ "$2" = new ]\n' >"$T/few/apt-cache"
printf '#!/bin/sh\necho 1000\n' >"$T/few/id"
chmod +x "$T/few/dpkg-query" "$T/few/apt-cache" "$T/few/id"
run env PATH="$T/few" .pkg/deps there 'gone|there'
is "make deps: nothing is missing" "$status $out$err" "0 "
run env PATH="$T/few" .pkg/deps there missing 'new|old' 'newest|new'
is "make deps without sudo names what is missing, as this release calls it" "$status $err" \
	"1 make deps: packages are missing, and there is no sudo. As root, run: apt-get install missing new new"
printf '#!/bin/sh\nexit 1\n' >"$T/few/sudo"
chmod +x "$T/few/sudo"
run env PATH="$T/few" .pkg/deps missing
is "make deps where sudo refuses" "$status $err" "1 Installing: missing
make deps: cannot update the package lists. As root, run: apt-get install missing"

# --- install, uninstall

run m install DESTDIR="$T/root" PREFIX=/opt/td
is "make install" "$status $err" "0 "
wanted() {
	for t in $tools; do
		echo "bin/$t"
		echo "share/bash-completion/completions/$t"
		echo "share/fish/vendor_completions.d/$t.fish"
	done
	echo share/zsh/site-functions/_td
	for page in man/*; do echo "share/man/man${page##*.}/${page##*/}"; done
}
wanted | sort >"$T/wanted"
(cd "$T/root/opt/td" && find . ! -type d | sed 's,^\./,,' | sort) >"$T/there"
is "make install: programs, manuals and completions, and nothing else" "$(diff "$T/wanted" "$T/there")" ""
is "make install: nothing outside of PREFIX" "$(ls "$T/root")/$(ls "$T/root/opt")" "opt/td"
is "make install: everybody can read and run it" "$(find "$T/root" ! -perm -044 -o -path '*/bin/*' ! -perm 755)" ""
is "make install: manuals have the version in their footer" "$(grep -L "^\.Os td-pipe $version$" "$T"/root/opt/td/share/man/man?/*)" ""
for t in $tools; do is "$t runs where it is installed" "$("$T/root/opt/td/bin/$t" -V)" "$t $version"; done
run m uninstall DESTDIR="$T/root" PREFIX=/opt/td
is "make uninstall" "$status $err" "0 "
is "make uninstall: nothing is left" "$(find "$T/root" ! -type d)" ""

like "NEWS speaks of this version" "$(cat NEWS)" "^$version "
is "Alpine's package is of this version" "$(sed -n 's/^pkgver=//p' .pkg/APKBUILD)" "$version"

# --- hardening, as hardening-check(1) checks it

hardened() { # TOOL: what it lacks
	elf=$(readelf -hldW "$BUILD/$1") symbols=$(readelf -sW --dyn-syms "$BUILD/$1")
	echo "$elf" | grep -q 'Type: *DYN' || echo "$1: not position-independent"
	echo "$elf" | grep -q GNU_RELRO || echo "$1: no RELRO"
	echo "$elf" | grep -qE 'BIND_NOW|Flags:.*NOW' || echo "$1: symbols are bound late"
	echo "$elf" | grep -qE 'GNU_STACK.*RWE' && echo "$1: an executable stack"
	echo "$symbols" | grep -q __stack_chk_fail || echo "$1: no stack protector"
	echo "$symbols" | grep -qE '__[a-z]+_chk' || echo "$1: no fortified functions"
	[ "$(uname -m)" != x86_64 ] || objdump -d --disassemble=main "$BUILD/$1" | grep -q endbr64 || echo "$1: no control-flow protection"
	producer=$(readelf -wi "$BUILD/bin/$1/main.o" 2>/dev/null | grep -m 1 DW_AT_producer) # gcc with -g: with its switches
	case $producer in *GNU*-fstack-clash-protection*) ;; *GNU*) echo "$1: no clash protection" ;; esac
}
case $(uname -s) in
Linux) is "the programs are hardened" "$(for t in $tools; do hardened "$t"; done)" "" ;;
*) skip "the programs are hardened" "not an ELF system with glibc" ;;
esac

# --- the tarball

if git rev-parse HEAD >/dev/null 2>&1; then
	mkdir "$T/1" "$T/2"
	run make -s --no-print-directory O="$T/1" dist
	is "make dist" "$status" 0
	(umask 077; TZ=Asia/Tokyo make -s --no-print-directory O="$T/2" dist >/dev/null 2>&1)
	tar=td-pipe-$version.tar.gz
	ok "make dist: the same bytes twice" cmp "$T/1/$tar" "$T/2/$tar"
	is "make dist: what the commit has" "$(tar -tzf "$T/1/$tar" | grep -v '/$' | sed 's,^[^/]*/,,' | sort)" "$(git ls-tree -r --name-only HEAD | sort)"
	is "make dist: in one folder" "$(tar -tzf "$T/1/$tar" | cut -d/ -f1 | sort -u)" "td-pipe-$version"
	is "make dist: nobody's names and times" "$(tar --numeric-owner -tvzf "$T/1/$tar" | awk '{ print $2, $4 }' | sort -u | wc -l)" 1
	is "make dist: gzip has no name and no time" "$(od -An -tx1 -N 8 "$T/1/$tar" | tr -d ' ')" 1f8b080000000000
else skip "make dist" "no git, or not its folder"; fi

mkdir "$T/loose" "$T/a b"
make -s O="$T/loose" dist >/dev/null 2>&1
tar -xzf "$T/loose/td-pipe-$version.tar.gz" -C "$T/a b"
cd "$T/a b/td-pipe-$version" || exit 1
make -s dist >"$T/out" 2>&1
cp ".build/td-pipe-$version.tar.gz" "$T/loose/again.tar.gz"
(umask 077 && TZ=Asia/Tokyo make -s dist >"$T/out" 2>&1)
ok "make dist, from a tarball: the same bytes twice" cmp ".build/td-pipe-$version.tar.gz" "$T/loose/again.tar.gz"
members() { tar --numeric-owner -tvzf "$1" | awk '$1 !~ /^d/ { print $1, $2, $3, $4, $5, $6 }' | sort -k 6; }
is "make dist, from a tarball: the files of that, with their modes and times" "$(members "$T/loose/again.tar.gz")" \
	"$(members "$T/loose/td-pipe-$version.tar.gz")"
cd "$ROOT" || exit 1

# --- the Debian package

is "the package needs what make deps installs, beside what every build of a package has" \
	"$(sed -n '/^Build-Depends/,/^Standards/s/^  *//p' .pkg/debian/control | sed 's/ *\[.*//; s/,$//' | tr -d ' ' | sort)" \
	"$(m print-deps | grep -vx 'gcc\|libc6-dev\|pkg-config' | sort)"

if command -v dh >/dev/null; then
	SOURCE_DATE_EPOCH=1700000000 DEBFULLNAME='A Packager & Son' DEBEMAIL=packager@debian.org
	export SOURCE_DATE_EPOCH DEBFULLNAME DEBEMAIL
	run .pkg/deb "$T/deb" "$version"
	deb=$T/deb/td-pipe_${version}_$(dpkg --print-architecture).deb
	is "make deb" "$status $out" "0 $deb"
	(umask 077; TZ=Asia/Tokyo DEB_BUILD_OPTIONS=nocheck .pkg/deb "$T/deb2" "$version" >/dev/null 2>&1)
	ok "make deb: the same bytes twice" cmp "$deb" "$T/deb2/${deb##*/}"
	dpkg-deb -x "$deb" "$T/unpacked"
	for t in $tools; do is "$t of the package runs" "$("$T/unpacked/usr/bin/$t" -V)" "$t $version"; done
	files() { (cd "$T/unpacked/usr/share/$1" && find . -type f | sed 's,^\./,,' | sort); }
	is "make deb: every manual, compressed" "$(files man | sed 's,.*/,,' | sort)" "$(for page in man/*; do echo "${page##*/}.gz"; done | sort)"
	is "make deb: the cookbook" "$(files doc/td-pipe/examples)" "$(cd tests/cookbook && find . -type f ! -name '*.t' | sed 's,^\./,,' | sort)"
	is "make deb: completions" "$(files . | grep -c complet)" $((2 * $(echo "$tools" | wc -l) + 1))
	is "make deb: owned by root" "$(dpkg-deb -c "$deb" | awk '{ print $2 }' | sort -u)" root/root
	is "make deb: its sums" "$(cd "$T/unpacked" && dpkg-deb -I "$deb" md5sums | md5sum -c --quiet 2>&1)" ""
	is "make deb: a purge leaves nothing: no scripts, no configuration, nothing outside of /usr" \
		"$(dpkg-deb --ctrl-tarfile "$deb" | tar -t | sort | tr '\n' ' ')$(ls "$T/unpacked")" "./ ./control ./md5sums usr"
	like "make deb: says what it needs" "$(dpkg-deb -f "$deb" Depends)" "libc6 .*libcurl4.*libsqlite3-0"
	like "make deb: by whom" "$(dpkg-deb -f "$deb" Maintainer)" "^A Packager & Son <packager@debian.org>$"
	if ! command -v lintian >/dev/null; then
		skip "lintian is content" "no lintian"
	elif sanitized; then
		skip "lintian is content" "a sanitizer build"
	else
		run lintian --allow-root --fail-on error,warning "$deb"
		is "lintian is content" "$status $out" "0 "
	fi
else skip "make deb" "no debhelper"; fi

finish
