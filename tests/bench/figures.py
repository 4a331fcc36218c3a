# SPDX-License-Identifier: BSL-1.0
"""The figures of a run, read from its JSON."""

import json
import statistics
from pathlib import Path

from places import Failed


class Figures:
    def __init__(self, content):
        self.content = content
        self.scenarios = content["scenarios"]

    @classmethod
    def read(cls, path):
        try:
            return cls(json.loads(Path(path).read_text()))
        except (OSError, ValueError) as error:
            raise Failed(f"{path}: {error}") from error

    def result(self, scenario, peer):
        return self.scenarios.get(scenario, {}).get("results", {}).get(peer)

    def results(self, scenario):
        return self.scenarios.get(scenario, {}).get("results", {})

    def median(self, scenario, peer):
        found = self.result(scenario, peer)
        return found["median"] if found else None

    def more(self, scenario, peer, name):
        found = self.result(scenario, peer)
        return statistics.median(found["more"][name]) if found else None

    def ratio(self, scenario, peer, other):
        """The median of the ratios of the rounds; None where one of them was not measured."""
        mine, its = self.result(scenario, peer), self.result(scenario, other)
        if not mine or not its:
            return None
        return statistics.median(a / b for a, b in zip(mine["samples"], its["samples"]))
