# SPDX-License-Identifier: BSL-1.0
"""What comes out: a table for people, JSON for programs, and on what machine it was measured."""

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import measure


def first_line(*command):
    try:
        run = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return "not there"
    return (run.stdout or run.stderr).splitlines()[0]


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "cpu": cpu.group(1) if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "compiler": first_line(os.environ.get("CXX", "g++"), "--version"),
        "wrk": first_line("wrk", "-v").split(" Copyright")[0],
        "load_average": os.getloadavg()[0],
    }


class Progress:
    """One line that is written over, on a terminal; elsewhere nothing but the scenarios' names."""

    def __init__(self):
        self.live = sys.stderr.isatty()

    def scenario(self, name):
        self.name = name
        if not self.live:
            print(f"... {name}", file=sys.stderr, flush=True)

    def __call__(self, text):
        if self.live:
            print(f"\r\033[K{self.name}: {text}", end="", file=sys.stderr, flush=True)

    def done(self):
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def number(value, unit):
    return f"{value:,.2f}" if unit.startswith("seconds") else f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def spread(samples):
    return f"{min(samples):,.4g} to {max(samples):,.4g}" if len(samples) > 1 else ""


def remark(result):
    if result.noise is not None and result.noise > measure.DISTURBED:
        return f"disturbed: waited {result.noise:.0%} of its time for the core"
    return ""


def table(scenario, results):
    rows = [("", scenario.unit, f"to {scenario.ruler}" if scenario.ruler else "", "least to most", "")]
    for name, result in results.items():
        ratio = f"{result.ratio:.2f}" if result.ratio is not None else ""
        rows.append((name, number(result.median, scenario.unit), ratio, spread(result.samples), remark(result)))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [f"\n{scenario.name}: {scenario.what}"]
    for name, value, ratio, least_most, text in rows:
        line = f"  {name:<{widths[0]}}  {value:>{widths[1]}}  {ratio:>{widths[2]}}  {least_most:>{widths[3]}}  {text}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def write_json(path, everything):
    content = {"machine": machine(), "scenarios": {}}
    for scenario, results in everything:
        content["scenarios"][scenario.name] = {
            "what": scenario.what,
            "unit": scenario.unit,
            "results": {
                name: {"median": r.median, "ratio": r.ratio, "noise": r.noise, "samples": r.samples}
                for name, r in results.items()
            },
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")
