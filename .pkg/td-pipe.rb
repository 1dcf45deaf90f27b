# UNTESTED: a Homebrew formula, run nowhere yet. Until there is a release to download, from a clone:
#   brew install --HEAD --formula .pkg/td-pipe.rb
class TdPipe < Formula
  desc "Unix filters that move rows into Treasure Data tables"
  homepage "https://www.treasuredata.com/"
  license "Apache-2.0"
  head "file://#{File.expand_path("..", __dir__)}", using: :git, branch: "main"

  depends_on "pkgconf" => :build
  depends_on "curl"
  depends_on "inih"
  depends_on "isa-l"
  depends_on "jansson"
  depends_on "libcsv"
  depends_on "libmicrohttpd"
  depends_on "msgpack"
  depends_on "nettle"
  depends_on "pcre2"
  depends_on "sqlite"
  depends_on "utf8proc"
  on_linux do
    depends_on "libseccomp"
    depends_on "zlib"
  end

  def install
    system "make", "install", "PREFIX=#{prefix}", "BINDIR=#{bin}", "MANDIR=#{man}", "ISAL=-lisal"
    pkgshare.install "tests/cookbook"
  end

  test do
    assert_match(/^a +long/, pipe_output("#{bin}/td-encode --preview", "a,b\n1,x\n"))
  end
end
