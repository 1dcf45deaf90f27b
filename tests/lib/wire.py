"""Replays requests that official clients were recorded to send (../shared/data/wire.jsonl) against td-local and compares
the answers with the recorder's: the status, the keys of every object (one client refuses what it does not know), what
kind of value stands under each, and the values that follow from the requests. Prints what differs, a line each."""
import gzip, hashlib, json, os, re, socket, sys, time
import msgpack

url, key = os.environ['TD_API_SERVER'], os.environ['TD_API_KEY']
host, port = url.split('//')[1].split(':')
conn = None

def read_reply(f, method):
    status = int(f.readline().split()[1])
    head = {}
    while True:
        line = f.readline().strip().decode('latin-1')
        if not line: break
        k, v = line.split(':', 1)
        head[k.lower()] = v.strip()
    if head.get('transfer-encoding') == 'chunked':
        body = b''
        while True:
            n = int(f.readline(), 16)
            body += f.read(n)
            f.readline()
            if n == 0: break
    else:
        body = f.read(int(head.get('content-length', 0)))
    return status, head, body

def send(line, headers, body, chunks):
    s = socket.create_connection((host, int(port)))
    text = line + '\r\n' + ''.join('%s: %s\r\n' % h for h in headers) + '\r\n'
    data = text.encode('utf-8')
    if chunks is None: data += body
    else:
        if body: data += b'%x\r\n' % len(body) + body + b'\r\n'
        data += b'0\r\n\r\n'
    s.sendall(data)
    f = s.makefile('rb')
    reply = read_reply(f, line.split()[0])
    s.close()
    return reply

def plain(method, path, data=b''):
    return json.loads(send('%s %s HTTP/1.1' % (method, path), [('Host', host), ('Authorization', 'TD1 ' + key), ('Content-Length', len(data))], data, None)[2])

def pack(rows, as_bin):
    def conv(v):
        if as_bin and isinstance(v, str): return v.encode()
        if isinstance(v, dict): return {conv(k): conv(x) for k, x in v.items()}
        if isinstance(v, list): return [conv(x) for x in v]
        return v
    return gzip.compress(b''.join(msgpack.packb(conv(r)) for r in rows))

jobs = {}
def renumber(text):
    return re.sub(r'(/job/\w+/)(\d+)', lambda m: m.group(1) + str(jobs.get(m.group(2), m.group(2))), text)

def learn(old, new):
    for k in ('job_id', 'job'):
        if isinstance(old, dict) and old.get(k) is not None and isinstance(new, dict) and new.get(k) is not None:
            jobs[str(old[k])] = new[k]
    if isinstance(old, dict) and isinstance(old.get('jobs'), list) and isinstance(new, dict):
        for a, b in zip(old['jobs'], new.get('jobs') or []): learn(a, b)

def kind(v):
    return 'null' if v is None else 'bool' if isinstance(v, bool) else 'text' if isinstance(v, str) else 'number'

def leaves(v, path=''):
    """Every value that is no object and no array, with its path."""
    if isinstance(v, dict):
        for k, x in v.items(): yield from leaves(x, path + '.' + k)
    elif isinstance(v, list):
        for x in v: yield from leaves(x, path + '[]')
    else: yield path, v

def shape(v, path=''):
    """The keys of every object. Objects of one array have the same ones."""
    if isinstance(v, dict):
        out = {path + '{}'}
        for k, x in v.items(): out |= {path + '.' + k} | shape(x, path + '.' + k)
        return out
    if isinstance(v, list) and v:
        uneven = len({frozenset(x) for x in v if isinstance(x, dict)}) > 1
        return set.union({path + '[] of several kinds'} if uneven else set(), *(shape(x, path + '[]') for x in v))
    return set()

def route(line):
    return '/'.join(re.sub(r'^/+v3/', '', line.split()[1]).split('?')[0].strip('/').split('/')[:2])

def recorded(r):
    """The reply, if it is JSON and the recording has all of it."""
    if 'json' not in (r['reply_type'] or '') or '/job/result/' in r['line'] or len(r['reply'].encode()) < r['reply_len']: return None
    return json.loads(r['reply'])

