# SPDX-License-Identifier: BSL-1.0
"""Load from h2load: requests on the streams of HTTP/2 connections. It counts, and tells when it has ended."""

import re
import subprocess
from dataclasses import dataclass

from places import Failed
from running_load import LOAD_CORE, RunningLoad

# The same arithmetic for all.
TLS = ("--tls13-ciphers=TLS_AES_128_GCM_SHA256",)


@dataclass(frozen=True)
class Streams:
    """What is asked for, on so many streams of each connection at once."""

    path: str = "/"
    connections: int = 16
    streams: int = 32
    headers: tuple = ()
    body: int = 0

    def on(self, server, seconds, cores=(LOAD_CORE,)):
        command = ["h2load", "-t1", f"-c{self.connections}", f"-m{self.streams}", f"-D{seconds * 1000:.0f}ms", *TLS]
        return H2load([*command, server.url(self.path)], cores)


class H2load(RunningLoad):
    def finish(self):
        """How many answers have come, when it is over; all of them have to be right."""
        try:
            output, _ = self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired as error:
            raise Failed(f"{' '.join(self.command)} does not end: answers are missing") from error
        found = re.search(r"requests: .*, (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored", output)
        if not found or self.process.returncode != 0:
            raise Failed(f"{' '.join(self.command)} failed: {output}")
        done, succeeded, failed, errored = map(int, found.groups())
        if failed or errored or done != succeeded:
            raise Failed(f"{' '.join(self.command)}: {found.group(0)}")
        return succeeded
