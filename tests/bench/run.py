#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Measures asio_httpd beside its peers. `./dev bench` builds what is needed and calls this.

    run.py                          everything: 5 rounds, medians; about 6 minutes
    run.py --quick                  2 short rounds: to see that it works, not for figures
    run.py --only keep_alive,close  some scenarios
    run.py --peers floor,asio_httpd some peers
    run.py --list                   what there is

The scenarios are in scenarios.py, the peers in peers.py, how it is measured in measure.py and README.md.
"""

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import measure
import report
from peers import BUILD, PEERS
from scenarios import SCENARIOS


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2 rounds of a second")
    parser.add_argument("--rounds", type=int, help="5 without --quick")
    parser.add_argument("--seconds", type=int, help="of load in each round; 3 without --quick")
    parser.add_argument("--only", metavar="NAME,...", help="scenarios to run")
    parser.add_argument("--peers", metavar="NAME,...", help="peers to run")
    parser.add_argument("--output", type=Path, default=BUILD / "bench.json", help="the JSON file")
    parser.add_argument("--list", action="store_true", help="show scenarios and peers")
    settings = parser.parse_args()
    settings.rounds = settings.rounds or (2 if settings.quick else 5)
    settings.tries = 1 if settings.quick else 3
    settings.seconds = settings.seconds or (1 if settings.quick else 3)
    return settings


def chosen(all_of_them, names, kind):
    if not names:
        return all_of_them
    known = {one.name: one for one in all_of_them}
    for name in names.split(","):
        if name not in known:
            raise measure.Failed(f"there is no {kind} '{name}'; there are: {' '.join(known)}")
    return [known[name] for name in names.split(",")]


def show_list():
    for kind, all_of_them in (("scenarios", SCENARIOS), ("peers", PEERS)):
        print(kind)
        for one in all_of_them:
            print(f"  {one.name:<12} {one.what}")


def show_machine():
    for name, value in report.machine().items():
        print(f"  {name:<12} {value}")


def run(settings):
    scenarios = chosen(SCENARIOS, settings.only, "scenario")
    peers = chosen(PEERS, settings.peers, "peer")
    for tool in ("wrk", "taskset"):
        if not shutil.which(tool):
            raise measure.Failed(f"{tool} is missing; `./dev deps bench` installs it")
    show_machine()
    for peer in peers:
        if not peer.is_there():
            print(f"  left out     {peer.name}: {peer.command(0, False)[0]} is not there")
    progress = report.Progress()
    everything = []
    for scenario in scenarios:
        progress.scenario(scenario.name)
        participants = scenario.participants(peers)
        if not participants:
            raise measure.Failed(f"{scenario.name}: none of the peers is there; build the preset bench, or use ./dev bench")
        results = scenario.run(participants, settings, progress)
        progress.done()
        everything.append((scenario, results))
        print(report.table(scenario, results), flush=True)
    report.write_json(settings.output, everything)
    print(f"\nwritten to {settings.output}")


def main():
    settings = arguments()
    if settings.list:
        return show_list()
    try:
        run(settings)
    except measure.Failed as error:
        sys.exit(f"run.py: {error}")


if __name__ == "__main__":
    main()
