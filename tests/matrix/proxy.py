"""A TCP proxy that passes bytes on until the dice say otherwise: then the connection is reset, closed, held or only delayed."""
import random
import select
import socket
import threading
import time

MEAN = 4000  # bytes that pass before something happens


class Proxy(threading.Thread):
    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.dice, self.harm, self.struck = port, random.Random(), 0.0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "https://127.0.0.1:%d" % self.listener.getsockname()[1]

    def arm(self, harm, seed):
        self.dice.seed(seed)
        self.harm, self.struck = harm, 0

    def run(self):
        while True:
            client = self.listener.accept()[0]
            left = int(self.dice.expovariate(1 / MEAN)) if self.dice.random() < self.harm else None
            kind = self.dice.choice(["reset", "close", "delay", "hold"])
            threading.Thread(target=self.connection, args=(client, left, kind), daemon=True).start()

    def connection(self, client, left, kind):
        try:
            with socket.create_connection(("127.0.0.1", self.port)) as server:
                self.shovel(client, server, left, kind)
        except OSError:
            pass
        finally:
            client.close()

    def shovel(self, client, server, left, kind):
        while True:
            for s in select.select([client, server], [], [])[0]:
                data, other = s.recv(65536), server if s is client else client
                if not data:
                    return
                if left is not None and len(data) > left:
                    self.struck += 1
                    other.sendall(data[:left])
                    if kind == "hold":
                        time.sleep(2.5)  # longer than the tools wait
                    elif kind == "reset":
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    if kind != "delay":
                        return
                    time.sleep(0.2)
                    data, left = data[left:], None
                left = left if left is None else left - len(data)
                other.sendall(data)
