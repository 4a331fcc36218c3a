#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Measures asio_httpd beside its peers. `./dev bench` builds what is needed and calls this.

    run.py                          everything: 5 rounds, medians; about 25 minutes
    run.py --quick                  2 short rounds in under 3 minutes: to see where one is, not for figures
    run.py --only keep_alive,close  some scenarios: a group (keep_alive) or a point of it (keep_alive/64)
    run.py --peers floor,asio_httpd some peers
    run.py --list                   what there is
    run.py ... --report             measures, then writes the page in docs/explanation; with --only, these scenarios of it
    run.py --report FIGURES.json    writes it from an earlier run (performance/figures.json: again from its own)
    run.py --readme [FIGURES.json]  prints the table for the README, of that run or of the page's

The scenarios are in scenarios.py, the peers in peers.py, how it is measured in measure.py and README.md.
"""

import argparse
import resource
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import goals
import measure
import page
import report
import site_files
from figures import Figures
from peers import PEERS, Setup
from places import BUILD, Failed
from scenarios import SCENARIOS


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2 rounds of 0.3 s, fewer points")
    parser.add_argument("--rounds", type=int, help="5 without --quick")
    parser.add_argument("--seconds", type=float, help="of load in each round; 1.2 without --quick")
    parser.add_argument("--only", metavar="NAME,...", help="scenarios to run")
    parser.add_argument("--peers", metavar="NAME,...", help="peers to run")
    parser.add_argument("--output", type=Path, default=BUILD / "bench.json", help="the JSON file")
    parser.add_argument("--report", nargs="?", const=True, metavar="JSON", help="write the page, of this run or that")
    parser.add_argument("--readme", nargs="?", const=page.FIGURES, metavar="JSON", help="print the README's table")
    parser.add_argument("--list", action="store_true", help="show scenarios and peers")
    settings = parser.parse_args()
    settings.rounds = settings.rounds or (2 if settings.quick else 5)
    settings.tries = 1 if settings.quick else 3
    settings.seconds = settings.seconds or (0.3 if settings.quick else 1.2)
    settings.warm_up = 0.05 if settings.quick else measure.WARM_UP
    return settings


def scenarios_of(settings):
    if not settings.only:
        return [one for one in SCENARIOS if one.in_quick or not settings.quick]
    names = settings.only.split(",")
    known = {one.name for one in SCENARIOS} | {one.group for one in SCENARIOS}
    for name in names:
        if name not in known:
            raise Failed(f"there is no scenario '{name}'; there are: {' '.join(one.name for one in SCENARIOS)}")
    return [one for one in SCENARIOS if one.name in names or one.group in names]


def peers_of(settings):
    names = settings.peers.split(",") if settings.peers else [peer.name for peer in PEERS]
    known = [peer.name for peer in PEERS]
    for name in names:
        if name not in known:
            raise Failed(f"there is no peer '{name}'; there are: {' '.join(known)}")
    return [peer for peer in PEERS if peer.name in names]


def show_list():
    for kind, all_of_them in (("scenarios", SCENARIOS), ("peers", PEERS)):
        print(kind)
        for one in all_of_them:
            print(f"  {one.name:<16} {one.what}")


def all_descriptors():
    """The soft limit becomes the hard one, for this process and those that it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def prepare(peers):
    if not shutil.which("wrk"):
        raise Failed("wrk is missing; `./dev deps bench` installs it")
    all_descriptors()
    site_files.make()
    site_files.make_certificates()
    for peer in peers:
        if not peer.is_there():
            print(f"  left out     {peer.name}: {peer.command(Setup())[0]} is not there")


def run(settings):
    scenarios, peers = scenarios_of(settings), peers_of(settings)
    about, machine = report.run_of(settings), report.machine()
    for name, value in machine.items():
        print(f"  {name:<12} {value}")
    prepare(peers)
    everything, failures = [], []
    for scenario, results in measured(scenarios, peers, settings, failures):
        everything.append((scenario, results))
        print(report.table(scenario, results), flush=True)
        content = report.as_json({**about, "machine": machine}, peers, everything)
        report.write_json(settings.output, content)
    if not everything:
        raise Failed("\n".join(failures) or "none of the peers is there; build the preset bench, or use ./dev bench")
    print("\nGoals\n" + goals.plain(Figures(content)))
    if settings.report:
        write_page(Figures.read(page.FIGURES).with_later(content) if settings.only else Figures(content))
    print(f"\nwritten to {settings.output}")
    if failures:
        raise Failed("\n".join(failures))


def measured(scenarios, peers, settings, failures):
    """Each scenario with its results; one that fails is no reason to throw away the others."""
    progress = report.Progress(scenarios)
    for scenario in scenarios:
        participants = scenario.participants(peers)
        if not participants:
            continue
        progress.scenario(scenario.name)
        try:
            results = scenario.run(participants, settings, progress)
        except Failed as error:
            failures.append(f"{scenario.name}: {error}")
            results = None
        progress.done()
        if results:
            yield scenario, results


def write_page(figures):
    page.write(figures)
    report.write_json(page.FIGURES, figures.content)
    print(f"\nthe page is written to {page.PAGE}")


def do(settings):
    if settings.list:
        show_list()
    elif settings.readme:
        print(page.readme_table(Figures.read(settings.readme)))
    elif settings.report and settings.report is not True:
        write_page(Figures.read(settings.report))
    else:
        run(settings)


def main():
    try:
        do(arguments())
    except Failed as error:
        sys.exit(f"run.py: {error}")


if __name__ == "__main__":
    main()
