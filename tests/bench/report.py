# SPDX-License-Identifier: BSL-1.0
"""What comes out of a run: a progress line and tables for people, JSON for everything else (goals.py, page.py)."""

import datetime
import json
import os
import platform
import re
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

import measure
from places import SOURCE


def first_line(*command):
    try:
        run = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return "not there"
    return ((run.stdout or run.stderr).splitlines() or ["unknown"])[0]


def commit():
    """The commit that is measured, with a plus sign where the tree is not quite it."""
    git = ("git", "-C", str(SOURCE), "-c", f"safe.directory={SOURCE}")
    run = subprocess.run([*git, "describe", "--always", "--dirty=+", "--abbrev=10"], capture_output=True, text=True)
    return run.stdout.strip() or "unknown"


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "cpu": cpu.group(1) if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "compiler": first_line(os.environ.get("CXX", "g++"), "--version"),
        "wrk": first_line("wrk", "-v").split(" [")[0].removeprefix("wrk "),
        "load_average": round(os.getloadavg()[0], 2),
    }


def run_of(settings):
    arguments = [a for a in sys.argv[1:] if a]
    return {
        "date": datetime.date.today().isoformat(),
        "commit": commit(),
        "command": shlex.join(["./dev", "bench", *arguments]),
        "rounds": settings.rounds,
        "seconds": settings.seconds,
        "quick": settings.quick,
    }


class Progress:
    """One line that is written over, on a terminal; elsewhere nothing but the scenarios' names."""

    def __init__(self, scenarios):
        self.live = sys.stderr.isatty()
        self.count, self.number = len(scenarios), 0

    def scenario(self, name):
        self.number += 1
        self.name = f"[{self.number}/{self.count}] {name}"
        if not self.live:
            print(f"... {self.name}", file=sys.stderr, flush=True)

    def __call__(self, text):
        if self.live:
            print(f"\r\033[K{self.name}: {text}", end="", file=sys.stderr, flush=True)

    def done(self):
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def number(value):
    """Three digits or more."""
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def spread(samples):
    return f"{number(min(samples))} to {number(max(samples))}" if len(samples) > 1 else ""


def remarks(result):
    found = [f"{name} {number(statistics.median(samples))}" for name, samples in result.more.items()]
    if result.noise is not None and result.noise > measure.DISTURBED:
        found.append(f"disturbed: kept from the core for {result.noise:.0%} of the time")
    return ", ".join(found)


def table(scenario, results):
    rows = [("", scenario.unit, f"to {scenario.ruler}" if scenario.ruler else "", "least to most", "")]
    for name, result in results.items():
        ratio = f"{result.ratio:.2f}" if result.ratio is not None else ""
        rows.append((name, number(result.median), ratio, spread(result.samples), remarks(result)))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [f"\n{scenario.name}: {scenario.what}"]
    for name, value, ratio, least_most, text in rows:
        line = f"  {name:<{widths[0]}}  {value:>{widths[1]}}  {ratio:>{widths[2]}}  {least_most:>{widths[3]}}  {text}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def rounded(value):
    """What was measured, without digits that mean nothing."""
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def result_as_json(result):
    return rounded({
        "median": result.median,
        "ratio": result.ratio,
        "noise": result.noise,
        "per_second": statistics.median(result.per_second) if result.per_second else None,
        "samples": result.samples,
        "more": result.more,
    })


def scenario_as_json(scenario, results):
    return {
        "what": scenario.what,
        "unit": scenario.unit,
        "ruler": scenario.ruler,
        "results": {name: result_as_json(result) for name, result in results.items()},
    }


def as_json(run, peers, everything):
    """`run` and `machine` as they were when it began."""
    return {
        **run,
        "peers": {peer.name: {"what": peer.what, "version": peer.version()} for peer in peers},
        "scenarios": {scenario.name: scenario_as_json(scenario, results) for scenario, results in everything},
    }


def write_json(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1)
    # A list of numbers is one line.
    path.write_text(re.sub(r"\[\s+([^][{}\"]*?)\s+\]", lambda m: "[" + " ".join(m.group(1).split()) + "]", text) + "\n")
