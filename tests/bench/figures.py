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

    def with_later(self, content):
        """These figures, with those of a later run of some scenarios, each of which says so."""
        run = {key: content[key] for key in ("date", "commit", "command", "rounds", "seconds")}
        later = {name: {**one, "run": run} for name, one in content["scenarios"].items()}
        peers = {**self.content["peers"], **content["peers"]}
        return Figures({**self.content, "peers": peers, "scenarios": {**self.scenarios, **later}})

    def later_runs(self):
        """The runs of scenarios that were measured by themselves, with the names of these."""
        runs = {}
        for name, one in self.scenarios.items():
            if "run" in one:
                runs.setdefault(json.dumps(one["run"]), []).append(name)
        return [(json.loads(run), names) for run, names in runs.items()]

    def result(self, scenario, peer):
        return self.scenarios.get(scenario, {}).get("results", {}).get(peer)

    def results(self, scenario):
        return self.scenarios.get(scenario, {}).get("results", {})

    def median(self, scenario, peer):
        found = self.result(scenario, peer)
        return found["median"] if found else None

    def more(self, scenario, peer, name):
        found = self.result(scenario, peer)
        samples = found["more"].get(name) if found else None
        return statistics.median(samples) if samples else None

    def ratio(self, scenario, peer, other):
        """The median of the ratios of the rounds; None where one of them was not measured."""
        mine, its = self.result(scenario, peer), self.result(scenario, other)
        if not mine or not its:
            return None
        return statistics.median(a / b for a, b in zip(mine["samples"], its["samples"]))
