"""A server that writes any bytes at all, as many as are read."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Write = Callable[[str], Iterator[bytes]]
"""From the head of a request to what is written: status line, headers and body, perhaps without end."""


class Raw:
    """What a raw server has seen."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.heads: list[str] = []
        self.sent = 0
        """Bytes of the longest answer."""


@contextmanager
def raw(write: Write) -> Iterator[Raw]:
    """Serve on a free port while the context is open."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            lines = iter(lambda: self.rfile.readline().decode("latin-1"), "\r\n")
            head = "".join(line for line in lines if line) if self.rfile.peek(1) else ""
            if not head:
                return
            length = next(
                (int(line.split(":")[1]) for line in head.lower().splitlines() if line.startswith("content-length:")), 0
            )
            self.rfile.read(length)
            seen.heads.append(head)
            sent = 0
            try:
                for part in write(head):
                    self.wfile.write(part)
                    sent += len(part)
                    seen.sent = max(seen.sent, sent)
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = allow_reuse_address = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        seen = Raw(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()


def head(kind: str, status: str = "200 OK", **headers: str) -> bytes:
    """The beginning of a response that ends when the connection does."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n{more}\r\n".encode()
