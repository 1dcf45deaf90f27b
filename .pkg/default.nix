# UNTESTED: a Nix expression, run nowhere yet: nix-build .pkg
{ pkgs ? import <nixpkgs> { } }:

let
  makefile = pkgs.lib.splitString "\n" (builtins.readFile ../Makefile);
  version = pkgs.lib.removePrefix "VERSION = " (pkgs.lib.findFirst (pkgs.lib.hasPrefix "VERSION = ") "" makefile);
in
pkgs.stdenv.mkDerivation {
  pname = "td-pipe";
  inherit version;
  src = pkgs.lib.cleanSource ../.;

  buildInputs = with pkgs; [ curl inih isa-l jansson libcsv libmicrohttpd libseccomp msgpack-c nettle pcre2 sqlite utf8proc zlib ];

  makeFlags = [ "PREFIX=$(out)" "ISAL=-lisal" "SECCOMP=-lseccomp" ];
  enableParallelBuilding = true;

  doCheck = true;
  checkPhase = ''
    TD_BUILD=$PWD/.build sh tests/demo.sh
  '';

  postInstall = ''
    mkdir -p $out/share/doc/td-pipe
    cp -R tests/cookbook $out/share/doc/td-pipe/examples
  '';

  meta = {
    description = "Unix filters that move rows into Treasure Data tables";
    license = pkgs.lib.licenses.asl20;
    platforms = pkgs.lib.platforms.unix;
  };
}
