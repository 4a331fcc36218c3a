# SPDX-License-Identifier: BSL-1.0
"""The site that the peers serve: a few files of fixed content, made in build/bench/site where they are missing."""

import gzip
import os
import random
import shutil
import subprocess
from pathlib import Path

from places import BUILD, CERTIFICATES

SITE = BUILD / "site"

KIB = 1024
FLAG = b"flag{the_fastest_of_all_is_the_nothing}\n"
HELLO = b"hello"
SIZES = {"1k": KIB, "64k": 64 * KIB, "1m": KIB * KIB, "100m": 100 * KIB * KIB}
STYLE_SIZE = 64 * KIB


def content(size):
    """Bytes that nobody could compress, the same every time."""
    piece = random.Random(size).randbytes(min(size, KIB * KIB))
    return piece * (size // len(piece))


def text(size):
    """Text as it is in the files of a site: the same every time, and a quarter of it in gzip."""
    random_words = random.Random(size)
    words = [random_words.randbytes(random_words.randint(1, 5)).hex().encode() for _ in range(1000)]
    lines = []
    length = 0
    while length < size:
        lines.append(b".%s { %s: %s }\n" % tuple(random_words.choices(words, k=3)))
        length += len(lines[-1])
    return b"".join(lines)[:size]


def make_file(path, size, made):
    if not path.exists() or path.stat().st_size != size:
        path.write_bytes(made())


def make():
    (SITE / "files").mkdir(parents=True, exist_ok=True)
    make_file(SITE / "flag", len(FLAG), lambda: FLAG)
    make_file(SITE / "hello.txt", len(HELLO), lambda: HELLO)
    for name, size in SIZES.items():
        make_file(SITE / "files" / f"{name}.bin", size, lambda: content(size))
    style = text(STYLE_SIZE)
    make_file(SITE / "files" / "made.css", len(style), lambda: style)
    make_file(SITE / "files" / "ready.css", len(style), lambda: style)
    ready = gzip.compress(style, mtime=0)
    make_file(SITE / "files" / "ready.css.gz", len(ready), lambda: ready)
    return SITE


def make_certificate(algorithm, new_key):
    """Signed by itself, for localhost."""
    certificate, key = CERTIFICATES / f"{algorithm}.pem", CERTIFICATES / f"{algorithm}.key"
    if certificate.exists():
        return
    CERTIFICATES.mkdir(parents=True, exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", *new_key, "-noenc", "-days", "3650", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)


def make_certificates():
    make_certificate("ecdsa", ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
    make_certificate("rsa", ["rsa:2048"])


class ColdFiles:
    """Large files that the kernel does not have in memory; below /files/cold while they are there."""

    def __init__(self, count, size):
        self.size = size
        self.folder = SITE / "files" / "cold"
        self.paths = [f"/files/cold/{number}.bin" for number in range(count)]

    def __enter__(self):
        self.folder.mkdir(exist_ok=True)
        for path in self.paths:
            (self.folder / Path(path).name).write_bytes(content(self.size))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def forget(self):
        """The kernel drops what it has of them."""
        for path in self.paths:
            descriptor = os.open(self.folder / Path(path).name, os.O_RDONLY)
            try:
                os.fsync(descriptor)  # what is not on the disk yet would stay
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)
