# SPDX-License-Identifier: BSL-1.0
"""Load from wrk, and how many requests it has sent so far, while it runs."""

import mmap
import os
import re
import signal
import struct
import subprocess
import time
from dataclasses import dataclass

import process
from places import HERE, RUN, Failed

LOAD_CORE = max(os.sched_getaffinity(0))
COUNTER = RUN / "wrk.counter"
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

    def arguments(self):
        found = [f"counter={COUNTER}", f"depth={self.depth}", f"routes={self.routes}"]
        return found + ([f"body={self.body}"] if self.body else [])


class Wrk:
    """A running wrk. `with Wrk(server, load) as wrk: ... wrk.sent() ... wrk.stop()`"""

    def __init__(self, server, load, cores=(LOAD_CORE,)):
        self.load = load
        self.cores = cores
        self.command = ["wrk", f"-t{load.threads}", f"-c{load.connections}", "-d600s", "--timeout", "30s"]
        self.command += ["-s", str(HERE / "load" / "load.lua")]
        for header in load.headers:
            self.command += ["-H", header]
        self.command += [server.url(load.path), "--", *load.arguments()]

    def __enter__(self):
        COUNTER.parent.mkdir(parents=True, exist_ok=True)
        COUNTER.write_bytes(bytes(mmap.PAGESIZE))
        with open(COUNTER, "rb") as file:
            self.counter = mmap.mmap(file.fileno(), mmap.PAGESIZE, prot=mmap.PROT_READ)
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        preexec_fn=lambda: os.sched_setaffinity(0, self.cores))
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.counter.close()

    def sent(self):
        return sum(struct.unpack_from(f"{self.load.threads}d", self.counter))

    def scheduled(self):
        """Nanoseconds that it ran, and that it was ready to run and did not."""
        pid = self.process.pid
        return process.cpu_time(pid), process.waited(pid)

    def wait_for(self, condition, what, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None:
                raise Failed(f"wrk failed: {self.process.stdout.read()}")
            if time.monotonic() > end:
                raise Failed(f"{self.command[-1]}: {what} after {seconds} seconds")
            time.sleep(0.01)

    def stop(self):
        """Its summary, after its last requests; and whether all went well."""
        self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate(timeout=60)
        found = re.search(r"^SUMMARY (.*)$", output, re.M)
        if not found:
            raise Failed(f"wrk failed: {output}")
        summary = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", found.group(1))}
        wrong = {name: summary[name] for name in ("connect", "read", "write", "status", "timeout") if summary[name]}
        if sum(wrong.values()) > TOLERATED * summary["requests"]:
            raise Failed(f"{' '.join(self.command)}: errors {wrong} in {summary['requests']} requests")
        return summary
