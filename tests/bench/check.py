# SPDX-License-Identifier: BSL-1.0
"""What a server must answer before it is measured: a wrong answer is no answer, however fast."""

import gzip
import http.client
import subprocess
from dataclasses import dataclass

from places import Failed
from server import HOST, trusting


@dataclass(frozen=True)
class Expected:
    status: int = 200
    content: bytes = b"hello"
    is_gzip: bool = False  # in the content coding gzip


def ask(server, load, headers):
    if server.setup.tls:
        context = trusting(server.setup.certificate)
        connection = http.client.HTTPSConnection(HOST, server.setup.port, timeout=30, context=context)
    else:
        connection = http.client.HTTPConnection(HOST, server.setup.port, timeout=30)
    try:
        body = b"x" * load.body if load.body else None
        connection.request("POST" if body else "GET", load.path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def check(server, load, expected):
    """Asks once, as the load is going to ask, and compares."""
    answer, content = ask(server, load, dict(header.split(": ", 1) for header in load.headers))
    name = f"{server.peer.name}, {load.path}"
    if answer.status != expected.status:
        raise Failed(f"{name}: {answer.status} instead of {expected.status}")
    if expected.is_gzip:
        if answer.headers["Content-Encoding"] != "gzip":
            raise Failed(f"{name}: no gzip")
        content = gzip.decompress(content)
    if content != expected.content:
        raise Failed(f"{name}: {len(content)} bytes {content[:40]!r} instead of {len(expected.content)} bytes")


def check_http2(server, load, expected):
    """The same over HTTP/2: by ALPN where there is TLS, with prior knowledge otherwise."""
    way = ["--http2", "--cacert", str(server.setup.certificate)] if server.setup.tls else ["--http2-prior-knowledge"]
    run = subprocess.run(["curl", "-sS", *way, "-w", "%{stderr}%{http_version} %{http_code}", server.url(load.path)],
                         capture_output=True, timeout=30)
    said = run.stderr.decode()
    if said != f"2 {expected.status}" or run.stdout != expected.content:
        raise Failed(f"{server.peer.name}, {load.path}: {said!r}, {len(run.stdout)} bytes {run.stdout[:40]!r}")


def precondition(server, load):
    """The field with which a client that has this content asks whether it has changed."""
    answer, _ = ask(server, load, {})
    if answer.headers["ETag"]:
        return f"If-None-Match: {answer.headers['ETag']}"
    if answer.headers["Last-Modified"]:
        return f"If-Modified-Since: {answer.headers['Last-Modified']}"
    raise Failed(f"{server.peer.name}, {load.path}: neither ETag nor Last-Modified")
