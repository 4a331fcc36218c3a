# SPDX-License-Identifier: BSL-1.0
"""Load from wrk, and how many requests it has sent so far, while it runs."""

import re
from dataclasses import dataclass

from places import HERE, Failed
from running_load import COUNTER, LOAD_CORE, RunningLoad

# What wrk may count as an error: connections that a server closed as they were reused, say.
TOLERATED = 0.001


@dataclass(frozen=True)
class Load:
    """What is asked for."""

    path: str = "/"
    connections: int = 64
    depth: int = 1  # requests in one piece
    headers: tuple = ()
    body: int = 0  # bytes; makes it a POST
    routes: int = 0  # so many paths instead of `path`
    threads: int = 1

    @property
    def begun(self):
        """So many requests were sent when all connections are at it."""
        return self.connections * self.depth

    def on(self, server, cores=(LOAD_CORE,)):
        return Wrk(server, self, cores)

    def arguments(self):
        found = [f"counter={COUNTER}", f"depth={self.depth}", f"routes={self.routes}"]
        return found + ([f"body={self.body}"] if self.body else [])


class Wrk(RunningLoad):
    """A running wrk. `with load.on(server) as wrk: ... wrk.count() ... wrk.stop()`"""

    def __init__(self, server, load, cores=(LOAD_CORE,)):
        command = ["wrk", f"-t{load.threads}", f"-c{load.connections}", "-d600s", "--timeout", "30s"]
        command += ["-s", str(HERE / "load" / "load.lua")]
        for header in load.headers:
            command += ["-H", header]
        super().__init__([*command, server.url(load.path), "--", *load.arguments()], cores, slots=load.threads)

    def stop(self):
        """Its summary, after its last requests; and whether all went well."""
        output = self.interrupt()
        found = re.search(r"^SUMMARY (.*)$", output, re.M)
        if not found:
            raise Failed(f"wrk failed: {output}")
        summary = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", found.group(1))}
        wrong = {name: summary[name] for name in ("connect", "read", "write", "status", "timeout") if summary[name]}
        if sum(wrong.values()) > TOLERATED * summary["requests"]:
            raise Failed(f"{' '.join(self.command)}: errors {wrong} in {summary['requests']} requests")
        return summary
