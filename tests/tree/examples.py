"""Takes the examples out of pages: examples.py OUTDIR PAGE...

Of a manual, every literal block of EXAMPLES; of README.md, every indented block before the first heading and in the
sections Quick start, With an account and Examples that is neither a table (a name, two blanks or more, words) nor what a
tool says (a name, a colon). Each becomes a file OUTDIR/PAGE-NN, .conf if it is
connections, .mk if it is a makefile; in a makefile of a manual, where a tab cannot be written, eight blanks at the start of a line are one."""
import os, re, sys

def of_manual(text):
    section = text.split("\n.Sh EXAMPLES\n", 1)
    if len(section) == 1:
        return
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", section[1].split("\n.Sh ")[0], re.S | re.M):
        block = re.sub(r"\\\(dq", '"', re.sub(r"^ {8}(?=\S)", "\t", block, flags=re.M) if makefile(block) else block)
        yield block.replace("\\&", "").replace("\\-", "-").replace("\\e", "\\")

def of_readme(text):
    for section in re.split(r"^## ", text, flags=re.M):
        if section.startswith("# ") or re.match("Quick start|With an account|Examples", section):
            for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", section, re.M):
                block = re.sub(r"^    ", "", block.strip("\n") + "\n", flags=re.M)
                if not re.match(r"\S+( \S+)? {2,}\S|[a-z-]+: ", block):
                    yield block

def makefile(block):
    return re.match(r"(\\&)?[A-Za-z_.%-]+:( |$)", block, re.M)

outdir, *pages = sys.argv[1:]
for page in pages:
    name = os.path.basename(page)
    with open(page) as f:
        text = f.read()
    for n, block in enumerate(of_readme(text) if name.endswith(".md") else of_manual(text), 1):
        with open(f"{outdir}/{name}-{n:02}" + (".conf" if block[0] == "[" else ".mk" if makefile(block) else ""), "w") as f:
            f.write(block)
