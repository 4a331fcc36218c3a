# SPDX-License-Identifier: BSL-1.0
"""The site that the peers serve: a few files of fixed content, made in build/bench/site where they are missing."""

import random

from places import BUILD

SITE = BUILD / "site"

KIB = 1024
FLAG = b"flag{the_fastest_of_all_is_the_nothing}\n"
HELLO = b"hello"
SIZES = {"1k": KIB, "64k": 64 * KIB, "1m": KIB * KIB, "100m": 100 * KIB * KIB}


def content(size):
    """Bytes that nobody could compress, the same every time."""
    piece = random.Random(size).randbytes(min(size, KIB * KIB))
    return piece * (size // len(piece))


def make_file(path, size, made):
    if not path.exists() or path.stat().st_size != size:
        path.write_bytes(made())


def make():
    (SITE / "files").mkdir(parents=True, exist_ok=True)
    make_file(SITE / "flag", len(FLAG), lambda: FLAG)
    make_file(SITE / "hello.txt", len(HELLO), lambda: HELLO)
    for name, size in SIZES.items():
        make_file(SITE / "files" / f"{name}.bin", size, lambda: content(size))
    return SITE
