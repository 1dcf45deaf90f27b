"""How fast td-fetch is, beside curl -o with the same bytes from the same server: tests/bench/fetch.py BUILD [MEGABYTES]

td-local and nginx, plain and over TLS. All take turns; figures are medians of rounds (ROUNDS=5). curl looks at nothing but the
length, and so does td-fetch; whoever reads the frame unpacks it, as gzip -t and igzip -t behind curl do here. The data lies below
TMPDIR: name a tmpfs to leave the disk out. What needs nginx, openssl or igzip is left out where they are not. Writes Markdown."""
import json, os, shutil, socket, statistics, subprocess, sys, tempfile, time
from summary import figure, lacks

build, size = os.path.abspath(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 100
rounds = int(os.environ.get("ROUNDS", "5"))
KEY = "1/0123456789abcdef0123456789abcdef01234567"
work = tempfile.mkdtemp(prefix="td-bench.")
os.environ.update(TD_API_KEY=KEY, HOME=work, PATH=build + ":" + os.environ["PATH"], crt=work + "/crt", out=work + "/out")
running, peaks = [], {}

def sh(script, **more):
    return subprocess.run(["sh", "-ec", script], check=True, stdout=subprocess.PIPE, text=True, **more).stdout.strip()

def start(command):
    running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    return running[-1]

def stop():
    while running:
        running[-1].terminate()
        running.pop().wait()

def td_local(*options):
    p = start(["td-local", "--listen", "127.0.0.1:0", "--no-samples", "--key", KEY, "--polls", "0", "--data", work + "/data", *options])
    os.environ["TD_API_SERVER"] = p.stdout.readline().strip()

def nginx(port, tls):
    """the same job on a server of files"""
    with open(work + "/nginx.conf", "w") as f:
        f.write("daemon off; pid %s/pid; error_log %s/log; worker_processes 1; %s events {} http { access_log off; sendfile on; "
                "server { listen 127.0.0.1:%d %s; ssl_certificate crt; ssl_certificate_key key; root www; } }"
                % (work, work, "user root;" if os.getuid() == 0 else "", port, "ssl" if tls else ""))
    p = start(["nginx", "-p", work, "-e", work + "/log", "-c", work + "/nginx.conf"])
    os.environ["TD_API_SERVER"] = "http%s://127.0.0.1:%d" % ("s" if tls else "", port)
    while subprocess.call(["sh", "-c", "curl -s -f -o /dev/null --cacert $crt $TD_API_SERVER/v3/job/show/%s" % job]):
        if p.poll() is not None:
            sys.exit("nginx does not start: " + open(work + "/log").read())
        time.sleep(0.05)

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]

def prepare():
    """a job with an access log as its result, and its files"""
    global job
    if not lacks("openssl", "openssl", "TLS"):
        sh("openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out crt -days 2 -subj /CN=localhost "
           "-addext subjectAltName=IP:127.0.0.1 2>/dev/null", cwd=work)
    else:
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", work + "/crt")
    td_local()
    sh("%s/bench/gen log %d | td-encode -q | td-put -q --create-database td://@/bench/log" % (build, size * 3.4e6))
    job = sh("job=$(td-fetch --no-wait -d bench -e 'SELECT * FROM log'); td-fetch -f msgpack.gz $job >$out; echo $job")
    for what in "status", "show", "result":
        os.makedirs("%s/www/v3/job/%s" % (work, what))
    for what in "status", "show":
        sh("curl -sS -f -H \"Authorization: TD1 $TD_API_KEY\" -o www/v3/job/%s/%s $TD_API_SERVER/v3/job/%s/%s" % (what, job, what, job), cwd=work)
    os.rename(work + "/out", "%s/www/v3/job/result/%s" % (work, job))
    stop()
    return json.load(open("%s/www/v3/job/show/%s" % (work, job)))

def measure(title):
    curl = "curl -sS -f --cacert $crt -H \"Authorization: TD1 $TD_API_KEY\" \"$TD_API_SERVER/v3/job/result/%s?format=msgpack.gz\"" % job
    fetch = "exec td-fetch -q --cacert $crt "
    commands = {"curl -o file": curl + " -o $out", "td-fetch -f msgpack.gz >file": fetch + "-f msgpack.gz %s >$out" % job, "td-fetch >file": fetch + job + " >$out",
                "curl -o /dev/null": curl + " -o /dev/null", "td-fetch -f msgpack.gz >/dev/null": fetch + "-f msgpack.gz %s >/dev/null" % job,
                "td-fetch >/dev/null": fetch + job + " >/dev/null", "curl \\| igzip -t": curl + " | igzip -t -", "curl \\| gzip -t": curl + " | gzip -t"}
    if lacks("igzip", "isal", "its rows"):
        del commands["curl \\| igzip -t"]
    results = {name: [] for name in commands}
    for i in range(rounds):
        for name in list(commands)[:: 1 if i % 2 else -1]:
            if os.path.exists(work + "/out"):
                os.unlink(work + "/out")
            begun, before = time.time(), os.times()
            p = subprocess.Popen(["sh", "-c", commands[name]])
            _, status, usage = os.wait4(p.pid, 0)
            if status:
                sys.exit(name)
            results[name].append((time.time() - begun, usage.ru_utime + usage.ru_stime))
            peaks[name] = max(peaks.get(name, 0), usage.ru_maxrss / 1024)
    middle = {name: [statistics.median(r[i] for r in results[name]) for i in range(2)] for name in commands}
    for name in commands:
        of = middle["curl -o file" if "file" in name else "curl -o /dev/null"]
        rates = tuple(x / y for x, y in zip(of, middle[name]))
        print("| %s | %s | %.3f | %.3f | **%.2f** | %.2f |" % ((title, name) + tuple(middle[name]) + rates), flush=True)
        if name == "td-fetch >file":
            figure("fetch %s" % title, rates)

try:
    show = prepare()
    print("%.1f MB, %d rows, %d rounds, %d processors, load %.1f before\n" % (show["result_size"] / 1e6, show["num_records"], rounds, os.cpu_count(), os.getloadavg()[0]))
    print("| server | program | wall s | CPU s | its rate / curl's (wall) | (CPU) |\n|---|---|---|---|---|---|")
    for tls in (False, True) if shutil.which("openssl") else (False,):
        td_local(*(["--tls", work + "/crt," + work + "/key"] if tls else []))
        measure("td-local" + " TLS" * tls)
        stop()
        if not lacks("nginx", "nginx-light", "its rows"):
            nginx(free_port(), tls)
            measure("nginx" + " TLS" * tls)
            stop()
    print("\nPeak of td-fetch: %.1f MiB" % peaks["td-fetch >file"])
    figure("fetch MiB", peaks["td-fetch >file"])
finally:
    stop()
    shutil.rmtree(work)
