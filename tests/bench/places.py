# SPDX-License-Identifier: BSL-1.0
"""Where things are."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
BUILD = Path(os.environ.get("ASIO_HTTPD_BUILD", SOURCE / "build" / "bench"))
PROGRAMS = BUILD / "bin" / "bench"
CERTIFICATES = BUILD / "certificates"  # of all peers, for each algorithm, and their keys
RUN = BUILD / "run"  # a folder for each peer: its configuration, its logs
BINARY = Path(os.environ.get("ASIO_HTTPD_BIN", BUILD / "bin" / "asio_httpd"))

# Where Debian has servers, which is not on everybody's path.
os.environ["PATH"] += os.pathsep + "/usr/sbin"


class Failed(Exception):
    """A sentence for the person who runs it."""
