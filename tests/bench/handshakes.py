# SPDX-License-Identifier: BSL-1.0
"""Load of TLS connections, one for each request, from load/handshakes.cpp."""

from dataclasses import dataclass

from places import PROGRAMS
from running_load import COUNTER, LOAD_CORE, CountingProgram


@dataclass(frozen=True)
class Handshakes:
    """`mode`: full, or resumed by the ticket of the connection before."""

    path: str
    mode: str
    connections: int = 16
    headers: tuple = ("Connection: close",)
    body: int = 0

    @property
    def begun(self):
        """When so many answers have come, nobody is at the first handshake any more."""
        return 2 * self.connections

    def on(self, server, cores=(LOAD_CORE,)):
        command = [PROGRAMS / "load" / "handshakes", server.setup.port, self.path, self.connections, COUNTER, self.mode]
        return CountingProgram([str(word) for word in command], cores)
