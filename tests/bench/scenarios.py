# SPDX-License-Identifier: BSL-1.0
"""The table of scenarios. Each is a class of measurement with its parameters.

A scenario gives `samples` for each peer that is able to take part: one number for each round, in `unit`; less is
better. How a round is run is up to the class. The peers take turns within a round, so that a ratio compares what was
measured within seconds, and the median over the rounds is what counts.
"""

import json
import os
import statistics
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import measure
from peers import FLOOR, PROGRAMS

HERE = Path(__file__).resolve().parent


@dataclass
class Result:
    """Of one peer in one scenario."""

    samples: list
    ratios: list = field(default_factory=list)  # to the scenario's ruler, round by round
    noise: float | None = None  # how much of its time it waited for its core, in the worst of the rounds

    @property
    def median(self):
        return statistics.median(self.samples)

    @property
    def ratio(self):
        return statistics.median(self.ratios) if self.ratios else None


@dataclass
class Scenario:
    name: str
    what: str
    unit: str
    ability: str = "hello"
    ruler: str | None = None  # the peer that the others are divided by

    def participants(self, peers):
        return [p for p in peers if self.ability in p.abilities and p.is_there()]

    def run(self, peers, settings, progress):
        raise NotImplementedError

    def ruler_of(self, name):
        return self.ruler

    def add_ratios(self, results):
        for name, result in results.items():
            ruler = results.get(self.ruler_of(name))
            if ruler:
                result.ratios = [mine / its for mine, its in zip(result.samples, ruler.samples)]
        return results


@dataclass
class Load(Scenario):
    """CPU time of the server for a request, under wrk."""

    unit: str = "ns of CPU per request"
    ruler: str | None = FLOOR
    connections: int = 64
    script: str | None = None
    headers: tuple = ()
    closes: bool = False

    def run(self, peers, settings, progress):
        how = {
            "connections": self.connections,
            "script": HERE / self.script if self.script else None,
            "headers": self.headers,
        }
        results = {p.name: Result([], noise=0.0) for p in peers}
        with ExitStack() as stack:
            servers = [stack.enter_context(measure.Server(p, self.closes)) for p in peers]
            for server in servers:
                measure.load(server.url(), 1, **how)
            for number in range(settings.rounds):
                for server in servers:
                    progress(f"round {number + 1}/{settings.rounds}: {server.peer.name}")
                    found = self.calmest(server, settings, how)
                    result = results[server.peer.name]
                    result.samples.append(found["ns"])
                    result.noise = max(result.noise, found["noise"])
        return self.add_ratios(results)

    def calmest(self, server, settings, how):
        """Where other programs were in the way, once or twice more; the least disturbed counts."""
        tries = []
        for _ in range(settings.tries):
            tries.append(measure.cpu_per_request(server, settings.seconds, **how))
            if tries[-1]["noise"] < measure.DISTURBED:
                break
        return min(tries, key=lambda one: one["noise"])


@dataclass
class IdleMemory(Scenario):
    """Memory for each connection that made a request and waits for the next."""

    unit: str = "bytes per connection"
    ability: str = "idle"
    connections: int = 8000

    def run(self, peers, settings, progress):
        room = measure.all_descriptors() - 100
        connections = min(self.connections, room)
        results = {}
        for peer in peers:
            samples = []
            for number in range(1 if settings.quick else 3):
                progress(f"{connections} connections to {peer.name}, {number + 1}")
                with measure.Server(peer) as server:
                    samples.append(measure.memory_per_connection(server, connections))
            results[peer.name] = Result(samples)
        return results


@dataclass
class Compile(Scenario):
    """Compiling the smallest program, at -O2: the best of three."""

    unit: str = "seconds of CPU"
    ruler: str | None = "beast"

    def participants(self, peers):
        return [p for p in peers if p.source]

    def run(self, peers, settings, progress):
        compiler = os.environ.get("CXX", "g++")
        results = {p.name: Result([]) for p in peers}
        for number in range(1 if settings.quick else 3):
            for peer in peers:
                progress(f"{peer.source.name}, {number + 1}")
                results[peer.name].samples.append(measure.compile_seconds(peer, compiler))
        for result in results.values():
            result.samples = [min(result.samples)]
        return self.add_ratios(results)


@dataclass
class InProcess(Scenario):
    """A program of google-benchmark; its benchmarks, named what/input, stand where the peers are elsewhere."""

    unit: str = "ns"
    program: str = ""

    def participants(self, peers):
        program = PROGRAMS / self.program
        return [program] if program.exists() else []

    def run(self, peers, settings, progress):
        progress(self.program)
        command = ["taskset", "-c", str(measure.SERVER_CORE), str(peers[0]), "--benchmark_format=json"]
        command += [f"--benchmark_min_time={0.05 if settings.quick else 0.2}"]
        command += [f"--benchmark_repetitions={settings.rounds}"]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode != 0:
            raise measure.Failed(f"{self.program} failed: {run.stderr}")
        results = {}
        for one in json.loads(run.stdout)["benchmarks"]:
            if one["run_type"] == "iteration" and not one.get("error_occurred"):
                name = one["run_name"].split("/repeats:")[0]
                results.setdefault(name, Result([])).samples.append(one["cpu_time"])
        return self.add_ratios(results)

    def ruler_of(self, name):
        return f"{self.ruler}/{name.partition('/')[2]}"


SCENARIOS = [
    Load("keep_alive", "64 connections, kept alive, GET / of 5 bytes"),
    Load("pipelined", "64 connections, 16 requests at once", script="pipeline.lua"),
    Load(
        "close",
        "64 clients, a connection for each request",
        ability="close",
        headers=("Connection: close",),
        closes=True,
    ),
    IdleMemory("idle_memory", "8,000 connections that made a request and wait"),
    Compile("compile", "g++ -O2 of the smallest program"),
    InProcess("parser", "the head of a request, ours beside Boost.Beast's", program="http1_parse_bench", ruler="beast"),
    InProcess("route_match", "1,000 routes", program="route_match_bench"),
]
