"""The calls that td-local answers and the official clients that were recorded to make them, as the list of
td-local-conformance(7): conformance.py ROUTES_DIR [WIRE.jsonl]. Without recordings only the calls are printed."""
import glob, json, re, sys

CLIENTS = ['td-cli', 'python', 'pytd', 'ruby', 'java', 'go', 'node', 'td-import', 'fluentd']
NAMES = [('database/', ['DB']), ('table/recover', ['ID']), ('table/', ['DB', 'TABLE', 'TABLE2']), ('job/issue', ['TYPE', 'DB']),
    ('job/status_by_domain_key', ['KEY']), ('job/', ['ID']), ('bulk_import/create', ['SESSION', 'DB', 'TABLE']),
    ('bulk_import/', ['SESSION', 'PART']), ('schedule/run', ['NAME', 'TIME']), ('v4/', ['ID'])]

def shown(pattern):
    words = next((w for start, w in NAMES if pattern.startswith(start)), ['NAME'])
    if pattern.startswith('table/import_with_id'): words = ['DB', 'TABLE', 'UNIQUE_ID', 'FORMAT']
    elif pattern.startswith('table/import'): words = ['DB', 'TABLE', 'FORMAT']
    elif pattern.startswith('table/create'): words = ['DB', 'TABLE', 'TYPE']
    words = iter(words)
    path = re.sub(r':', lambda m: next(words, 'NAME'), pattern)
    return '/' + path if path.startswith('v4/') else '/v3/' + path

routes = []
for name in sorted(glob.glob(sys.argv[1] + '/*.c')):
    for method, pattern, right in re.findall(r'\{\s*"([A-Z]+)",\s*"([^"]+)",\s*(NOBODY|WRITER|MASTER)', open(name).read()):
        if not pattern.startswith(('local/', 'page')): routes.append((method, pattern, right))

made = {r: set() for r in routes}
if len(sys.argv) > 2:
    for line in open(sys.argv[2]):
        r = json.loads(line)
        path = re.sub(r'^/*(v3/+)?', '', r['line'].split()[1].split('?')[0]).strip('/')
        method = 'GET' if r['method'] == 'HEAD' else r['method']
        for route in routes:
            if route[0] == method and re.fullmatch(re.sub(':', '[^/]+', route[1]), path) and r['status'] < 500:
                made[route].add(r['label'])
                break
for method, pattern, right in sorted(routes, key=lambda r: (r[1].startswith('v4'), r[1], r[0])):
    clients = ', '.join(c for c in CLIENTS if c in made[method, pattern, right])
    mark = {'NOBODY': 'No key', 'WRITER': 'Any key', 'MASTER': 'Master key'}[right]
    print('.It %s Pa %s\n%s' % (method, shown(pattern), mark) + ('; %s.' % (clients or 'no recording') if len(sys.argv) > 2 else ''))
