# SPDX-License-Identifier: BSL-1.0
"""The kinds of scenarios in which a server has next to nothing to do."""

import resource
from dataclasses import dataclass

import measure
from peers import Setup
from scenario import Result, Scenario
from server import Server


@dataclass
class StartUp(Scenario):
    """How long until it answers, and its memory then."""

    unit: str = "ms to the first answer"
    ability: str = "start"
    path: str = "/flag"

    def run(self, peers, settings, progress):
        results = {p.name: Result() for p in peers}
        for number in range(settings.rounds):
            for peer in peers:
                progress(f"round {number + 1}/{settings.rounds}: {peer.name}")
                milliseconds, resident = measure.start_up(peer, self.path)
                results[peer.name].samples.append(milliseconds)
                results[peer.name].add_more("resident", resident)
        return results


@dataclass
class IdleMemory(Scenario):
    """Memory for each connection that made a request and waits for the next."""

    unit: str = "bytes per connection"
    ability: str = "idle"
    connections: int = 8000
    setup: Setup = Setup()

    def run(self, peers, settings, progress):
        connections = min(self.connections, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100)
        results = {p.name: Result() for p in peers}
        for number in range(1 if settings.quick else 3):
            for peer in peers:
                progress(f"{connections} connections to {peer.name}, {number + 1}")
                with Server(peer, self.setup) as server:
                    results[peer.name].samples.append(measure.memory_per_connection(server, connections))
        return results
