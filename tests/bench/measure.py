# SPDX-License-Identifier: BSL-1.0
"""How things are measured: CPU time for a request, memory for a connection, the time to the first answer."""

import json
import os
import subprocess
import time
from dataclasses import dataclass

from places import PROGRAMS, Failed
from running_load import LOAD_CORE
from server import Server

# Of a server, or of its load, that waited for its core for more than this part of its time, others were in the way.
DISTURBED = 0.08
# Latencies suffer from less: the load was kept from its core.
CALM = 0.002
WARM_UP = 0.2


@dataclass
class Cost:
    """What requests cost over some time."""

    us: float  # of the server's CPU time for each
    per_second: float
    noise: float | None  # the part of its time that the server waited for its core, or the load for its own


class Window:
    """What server and load have used since it was made."""

    def __init__(self, server, load):
        self.server, self.load = server, load
        self.load_start = load.scheduled()
        self.begun = time.monotonic()
        self.start = server.cpu(), server.waited()

    def load_noise(self):
        return part(*(then - before for then, before in zip(self.load.scheduled(), self.load_start)))

    def cost(self, answered, load_noise=None):
        used, waited = self.server.cpu() - self.start[0], self.server.waited() - self.start[1]
        seconds = time.monotonic() - self.begun
        if answered == 0:
            raise Failed(f"{self.server.peer.name}: no request in {seconds:.1f} s")
        noise = max(part(used, waited), self.load_noise() if load_noise is None else load_noise)
        return Cost(used / answered / 1000, answered / seconds, noise if self.server.alone else None)


def part(used, waited):
    return waited / (waited + used) if waited else 0.0


def calmest(tries, measure_once):
    """Where other programs were in the way, once or twice more; the least disturbed counts."""
    costs = []
    for _ in range(tries):
        costs.append(measure_once())
        if costs[-1].noise is None or costs[-1].noise < DISTURBED:
            break
    return min(costs, key=lambda cost: cost.noise or 0.0)


def while_it_runs(server, load, settings, cores):
    """While the load runs, after all connections are there; so that neither opening nor closing them counts."""
    with load.on(server, cores) as running:
        def once():
            window, before = Window(server, running), running.count()
            time.sleep(settings.seconds)
            return window.cost(running.count() - before)

        running.wait_for(lambda: running.count() >= load.begun, "not all connections have asked")
        if load.connections >= 1000:
            running.wait_for(lambda: server.descriptors() >= load.connections, "not all connections are there")
        time.sleep(settings.warm_up)
        cost = calmest(settings.tries, once)
        running.stop()
    return cost


def by_bytes(server, load, settings, cores, size):
    """For large answers, of which few begin or end in the time: a request is as many bytes as its answer has."""
    def once():
        with load.on(server, cores) as wrk:
            window = Window(server, wrk)
            time.sleep(settings.seconds)
            load_noise = window.load_noise()  # while it is there
            return window.cost(wrk.stop()["bytes"] / size, load_noise)

    return calmest(settings.tries, once)


def to_its_end(server, load, settings, cores):
    """A load that counts, but does not tell before it has ended: all of it, with its connections and their end."""
    def once():
        with load.on(server, settings.seconds, cores) as running:
            window = Window(server, running)
            time.sleep(0.95 * settings.seconds)
            load_noise = window.load_noise()  # while it is there
            return window.cost(running.finish(), load_noise)

    return calmest(settings.tries, once)


PACE = PROGRAMS / "load" / "pace"


def latency(server, load, rate, seconds, downloads=()):
    """In microseconds, from when each request was due; and the part of the time that pace was kept from its core."""
    command = [str(PACE), str(server.setup.port), load.path, str(load.connections), f"{rate:.0f}", f"{seconds}",
               *downloads]
    run = subprocess.run(command, capture_output=True, text=True,
                         preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}))
    if run.returncode != 0:
        raise Failed(f"{server.peer.name}: {' '.join(command)}: {run.stderr}")
    return json.loads(run.stdout)


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
            opened.append(server.client())
            ask(opened[-1])
        time.sleep(0.3)
        return (server.memory() - before) / connections
    finally:
        for connection in opened:
            connection.close()


def start_up(peer, path):
    """Milliseconds from its start to its first answer, and resident bytes then."""
    server = Server(peer, start=True)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    begun = time.monotonic_ns()
    with server.started() as process:
        while True:
            try:
                with server.connect() as connection:
                    connection.sendall(request)
                    answer = connection.recv(4096)
                    break
            except ConnectionRefusedError:
                if process.poll() is not None:
                    raise Failed(f"{peer.name} has ended\n{server.complaints.read_text()}")
        took = time.monotonic_ns() - begun
        if not answer.startswith(b"HTTP/1.1 200"):
            raise Failed(f"{peer.name}: unexpected answer: {answer[:60]!r}")
        return took / 1e6, server.memory()
