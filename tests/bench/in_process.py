# SPDX-License-Identifier: BSL-1.0
"""The kinds of scenarios without a server: the compiler, and programs of google-benchmark."""

import json
import os
import resource
import subprocess
from dataclasses import dataclass

from peers import OURS
from places import PROGRAMS, SOURCE, Failed
from scenario import Result, Scenario
from server import SERVER_CORE


@dataclass
class Compile(Scenario):
    """Compiling the smallest program, at -O2: the best of three."""

    unit: str = "seconds of CPU"
    ruler: str | None = "beast"

    programs = {
        OURS: (SOURCE / "apps" / "examples" / "01_hello.cpp",
               ["-DBOOST_ASIO_SEPARATE_COMPILATION", f"-I{SOURCE / 'lib' / 'include'}"]),
        "beast": (SOURCE / "tests" / "bench" / "compile" / "beast_hello.cpp", []),
    }

    def participants(self, peers):
        return [p for p in peers if p.name in self.programs]

    def run(self, peers, settings, progress):
        compiler = os.environ.get("CXX", "g++")
        results = {p.name: Result() for p in peers}
        for number in range(1 if settings.quick else 3):
            for peer in peers:
                program, flags = self.programs[peer.name]
                progress(f"{program.name}, {number + 1}")
                results[peer.name].samples.append(self.seconds([compiler, *flags], program))
        for result in results.values():
            result.samples = [min(result.samples)]
        return self.add_ratios(results)

    @staticmethod
    def seconds(compiler, program):
        """CPU seconds of the compiler, which are its wall seconds on a machine that has nothing else to do."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run = subprocess.run([*compiler, "-std=c++20", "-O2", "-c", str(program), "-o", "/dev/null"],
                             capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if run.returncode != 0:
            raise Failed(f"{program} does not compile:\n{run.stderr}")
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


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
        command = ["taskset", "-c", str(SERVER_CORE), str(peers[0]), "--benchmark_format=json"]
        command += [f"--benchmark_min_time={0.05 if settings.quick else 0.2}"]
        command += [f"--benchmark_repetitions={settings.rounds}"]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode != 0:
            raise Failed(f"{self.program} failed: {run.stderr}")
        results = {}
        for one in json.loads(run.stdout)["benchmarks"]:
            if one["run_type"] == "iteration" and not one.get("error_occurred"):
                name = one["run_name"].split("/repeats:")[0]
                results.setdefault(name, Result()).samples.append(one["cpu_time"])
        return self.add_ratios(results)

    def ruler_of(self, name):
        return f"{self.ruler}/{name.partition('/')[2]}"
