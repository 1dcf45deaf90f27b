"""A server that answers every request the same way and records what it gets.

usage: odd-server.py KIND RECORD [LOCATION]   prints its port. KIND: redirect (to LOCATION), html, text, empty, null, array, long,
deep, notutf8, proxy (403 to everything), headers (very many), later (503, Retry-After by a clock of
its own), asks (407), never (501), busy (429, an hour), line (a header of 5 MB), tls (LOCATION is CERT,KEY,CLIENTS: its certificate and key, and whose certificates it asks for; "": none),
tls1.1, tls1.2 (the same, and no newer version than that), dated (of 1994, else as Treasure Data), pass (a proxy that passes on what CONNECT asks for, if user and password are u:pa5ec4e7)
"""
import socket
import socketserver
import ssl
import sys
import threading

kind, record = sys.argv[1], open(sys.argv[2], "ab", buffering=0)
BODY = {"html": b"<html><body>Sorry</body></html>", "text": b"try again\r\nlater", "empty": b"", "null": b"null", "array": b"[1,2,3]",
        "long": b'{"name":"' + b"x" * (20 << 20) + b'"}', "deep": b"[" * 100000, "notutf8": b'{"name":"\xff\xfe","message":"\x1b[31m\xff"}',
        "proxy": b"no", "redirect": b"", "headers": b"{}", "later": b"", "asks": b"", "never": b"", "line": b"", "busy": b""}.get(kind, b'{"status":"ok","databases":[]}')


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = self.rfile.readline(65536)
                if not line:
                    return
                head += line
            record.write(head)
            if kind == "pass":
                return self.tunnel(head)
            length = 0
            for line in head.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            self.rfile.read(length)
            status = {"redirect": b"302 Found", "proxy": b"403 Forbidden", "notutf8": b"422 No", "later": b"503 Later", "asks": b"407 Who", "never": b"501 Never", "busy": b"429 Busy"}.get(kind, b"200 OK")
            more = b"Location: %s\r\n" % sys.argv[3].encode() if kind == "redirect" else b""
            if kind == "later":
                more = b"Retry-After: Sun, 06 Nov 1994 08:49:38 GMT\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            if kind == "dated":
                more = b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            if kind == "headers":
                more = b"".join(b"X-%d: %s\r\n" % (i, b"y" * 1000) for i in range(2000))
            if kind == "line":
                more = b"X: " + b"y" * 5000000
            if kind == "busy":
                more = b"Retry-After: 3600\r\n"
            self.wfile.write(b"HTTP/1.1 " + status + b"\r\n" + more + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)


    def tunnel(self, head):
        host = head.split()[1].decode().rsplit(":", 1)
        if b"Proxy-Authorization: Basic dTpwYTVlYzRlNw==" not in head:
            return self.wfile.write(b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n")
        far = socket.create_connection((host[0], int(host[1])))
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Thread(target=pump, args=(far, self.connection), daemon=True).start()
        pump(self.connection, far)


def pump(a, b):
    while data := a.recv(65536):
        b.sendall(data)
    b.shutdown(socket.SHUT_WR)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def get_request(self):
        client, address = super().get_request()
        if kind.startswith("tls"):
            cert, key, clients = sys.argv[3].split(",")
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients or None)
            context.load_cert_chain(cert, key)
            if clients:
                context.verify_mode = ssl.CERT_REQUIRED
            if kind != "tls":
                context.set_ciphers("DEFAULT:@SECLEVEL=0")
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = {"tls1.1": ssl.TLSVersion.TLSv1_1, "tls1.2": ssl.TLSVersion.TLSv1_2}[kind]
            client = context.wrap_socket(client, server_side=True)
        return client, address

    def handle_error(self, *args):
        pass


with Server(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