# td-local adds to the recorder's answers: errors also have `message` and `status_code`, as in the published API.
MORE = {'.message', '.status_code'}
# Keys that the recorder lacks and td-client-go knows, and one that the recorder has and td-client-go refuses.
KNOWN = {'.result_export_target_job_id'} | {'.users[].' + k for k in ('phone', 'gravatar_url', 'roles', 'updated_at')}
REFUSED = {'.users[].role'}
# Members that are null until they are known, or if there is no value.
UNKNOWN = {'num_records', 'hive_result_schema', 'start_at', 'end_at', 'cpu_time'}
# Members that do not depend on who answers: they repeat the request, or follow from earlier requests.
SAME = {'.' + k for k in ('bulk_import cron database delay expire_days name priority query result retry_limit table table1 table2'
                          ' timezone type unique_id').split()}

def compare(r, kinds, old, new, status, body):
    """Sentences about what a client would not find as it was recorded."""
    a, b = shape(old), shape(new)
    if status >= 400:
        b -= MORE
        if new['error'] != new['text'] or new['severity'] != 'error': yield 'no error as errors are: %s' % new
    if a - b - REFUSED: yield 'without %s' % sorted(a - b - REFUSED)
    if b - a - KNOWN: yield 'more %s' % sorted(b - a - KNOWN)
    for path, v in leaves(new):
        seen = kinds.get((status, route(r['line']), path), {kind(v)})
        if v is None and path.split('.')[-1] in UNKNOWN: continue
        if seen != {'null'} and kind(v) not in seen: yield '%s is %s, recorded %s' % (path, kind(v), sorted(seen))
    was = dict(leaves(old))
    for path, v in leaves(new):
        if status == 200 and path in SAME and path in was and was[path] != v and not re.match('LOAD DATA|RESULT EXPORT', str(v)): yield '%s is %s, recorded %s' % (path, v, was[path])
    if 'md5_hex' in new and new['md5_hex'] != hashlib.md5(body).hexdigest(): yield 'another MD5 than that of the body'

def settle(line, new):
    """The recorder finished everything at once."""
    m = re.search(r'/bulk_import/(perform|commit)/([^ ?]+)', line)
    if m:
        want = 'ready' if m.group(1) == 'perform' else 'committed'
        while plain('GET', '/v3/bulk_import/show/' + m.group(2))['status'] not in (want, 'uploading'): time.sleep(0.005)
    if re.search('job/issue|result_export|schedule/run', line):
        for j in new.get('jobs') or [new]:
            while plain('GET', '/v3/job/status/%s' % j['job_id'])['status'] in ('queued', 'running'): time.sleep(0.005)

requests = [json.loads(line) for line in open(sys.argv[1])]
kinds = {}
for r in requests:
    for path, v in leaves(recorded(r)): kinds.setdefault((r['status'], route(r['line']), path), set()).add(kind(v))
differ = n = 0
for r in requests:
    if sys.argv[2:] and r['label'] not in sys.argv[2:]: continue
    n += 1
    body = (r.get('body') or '').encode('utf-8')
    if 'rows' in r: body = pack(r['rows'], r.get('msgpack_bin'))
    here = {'content-length': len(body), 'host': '%s:%s' % (host, port)}
    line = renumber(r['line'])
    status, head, got = send(line, [(k, here.get(k.lower(), v)) for k, v in r['headers']], body, r.get('chunks'))
    old, said = recorded(r), []
    if status != r['status']: said = ['%d, recorded %d: %s' % (status, r['status'], got[:200].decode('utf-8', 'replace'))]
    elif ('json' in (r['reply_type'] or '')) != ('json' in head.get('content-type', '')): said = ['%s, recorded %s' % (head.get('content-type'), r['reply_type'])]
    elif old is not None:
        new = json.loads(got)
        learn(old, new)
        said = list(compare(r, kinds, old, new, status, body))
        if status == 200: settle(line, new)
    for s in said: print('%s %s: %s' % (r['label'], line.rsplit(' ', 1)[0], s))
    differ += bool(said)
print('%d requests, %d differ' % (n, differ), file=sys.stderr)
sys.exit(differ > 0)
