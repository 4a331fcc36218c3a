# SPDX-License-Identifier: BSL-1.0
"""Connections that stay, and ask in rounds: one request on each, then one answer from each.

The server stands still while connections are opened and while the requests of a round are sent, so that it finds all of
them at once, however busy the machine is and whoever runs first.
"""

import contextlib
import re
import socket

PATIENCE = 60


class KeepAliveLoad:
    """Opens the connections, for a `with` block."""

    def __init__(self, server, path, connections):
        self._server = server
        self._request = f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode()
        self._number = connections
        self._open = contextlib.ExitStack()
        self.content = None  # of the answers

    def __enter__(self):
        self._server.pause()  # up to the first round
        address = ("127.0.0.1", self._server.port)
        self._connections = [
            self._open.enter_context(socket.create_connection(address, PATIENCE)) for _ in range(self._number)]
        return self

    def __exit__(self, failed, *_):
        for connection in [] if failed else self._connections:
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)  # the server has closed, too, and makes no more calls for it
        self._open.close()

    def run(self, rounds):
        for _ in range(rounds):
            self._server.pause()
            for connection in self._connections:
                connection.sendall(self._request)
            self._server.resume()
            for connection in self._connections:
                self._take_answer(connection)

    def _take_answer(self, connection):
        answer = b""
        while b"\r\n\r\n" not in answer or len(answer) < whole_size(answer):
            piece = connection.recv(1 << 16)
            if not piece:
                raise AssertionError(f"the server closed after {answer}")
            answer += piece
        head, _, content = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 ") or self.content not in (None, content):
            raise AssertionError(f"unexpected answer: {answer}")
        self.content = content


class MessageLoad(KeepAliveLoad):
    """The same with WebSockets: a masked message on each, then its echo from each."""

    def __init__(self, server, path, connections):
        super().__init__(server, path, connections)
        self._handshake = (f"GET {path} HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode()
        self._request = b"\x81\xc0" + bytes(4) + 64 * b"x"  # masked by zeros

    def __enter__(self):
        super().__enter__()
        for connection in self._connections:
            connection.sendall(self._handshake)
        self._server.resume()
        for connection in self._connections:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += connection.recv(1 << 16)
        return self

    def _take_answer(self, connection):
        answer = b""
        while len(answer) < 2 + 64:
            piece = connection.recv(1 << 16)
            if not piece:
                raise AssertionError(f"the server closed after {answer}")
            answer += piece
        self.content = answer


def whole_size(answer):
    """Of an answer whose head is there."""
    head = answer.partition(b"\r\n\r\n")[0]
    return len(head) + 4 + int(re.search(rb"\r\nContent-Length: (\d+)", head)[1])
