# SPDX-License-Identifier: BSL-1.0
"""The table of peers: what is measured, how each is started, what it takes part in.

A peer is added by one entry here. A scenario says which ability it asks for, and a peer without it is left out.
"""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from places import BINARY, CERTIFICATES, HERE, PROGRAMS
from site_files import SITE

FLOOR = "floor"
OURS = "asio_httpd"
LABELS = {"nginx_default": "nginx, default", "beast": "Boost.Beast", "restinio": "RESTinio", "thread_per_connection": "a thread each",
          "fork_per_connection": "a process each"}


def label(name):
    """How people know it; of "beast/browser" the part before the slash."""
    peer, slash, rest = name.partition("/")
    return LABELS.get(peer, peer) + slash + rest


@dataclass(frozen=True)
class Setup:
    """How a server is wanted."""

    port: int = 0
    folder: Path = Path()  # for its configuration and its logs
    threads: int = 1
    routes: int = 0  # so many beside the usual ones: /api/things<n>/list
    depth: int = 1  # how many requests a client sends without waiting
    floor_mode: str = "keep"
    tls: bool = False  # with HTTP/2 by ALPN
    http2: bool = False  # with prior knowledge, where there is no TLS
    algorithm: str = "ecdsa"  # of the certificate, or "rsa"
    messages: str = ""  # "echo" or "broadcast" over WebSockets, instead of requests

    @property
    def certificate(self):
        return CERTIFICATES / f"{self.algorithm}.pem"

    @property
    def key(self):
        return CERTIFICATES / f"{self.algorithm}.key"


@dataclass(frozen=True)
class Peer:
    name: str
    what: str
    command: Callable[[Setup], list]
    abilities: frozenset
    version: Callable[[], str] = lambda: ""
    start_command: Callable[[Setup], list] | None = None  # where the scenario `start` takes another program
    one_at_a_time: bool = True  # its threads never wait for each other, so that waiting is the work of others

    def is_there(self):
        return shutil.which(str(self.command(Setup())[0])) is not None

    def can(self, ability):
        return ability in self.abilities


def said_by(*command):
    """The version in what a program says of itself."""
    def version():
        try:
            run = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        except OSError:
            return "not there"
        found = re.search(r"\d+[._]\d+([._]\d+)?", run.stdout + run.stderr)
        return found.group(0).replace("_", ".") if found else "unknown"
    return version


def program(name):
    return str(PROGRAMS / "peers" / name)


def route_path(number):
    return f"/api/things{number}/list"


# ---- those with a configuration -------------------------------------------------------------------------------------


def render(template, s, **more):
    """Writes the template into the server's folder, with its @NAMES@ filled in; returns where."""
    values = {"PORT": s.port, "FOLDER": s.folder, "SITE": SITE, "THREADS": s.threads, **more,
              "CERTIFICATE": s.certificate, "KEY": s.key}
    text = (HERE / "peers" / template).read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    path = s.folder / template
    if s.port:
        path.write_text(text)
    return str(path)


def as_root(text):
    """Started as root, a server would give that up, and then could not read the site."""
    return text if os.geteuid() == 0 else ""


CACHE_OF_NGINX = """\
  open_file_cache max=1000 inactive=60s;
  open_file_cache_valid 30s;
  open_file_cache_errors on;"""


def nginx(s, cache=CACHE_OF_NGINX):
    routes = "\n".join(f'    location = {route_path(n)} {{ return 200 "hello"; }}' for n in range(s.routes))
    protocol = " ssl http2" if s.tls else " http2" if s.http2 else ""
    more = {"USER": as_root("user root;"), "ROUTES": routes, "PROTOCOL": protocol, "CACHE": cache}
    return ["nginx", "-p", str(s.folder), "-c", render("nginx.conf", s, **more)]


def nginx_default(s):
    return nginx(s, cache="")


def h2o(s):
    routes = "\n".join(f'      "{route_path(n)}":\n        file.file: {SITE}/hello.txt' for n in range(s.routes))
    files = f"    certificate-file: {s.certificate}\n    key-file: {s.key}"
    tls = f"  ssl:\n{files}\n    ocsp-update-interval: 0" if s.tls else ""
    more = {"USER": as_root("user: root"), "ROUTES": routes, "TLS": tls, "UPGRADE": "ON" if s.http2 else "OFF"}
    return ["h2o", "-c", render("h2o.yaml", s, **more)]


def lighttpd(s):
    on_or_off = {True: "enable", False: "disable"}
    more = {"TLS": on_or_off[s.tls], "HTTP2": on_or_off[s.tls or s.http2]}
    return ["lighttpd", "-D", "-f", render("lighttpd.conf", s, **more)]


