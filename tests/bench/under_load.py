# SPDX-License-Identifier: BSL-1.0
"""The kinds of scenarios in which a server has requests to answer."""

from contextlib import ExitStack
from dataclasses import dataclass, replace

import measure
from check import Expected, check, check_http2, precondition
from h2load import Streams
from handshakes import Handshakes
from messages import Messages
from peers import FLOOR, OURS, Setup
from running_load import LOAD_CORE
from scenario import Result, Scenario
from server import SERVER_CORE, Server
from site_files import KIB, ColdFiles, content
from wrk import Load


@dataclass
class Requests(Scenario):
    """CPU time of the server for a request, under wrk."""

    unit: str = "us of CPU per request"
    ruler: str | None = FLOOR
    load: Load = Load()
    expected: Expected = Expected()
    setup: Setup = Setup()
    by_bytes: bool = False  # for large answers
    conditional: bool = False  # asks whether what it has is still right
    unsteady: bool = False  # differs much from round to round
    server_cores: tuple = (SERVER_CORE,)
    load_cores: tuple = (LOAD_CORE,)

    def run(self, peers, settings, progress):
        results = {p.name: Result() for p in peers}
        with ExitStack() as stack:
            servers = [stack.enter_context(Server(p, self.setup, self.server_cores)) for p in peers]
            loads = {s.peer.name: self.load_for(s) for s in servers}
            rounds = rounds_of_the_unsteady(settings) if self.unsteady else settings.rounds
            for number in range(rounds):
                for server in servers:
                    progress(f"round {number + 1}/{rounds}: {server.peer.name}")
                    self.add_round(results[server.peer.name], server, loads[server.peer.name], settings)
        return self.add_ratios(results)

    def add_round(self, result, server, load, settings):
        result.add(self.measure(server, load, settings))

    def load_for(self, server):
        load = self.load
        if self.conditional:
            load = replace(load, headers=(precondition(server, load), *load.headers))
        check(server, load, self.expected)
        return load

    def measure(self, server, load, settings):
        if self.by_bytes:
            return measure.by_bytes(server, load, settings, self.load_cores, len(self.expected.content))
        return measure.while_it_runs(server, load, settings, self.load_cores)


def rounds_of_the_unsteady(settings):
    """Where the scheduler decides much, the rounds of a server differ by a third."""
    return settings.rounds if settings.quick else 3 * settings.rounds


OF_A_FULL_ONE = "of a full one"


@dataclass
class Resumed(Requests):
    """CPU time for a connection that is resumed; and what it is of that for a full handshake just before."""

    full: Handshakes | None = None

    def add_round(self, result, server, load, settings):
        full = self.measure(server, self.full, settings)
        resumed = self.measure(server, load, settings)
        result.add(resumed)
        result.add_more(OF_A_FULL_ONE, resumed.us / full.us)


@dataclass
class WebSocket(Requests):
    """CPU time of the server for a message that a client receives. Each is compared to what was sent."""

    unit: str = "us of CPU per message"
    ability: str = "websocket"
    load: Messages = Messages("echo", 64)

    def __post_init__(self):
        self.setup = Setup(messages=self.load.mode)

    def load_for(self, server):
        return self.load


@dataclass
class Http2(Requests):
    """CPU time of the server for a request on a stream of HTTP/2."""

    ruler: str | None = "nginx"
    load: Streams = Streams()

    def load_for(self, server):
        check_http2(server, self.load, self.expected)
        return self.load

    def measure(self, server, load, settings):
        return measure.to_its_end(server, load, settings, self.load_cores)


@dataclass
class Threads(Requests):
    """CPU time for a request with more than one thread, to that with one, both where wrk's threads are as well."""

    ability: str = "threads"
    ruler: str | None = "one thread"
    counts: tuple = (1, 2)
    server_cores: tuple = (SERVER_CORE, LOAD_CORE)
    load_cores: tuple = (SERVER_CORE, LOAD_CORE)

    def run(self, peers, settings, progress):
        results = {}
        with ExitStack() as stack:
            servers = [(f"{p.name}/{n}", stack.enter_context(Server(p, Setup(threads=n), self.server_cores)))
                       for p in peers for n in self.counts]
            rounds = rounds_of_the_unsteady(settings)
            for number in range(rounds):
                for name, server in servers:
                    progress(f"round {number + 1}/{rounds}: {name}")
                    check(server, self.load, self.expected)
                    results.setdefault(name, Result()).add(self.measure(server, self.load, settings))
        return self.add_ratios(results)

    def ruler_of(self, name):
        return f"{name.partition('/')[0]}/{self.counts[0]}"


