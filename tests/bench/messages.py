# SPDX-License-Identifier: BSL-1.0
"""Load of WebSocket messages from load/messages.cpp, which compares each one that comes to what was sent."""

from dataclasses import dataclass

from places import PROGRAMS
from running_load import COUNTER, LOAD_CORE, CountingProgram


@dataclass(frozen=True)
class Messages:
    """What is said, over how many connections."""

    mode: str  # echo or broadcast
    connections: int

    @property
    def begun(self):
        """So many have come when all connections are at it."""
        return self.connections

    def on(self, server, cores=(LOAD_CORE,)):
        command = [PROGRAMS / "load" / "messages", server.setup.port, f"/messages/{self.mode}", self.connections,
                   COUNTER, self.mode]
        return CountingProgram([str(word) for word in command], cores)
