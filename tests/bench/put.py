"""How fast td-put moves parts, beside curl -T with the same bytes to the same td-local: tests/bench/put.py BUILD [MEGABYTES]

Plain, over TLS, and when the server takes 50 ms longer for each part. The two take turns; ratios are medians of rounds (ROUNDS=5).
The server refuses what comes behind the uploads, so that td-put gives up; its other requests count against it. The data lies below TMPDIR: name a tmpfs to leave the disk out. Writes Markdown."""
import glob, os, shutil, ssl, statistics, subprocess, sys, tempfile, time, urllib.request
from summary import figure, lacks

build, size = os.path.abspath(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 200
rounds = int(os.environ.get("ROUNDS", "5"))
KEY = "1/0123456789abcdef0123456789abcdef01234567"
work = tempfile.mkdtemp(prefix="td-bench.")
os.environ.update(TD_API_KEY=KEY, HOME=work)

def tool(name):
    return os.path.join(build, name)

def api(method, path):
    request = urllib.request.Request("%s/v3/%s" % (url, path), method=method, headers={"Authorization": "TD1 " + KEY})
    return urllib.request.urlopen(request, context=trust).read()

def start(*options):
    """a td-local of its own"""
    global url, server
    server = subprocess.Popen([tool("td-local"), "--listen", "127.0.0.1:0", "--no-samples", "--key", KEY, "--data", work + "/data",
                               "--fault", "POST bulk_import/perform/* * 400", *options],
                              stdout=subprocess.PIPE, text=True)
    url = os.environ["TD_API_SERVER"] = server.stdout.readline().strip()

def stop():
    server.terminate()
    server.wait()
    shutil.rmtree(work + "/data")

def run(command, want=0, stdin=os.devnull):
    """wall seconds, CPU seconds, peak MiB"""
    begun = time.time()
    with open(stdin, "rb") as i, open(os.devnull, "wb") as o:
        p = subprocess.Popen(command, stdin=i, stdout=o, stderr=o if want else None)
        _, status, usage = os.wait4(p.pid, 0)
    if os.waitstatus_to_exitcode(status) != want:
        sys.exit("%s: %d" % (command, os.waitstatus_to_exitcode(status)))
    return time.time() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

def td_put(jobs, *options):
    return run([tool("td-put"), "-q", "-j%d" % jobs, *options, "td://@/testdb/bench"], 69, frame)

def curl(*options):
    api("POST", "bulk_import/create/bench/testdb/bench")
    r = run(["curl", "-sS", "-f", "-H", "Expect:", "-H", "Authorization: TD1 " + KEY, *options, "-T", "{%s}" % ",".join(parts),
             url + "/v3/bulk_import/upload_part/bench/"])
    api("POST", "bulk_import/delete/bench")
    return r

def prepare():
    """a frame of text that hardly shrinks, and the parts that td-put makes of it, as td-local has stored them"""
    global frame, parts
    frame, parts = work + "/frame", []
    with open(frame, "wb") as f:
        subprocess.run("{ echo text; head -c %d /dev/urandom | base64 -w 1000; } | %s -q -f csv" % (size * 0.99e6, tool("td-encode")),
                       shell=True, stdout=f, check=True)
    start()
    api("POST", "database/create/testdb")
    run([tool("td-put"), "-q", "-j1", "--session", "bench", "--no-commit", "td://@/testdb/bench"], 0, frame)
    for path in glob.glob(work + "/data/files/*"):
        parts.append("%s/p%d" % (work, len(parts)))
        shutil.copy(path, parts[-1])
    stop()

def compare(title, ours, theirs):
    results = [], []
    for i in range(rounds):
        for which in (0, 1) if i % 2 else (1, 0):
            results[which].append((ours, theirs)[which]())
    wall, cpu, peak = (statistics.median(r[i] for r in results[0]) for i in range(3))
    curl_wall, curl_cpu = (statistics.median(r[i] for r in results[1]) for i in range(2))
    print("| %s | %.2f | %.2f | %.2f | %.2f | **%.2f** | %.2f | %.1f |" % (title, wall, curl_wall, cpu, curl_cpu, curl_wall / wall, curl_cpu / cpu, peak), flush=True)
    figure("put " + title, (curl_wall / wall, curl_cpu / cpu, peak))

try:
    trust = None
    prepare()
    print("%d MB in %d parts, %d rounds, %d processors, load %.1f before\n" % (sum(map(os.path.getsize, parts)) / 1e6, len(parts), rounds, os.cpu_count(), os.getloadavg()[0]))
    print("| | td-put wall s | curl -T wall s | td-put CPU s | curl -T CPU s | our rate / its (wall) | (CPU) | td-put peak MiB |\n|---|---|---|---|---|---|---|---|")
    start()
    api("POST", "database/create/testdb")
    api("POST", "table/create/testdb/bench/log")
    compare("plain, -j1", lambda: td_put(1), curl)
    stop()
    start("--fault", "PUT bulk_import/upload_part/* * delay=0.05")
    api("POST", "database/create/testdb")
    api("POST", "table/create/testdb/bench/log")
    compare("plain, 50 ms later, -j4", lambda: td_put(4), curl)
    stop()
    if lacks("openssl", "openssl", "TLS"):
        sys.exit()
    crt, key = work + "/crt", work + "/key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", crt, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
    trust = ssl.create_default_context(cafile=crt)
    start("--tls", crt + "," + key)
    api("POST", "database/create/testdb")
    api("POST", "table/create/testdb/bench/log")
    compare("TLS, -j1", lambda: td_put(1, "--cacert", crt), lambda: curl("--cacert", crt))
    stop()
finally:
    if "server" in globals():
        server.kill()
    shutil.rmtree(work)