def with_tls(s):
    return ["--no-tls"] if not s.tls else [str(s.key), str(s.certificate)]


def nghttpd(s):
    port = [] if not s.port else [str(s.port)]
    return ["nghttpd", "--address=127.0.0.1", f"--htdocs={SITE}", f"--workers={s.threads}", *port, *with_tls(s)]


# ---- those that are programs ----------------------------------------------------------------------------------------


def floor(s):
    if s.messages:
        return [program("websocket_floor"), str(s.port), s.messages]
    return [program("floor"), str(s.port), s.floor_mode]


def ours(s):
    return binary_with_tls(s) if s.tls or s.http2 else with_site("hello")(s)


def binary_with_tls(s):
    address = {"address": f"127.0.0.1:{s.port}"}
    tls = {"tls": {"certificates": {"certificate": str(s.certificate), "key": str(s.key)}}} if s.tls else {}
    return [str(BINARY), "--config", render("asio_httpd.json", s, LISTEN=json.dumps({**address, **tls}))]


def with_site(name):
    return lambda s: [program(name), str(s.port), str(SITE), str(s.threads), str(s.routes), str(s.depth)]


def beast(s):
    return [program("websocket_beast"), str(s.port), s.messages] if s.messages else with_site("beast")(s)


def binary(s):
    return [str(BINARY), "--listen", f"127.0.0.1:{s.port}", "--threads", str(s.threads), "--log-level", "error",
            str(SITE)]


SMALL = frozenset({"hello", "close", "idle"})
FILES = frozenset({"flag", "files", "flag_close"})
HTTP2 = frozenset({"h2tls", "h2"})

PEERS = [
    Peer(
        name=FLOOR,
        what="raw epoll, no HTTP, a canned answer",
        command=floor,
        abilities=SMALL | {"echo", "websocket"},
    ),
    Peer(
        name=OURS,
        what="ours, with every limit and deadline on",
        command=ours,
        abilities=SMALL | FILES | HTTP2 | {"not_modified", "echo", "routes", "start", "latency", "threads", "websocket",
                                           "cold", "precompressed", "compresses", "tls"},
        version=said_by(BINARY, "--version"),
        start_command=binary,
    ),
    Peer(
        name="nginx",
        what="nginx, `return 200`, open_file_cache, sendfile",
        command=nginx,
        abilities=SMALL | FILES | HTTP2 | {"not_modified", "routes", "start", "latency", "threads", "cold",
                                           "precompressed", "compresses", "tls"},
        version=said_by("nginx", "-v"),
    ),
    Peer(
        name="nginx_default",
        what="the same without open_file_cache, as it comes: each file is opened for each request",
        command=nginx_default,
        abilities=HTTP2,
        version=said_by("nginx", "-v"),
    ),
    Peer(
        name="h2o",
        what="h2o, files for everything, mruby for the echo",
        command=h2o,
        abilities=SMALL | FILES | HTTP2 | {"not_modified", "echo", "routes", "start", "latency", "threads", "cold",
                                           "precompressed", "compresses", "tls"},
        version=said_by("h2o", "--version"),
    ),
    Peer(
        name="lighttpd",
        what="lighttpd, files for everything",
        command=lighttpd,
        abilities=SMALL | FILES | HTTP2 | {"not_modified", "start", "latency", "cold", "compresses", "tls"},
        version=said_by("lighttpd", "-v"),
    ),
    Peer(
        name="nghttpd",
        what="nghttpd, the server of libnghttp2: HTTP/2 and nothing else",
        command=nghttpd,
        abilities=HTTP2,
        version=said_by("nghttpd", "--version"),
    ),
    Peer(
        name="beast",
        what="Boost.Beast, callbacks, as in its examples",
        command=beast,
        abilities=SMALL | FILES | {"echo", "start", "latency", "websocket"},
        version=said_by(program("beast"), "--version"),
    ),
    Peer(
        name="restinio",
        what="RESTinio on Boost.Asio, express router, sendfile, as in its examples",
        command=with_site("restinio"),
        abilities=SMALL | FILES | {"echo", "routes", "start", "latency"},
        version=said_by(program("restinio"), "--version"),
    ),
    Peer(
        name="thread_per_connection",
        what="blocking sockets, a thread for each connection, as lectures have it",
        command=with_site("thread_per_connection"),
        abilities=frozenset({"flag_close"}),
        one_at_a_time=False,
    ),
    Peer(
        name="fork_per_connection",
        what="blocking sockets, a process for each connection, as lectures have it",
        command=with_site("fork_per_connection"),
        abilities=frozenset({"flag_close"}),
        one_at_a_time=False,
    ),
]
