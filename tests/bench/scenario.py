# SPDX-License-Identifier: BSL-1.0
"""What a scenario is, and what comes out of it.

A scenario gives `samples` for each peer that is able to take part: one number for each round, in `unit`; less is
better. The peers take turns within a round, so that a ratio compares what was measured within seconds, and the median
over the rounds is what counts. How a round is run is up to the kind: under_load.py, at_rest.py, in_process.py.
"""

import statistics
from dataclasses import dataclass, field


@dataclass
class Result:
    """Of one peer in one scenario."""

    samples: list = field(default_factory=list)
    ratios: list = field(default_factory=list)  # to the scenario's ruler, round by round
    per_second: list = field(default_factory=list)  # requests by the wall's clock, for interest
    noise: float | None = None  # how much of its time it waited for its core, in the worst of the rounds
    more: dict = field(default_factory=dict)  # what was measured beside it: name -> samples

    @property
    def median(self):
        return statistics.median(self.samples)

    @property
    def ratio(self):
        return statistics.median(self.ratios) if self.ratios else None

    def add(self, cost):
        self.samples.append(cost.us)
        self.per_second.append(cost.per_second)
        self.disturbed(cost.noise)

    def disturbed(self, noise):
        if noise is not None:
            self.noise = max(self.noise or 0.0, noise)

    def add_more(self, name, value):
        self.more.setdefault(name, []).append(value)


@dataclass
class Scenario:
    name: str
    what: str
    unit: str
    ability: str = "hello"
    ruler: str | None = None  # the peer that the others are divided by
    in_quick: bool = True

    @property
    def group(self):
        return self.name.partition("/")[0]

    def participants(self, peers):
        return [p for p in peers if p.can(self.ability) and p.is_there()]

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
