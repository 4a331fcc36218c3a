# SPDX-License-Identifier: BSL-1.0
"""A server under strace: its port, its process, and in the end how often it made which system call."""

import os
import re
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

PATIENCE = 60  # seconds; only what hangs takes so long


def why_not():
    """Why programs cannot be traced here, or ""."""
    try:
        subprocess.run(["strace", "-f", "-c", "-o", os.devnull, "true"], check=True, capture_output=True, text=True)
    except FileNotFoundError:
        return "strace is not installed"
    except subprocess.CalledProcessError as error:
        return "strace may not trace: " + error.stderr.strip()
    return ""


class Strace:
    """Runs `command`, which prints its port, for a `with` block; then `calls` has the counts."""

    def __init__(self, command, summary):
        self._summary = Path(summary)
        # The shell becomes the program, so it knows the program's process.
        self._tracer = subprocess.Popen(
            ["strace", "-f", "-c", "-o", self._summary, "sh", "-c", 'echo $$; exec "$0" "$@"', *map(str, command)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.calls = Counter()

    def __enter__(self):
        self.pid = int(self._tracer.stdout.readline())
        self.port = self._read_port()
        return self

    def __exit__(self, failed, *_):
        os.kill(self.pid, signal.SIGKILL if failed else signal.SIGTERM)
        code = self._tracer.wait(PATIENCE)
        self._tracer.stdout.close()
        if failed:
            return
        if code != 0:
            raise AssertionError(f"the server ended with {code}")
        self.calls = counts_in(self._summary.read_text())

    def _read_port(self):
        """Of a line that is a port, or of "serving ... on http://127.0.0.1:40000 ..."."""
        for line in self._tracer.stdout:
            found = re.search(r"(?:^|http://[^/\s]*:)(\d+)(?:\s|$)", line)
            if found:
                return int(found[1])
        raise AssertionError("the server said no port")

    def pause(self):
        """All of its threads stand still, up to `resume`."""
        os.kill(self.pid, signal.SIGSTOP)
        deadline = time.monotonic() + PATIENCE
        while not all(state in "tT" for state in self._states()):
            if time.monotonic() > deadline:
                raise AssertionError("the server does not stand still")

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def _states(self):
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            yield (thread / "stat").read_text().rpartition(")")[2].split()[0]


def counts_in(summary):
    """Lines are: % time, seconds, usecs/call, calls, errors where there are any, name."""
    rows = [line.split() for line in summary.splitlines()]
    return Counter({row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit() and row[-1] != "total"})
