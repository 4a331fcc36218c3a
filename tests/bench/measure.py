# SPDX-License-Identifier: BSL-1.0
"""How things are measured: a server as a process of its own, its CPU time, its memory; load from wrk.

The server is pinned to one core and whoever loads it to another. CPU time is what the kernel's scheduler counted
(/proc/<pid>/task/*/schedstat, nanoseconds), never wall time. Nothing is ended but what was started here.
"""

import os
import re
import resource
import socket
import subprocess
import time
from pathlib import Path

SERVER_CORE = 0
LOAD_CORE = max(os.sched_getaffinity(0))
HOST = "127.0.0.1"
# A server that waited for its core for more than this part of its time was disturbed by other programs.
DISTURBED = 0.05


class Failed(Exception):
    """A sentence for the person who runs it."""


def free_port():
    with socket.socket() as s:
        s.bind((HOST, 0))
        return s.getsockname()[1]


def all_descriptors():
    """The soft limit becomes the hard one, for this process and those that it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Server:
    """A running peer. `with Server(peer) as server: ...`"""

    def __init__(self, peer, closes=False):
        self.peer = peer
        self.port = free_port()
        self.command = ["taskset", "-c", str(SERVER_CORE), *peer.command(self.port, closes)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        self.wait_until_it_serves()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until_it_serves(self, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with self.connect():
                    return
            except OSError:
                time.sleep(0.02)
        raise Failed(f"{self.peer.name} does not serve: {' '.join(self.command)}")

    def connect(self):
        return socket.create_connection((HOST, self.port), timeout=10)

    def url(self, path="/"):
        return f"http://{HOST}:{self.port}{path}"

    def processes(self):
        """The process and its descendants: some peers fork."""
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").glob("*"):
                todo += [int(child) for child in (task / "children").read_text().split()]
        return found

    def scheduled(self):
        """Nanoseconds on the CPU, and nanoseconds spent waiting for it."""
        ran = waited = 0
        for pid in self.processes():
            for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                on_cpu, delay, _ = file.read_text().split()
                ran += int(on_cpu)
                waited += int(delay)
        return ran, waited

    def memory(self):
        """Resident bytes, exact."""
        total = 0
        for pid in self.processes():
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Rss:\s+(\d+) kB", rollup, re.M).group(1)) * 1024
        return total


def load(url, seconds, connections=64, script=None, headers=()):
    """Runs wrk on the core of the load; returns how many requests were answered."""
    command = ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    if script:
        command += ["-s", str(script)]
    for header in headers:
        command += ["-H", header]
    run = subprocess.run([*command, url], capture_output=True, text=True)
    answered = re.search(r"(\d+) requests in", run.stdout)
    if run.returncode != 0 or not answered or int(answered.group(1)) == 0:
        raise Failed(f"wrk failed: {run.stdout}{run.stderr}")
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", run.stdout)
    if wrong:
        raise Failed(f"{url} answered {wrong.group(1)} requests with an error")
    return int(answered.group(1))


def cpu_per_request(server, seconds, **how):
    """Nanoseconds of the server's CPU time for a request, and which part of its time it had to wait for its core."""
    ran, waited = server.scheduled()
    answered = load(server.url(), seconds, **how)
    ran_then, waited_then = server.scheduled()
    used = ran_then - ran
    return {"ns": used / answered, "noise": (waited_then - waited) / (used + waited_then - waited), "requests": answered}


REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def ask(connection):
    connection.sendall(REQUEST)
    answer = connection.recv(4096)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise Failed(f"unexpected answer: {answer[:60]!r}")


def memory_per_connection(server, connections):
    """Bytes that are resident for each connection that has made one request and waits. One is there before."""
    opened = []
    try:
        for number in range(connections + 1):
            if number == 1:
                time.sleep(0.3)
                before = server.memory()
            opened.append(server.connect())
            ask(opened[-1])
        time.sleep(0.3)
        return (server.memory() - before) / connections
    finally:
        for connection in opened:
            connection.close()


def compile_seconds(peer, compiler):
    """CPU seconds of the compiler, which are its wall seconds on a machine that has nothing else to do."""
    command = ["taskset", "-c", str(SERVER_CORE), compiler, "-std=c++20", "-O2", *peer.flags]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run([*command, "-c", str(peer.source), "-o", "/dev/null"], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode != 0:
        raise Failed(f"{peer.source} does not compile:\n{run.stderr}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