@dataclass
class Latency(Scenario):
    """How long answers take at one pace for all: half of what the slowest of some is able to.

    Servers are ahead of other programs on their core: otherwise the slowest answer in a thousand is the one that came
    while some kernel thread had the core for a slice of 4 ms, and tells of the machine. A percentile that far out
    still moves from round to round, so there are three times as many.
    """

    unit: str = "us from due to answered, p99.9"
    ability: str = "latency"
    ruler: str | None = "nginx"
    load: Load = Load()
    expected: Expected = Expected()
    paced_by: tuple = (OURS, "nginx", "h2o")

    def run(self, peers, settings, progress):
        results = {p.name: Result() for p in peers}
        with ExitStack() as stack:
            servers = [stack.enter_context(Server(p, ahead=True)) for p in peers]
            for server in servers:
                check(server, self.load, self.expected)
            rate = self.half_load(servers, settings, progress)
            rounds = rounds_of_the_unsteady(settings)
            for number in range(rounds):
                for server in servers:
                    progress(f"round {number + 1}/{rounds}, {rate:,.0f} requests a second: {server.peer.name}")
                    self.measure(server, results[server.peer.name], rate, settings)
        return self.add_ratios(results)

    def half_load(self, servers, settings, progress):
        reached = []
        for server in [s for s in servers if s.peer.name in self.paced_by] or servers:
            progress(f"what {server.peer.name} is able to")
            reached.append(measure.while_it_runs(server, self.load, settings, (LOAD_CORE,)).per_second)
        return min(reached) / 2

    def measure(self, server, result, rate, settings):
        tries = []
        for _ in range(settings.tries):
            tries.append(measure.latency(server, self.load, rate, max(1, settings.seconds)))
            if tries[-1]["noise"] < measure.CALM:
                break
        found = min(tries, key=lambda one: one["noise"])
        result.samples.append(found["p99.9"])
        result.per_second.append(rate)
        result.disturbed(found["noise"])
        for name in ("p50", "p99", "max"):
            result.add_more(name, found[name])


@dataclass
class ColdDownload(Scenario):
    """How late small answers on one connection become while another downloads files that are not in memory.

    Two figures of one server, one after the other: the p99 of small answers at a modest pace, with the download and
    without. The pace is the same for all, and the download as fast as it goes.
    """

    unit: str = "times the calm p99"
    ability: str = "cold"
    in_quick: bool = False
    load: Load = Load(connections=1)
    expected: Expected = Expected()
    rate: int = 1000
    files: int = 8
    size: int = 256 * KIB * KIB

    def run(self, peers, settings, progress):
        results = {p.name: Result() for p in peers}
        with ExitStack() as stack:
            progress("writing the files")
            cold = stack.enter_context(ColdFiles(self.files, self.size))
            servers = [stack.enter_context(Server(p)) for p in peers]
            for server in servers:
                check(server, self.load, self.expected)
                check(server, Load(cold.paths[0]), Expected(content=content(self.size)))
            for number in range(settings.rounds):
                for server in servers:
                    progress(f"round {number + 1}/{settings.rounds}: {server.peer.name}")
                    self.measure(server, results[server.peer.name], cold, max(2, settings.seconds))
        return results

    def measure(self, server, result, cold, seconds):
        calm = measure.latency(server, self.load, self.rate, seconds)
        cold.forget()
        found = measure.latency(server, self.load, self.rate, seconds, cold.paths)
        result.samples.append(found["p99"] / calm["p99"])
        result.disturbed(max(calm["noise"], found["noise"]))
        result.add_more("calm p99, us", calm["p99"])
        result.add_more("p99, us", found["p99"])
        result.add_more("max, us", found["max"])
        result.add_more("MB/s", found["downloaded"] / found["seconds"] / 1e6)
