# SPDX-License-Identifier: BSL-1.0
"""A running peer: a process of its own, on a core of its own. Nothing is ended but what was started here."""

import functools
import os
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import process
from peers import Setup
from places import RUN, Failed

SERVER_CORE = 0
HOST = "127.0.0.1"


def free_port():
    with socket.socket() as s:
        s.bind((HOST, 0))
        return s.getsockname()[1]


@functools.cache
def trusting(certificate):
    """What clients need to know a peer by."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


class Server:
    """A running peer. `with Server(peer) as server: ...`"""

    def __init__(self, peer, setup=Setup(), cores=(SERVER_CORE,), start=False, ahead=False):
        """`ahead`: of everything else that wants its core, where this user may do that (SCHED_FIFO)."""
        self.peer = peer
        self.cores = cores
        self.ahead = ahead
        folder = RUN / (peer.name if setup.threads == 1 else f"{peer.name}-{setup.threads}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.setup = replace(setup, port=free_port(), folder=folder)
        command = peer.start_command if start and peer.start_command else peer.command
        self.command = [str(word) for word in command(self.setup)]
        self.complaints = folder / "stderr"

    @property
    def alone(self):
        """Whether nobody but other programs can keep it from its core."""
        return self.peer.one_at_a_time and len(self.cores) == 1

    @contextmanager
    def started(self):
        """It runs, and may not serve yet."""
        with open(self.complaints, "wb") as complaints:
            self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=complaints,
                                            preexec_fn=self.take_place)
        try:
            yield self.process
        finally:
            self.end()

    def take_place(self):
        os.sched_setaffinity(0, self.cores)
        if self.ahead:
            with suppress(PermissionError):
                os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))

    def __enter__(self):
        with ExitStack() as undo:
            undo.enter_context(self.started())
            self.wait_until_it_serves()
            self.running = undo.pop_all()
        return self

    def __exit__(self, *_):
        self.running.close()

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until_it_serves(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with self.connect():
                    return
            except OSError:
                time.sleep(0.01)
        raise Failed(f"{self.peer.name} does not serve: {' '.join(self.command)}\n{self.complaints.read_text()}")

    def connect(self):
        return socket.create_connection((HOST, self.setup.port), timeout=10)

    def client(self):
        """A connection as clients have it: with TLS where the server speaks that."""
        connected = self.connect()
        if not self.setup.tls:
            return connected
        return trusting(self.setup.certificate).wrap_socket(connected, server_hostname="localhost")

    def url(self, path="/"):
        return f"{'https' if self.setup.tls else 'http'}://{HOST}:{self.setup.port}{path}"

    def sum_over_processes(self, what):
        total = 0
        for pid in process.family(self.process.pid):
            try:
                total += what(pid)
            except OSError:
                if pid == self.process.pid:
                    raise Failed(f"{self.peer.name} has ended\n{self.complaints.read_text()}")
        return total

    def cpu(self):
        """Nanoseconds on the CPU."""
        return self.sum_over_processes(process.cpu_time)

    def waited(self):
        """Nanoseconds that it was ready to run and did not."""
        return self.sum_over_processes(process.waited)

    def memory(self):
        """Resident bytes; what two processes share is counted twice."""
        return self.sum_over_processes(process.memory)

    def descriptors(self):
        return self.sum_over_processes(process.descriptors)
