# SPDX-License-Identifier: BSL-1.0
"""The table of peers: what is measured, and how each is started, compiled and named.

A peer is added by one entry here; a scenario says which abilities it asks for, and a peer without them is left out.
"""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ASIO_HTTPD_BUILD", SOURCE / "build" / "bench"))
PROGRAMS = BUILD / "bin" / "bench"

FLOOR = "floor"


@dataclass(frozen=True)
class Peer:
    name: str
    what: str
    # The command that serves on a port; `closes` where each connection is to end after its answer.
    command: Callable[[int, bool], list]
    abilities: frozenset = frozenset({"hello", "close", "idle"})
    # What the scenario `compile` compiles, and the flags that a user of it would need.
    source: Path | None = None
    flags: list = field(default_factory=list)

    def is_there(self):
        return shutil.which(str(self.command(0, False)[0])) is not None


def program(name):
    return lambda port, closes: [str(PROGRAMS / "peers" / name), str(port)]


def floor(port, closes):
    return program("floor")(port, closes) + (["close"] if closes else [])


PEERS = [
    Peer(
        name=FLOOR,
        what="raw epoll, no HTTP, a canned answer",
        command=floor,
    ),
    Peer(
        name="asio_httpd",
        what="ours",
        command=program("hello"),
        source=SOURCE / "apps" / "examples" / "01_hello.cpp",
        flags=["-DBOOST_ASIO_SEPARATE_COMPILATION", f"-I{SOURCE / 'lib' / 'include'}"],
    ),
    Peer(
        name="beast",
        what="Boost.Beast, callbacks, as in its examples",
        command=program("beast_hello"),
        source=SOURCE / "tests" / "bench" / "peers" / "beast_hello.cpp",
    ),
]
