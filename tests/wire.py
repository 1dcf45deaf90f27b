"""Replays requests that official clients were recorded to send (../shared/data/wire.jsonl) against td-local and compares
the answers with the recorder's: the status, and the keys of every object. Prints what differs, a line each."""
import gzip, json, os, re, socket, sys, time
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

def shape(v, path=''):
    """The keys of every object; an array is as its first element."""
    if isinstance(v, dict):
        out = {path + '{}'}
        for k, x in v.items(): out |= {path + '.' + k} | shape(x, path + '.' + k)
        return out
    if isinstance(v, list) and v: return shape(v[0], path + '[]')
    return set()

# What td-local says more than the recorder did: errors have `message` and `status_code` too, as the published API has.
MORE = {'.message', '.status_code'}
# Keys that the recorder did not have, and td-client-go knows; and one that it had, and td-client-go refuses.
KNOWN = {'.result_export_target_job_id'} | {'.users[].' + k for k in ('phone', 'gravatar_url', 'roles', 'updated_at')}
REFUSED = {'.users[].role'}
differ = n = 0
labels = sys.argv[2:]
for line in open(sys.argv[1]):
    r = json.loads(line)
    if labels and r['label'] not in labels: continue
    n += 1
    body = (r.get('body') or '').encode('utf-8')
    if 'rows' in r: body = pack(r['rows'], r.get('msgpack_bin'))
    headers = []
    for k, v in r['headers']:
        if k.lower() == 'content-length': v = len(body)
        if k.lower() == 'host': v = '%s:%s' % (host, port)
        headers.append((k, v))
    line = renumber(r['line'])
    status, head, got = send(line, headers, body, r.get('chunks'))
    what = '%s %s' % (r['label'], line.rsplit(' ', 1)[0])
    if status != r['status']:
        print('%s: %d, recorded %d: %s' % (what, status, r['status'], got[:200].decode('utf-8', 'replace')))
        differ += 1
        continue
    if not r['reply_type'] or 'json' not in r['reply_type'] or '/job/result/' in line: continue
    if len(r['reply'].encode()) < r['reply_len']: continue # the recording has only the beginning
    old, new = json.loads(r['reply']), json.loads(got)
    learn(old, new)
    a, b = shape(old), shape(new)
    if status >= 400: b -= MORE
    lost, more = sorted(a - b - REFUSED), sorted(b - a - KNOWN)
    if lost or more:
        print('%s: without %s, more %s' % (what, lost, more))
        differ += 1
    # The recorder finished everything at once.
    m = re.search(r'/bulk_import/(perform|commit)/([^ ?]+)', line)
    if m and status == 200:
        want = 'ready' if m.group(1) == 'perform' else 'committed'
        while plain('GET', '/v3/bulk_import/show/' + m.group(2))['status'] not in (want, 'uploading'): time.sleep(0.005)
    for j in [new] + (new.get('jobs', []) if 'schedule/run' in line else []):
        if ('job/issue' in line or 'result_export' in line or 'schedule/run' in line) and status == 200:
            while plain('GET', '/v3/job/status/%s' % j['job_id'] if 'job_id' in j else '/v3/job/status/0').get('status') in ('queued', 'running'): time.sleep(0.005)
print('%d requests, %d differ' % (n, differ), file=sys.stderr)
sys.exit(differ > 0)
