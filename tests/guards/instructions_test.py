# SPDX-License-Identifier: BSL-1.0
#
# Reading a head, finding a route, writing a head, and an exchange over HTTP/2 take as many instructions as
# instructions.json says, within 10 % either way: what got slower shows before anybody measures time, and what got
# faster is written down.
#
#   python3 tests/guards/instructions_test.py --record     writes the file anew
#
# The figures are those of one compiler and its flags, so the test is skipped (exit code 77) with others, with
# sanitizers, and where there is no valgrind. ASIO_HTTPD_BUILD is the build tree; default: build/release.

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import callgrind
from build_tree import BuildTree

RECORD = Path(__file__).with_name("instructions.json")
TOLERANCE = 0.10
TIMES = 2000  # each of the fixture's 1,000 routes comes as often as the others
SKIPPED = 77


def fixture(build, *arguments):
    """The lines that the fixture prints."""
    program = build.fixture("instructions_fixture")
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout.splitlines()


def measure(build):
    """The compiler with its flags, and instructions by operation."""
    compiler, *operations = fixture(build)
    program = build.fixture("instructions_fixture")
    with ThreadPoolExecutor(2) as threads:
        figures = list(threads.map(lambda name: callgrind.instructions_each(program, name, TIMES), operations))
    return f"{compiler} {build.flags}", {name: f and round(f, 1) for name, f in zip(operations, figures)}


def compare(recorded, measured):
    """Prints the table. True where all of it holds, but for what this processor cannot do."""
    print(f"{'instructions':<32} {'recorded':>9} {'measured':>9} {'ratio':>7}")
    return all([compare_one(name, recorded.get(name), measured.get(name, 0)) for name in {**recorded, **measured}])


def compare_one(name, was, now):
    if now is None:
        print(f"{name:<32} {was or 0:>9.1f}         -       -  this processor lacks the instructions")
        return True
    well = was is not None and abs(now - was) <= TOLERANCE * was
    ratio = f"{now / was:.3f}" if was else "-"
    print(f"{name:<32} {was or 0:>9.1f} {now:>9.1f} {ratio:>7}{'' if well else '  WRONG'}")
    return well


def record(compiler, measured):
    missing = [name for name, figure in measured.items() if figure is None]
    if missing:
        sys.exit(f"not recorded: this processor lacks the instructions for {', '.join(missing)}")
    RECORD.write_text(json.dumps({"compiler": compiler, "instructions": measured}, indent=2) + "\n")
    print(f"recorded in {RECORD}")


def why_not(build, expected):
    """Why there is nothing to compare here, or ""."""
    if not callgrind.is_installed():
        return "valgrind is not installed"
    if build.sanitizers:
        return "sanitizers add instructions of their own"
    compiler = f"{fixture(build)[0]} {build.flags}"
    if expected and compiler != expected:
        return f"the figures are those of {expected}; this is {compiler}"
    return ""


def main():
    parser = argparse.ArgumentParser(description="Compares instructions per operation with what was recorded.")
    parser.add_argument("--record", action="store_true", help="write down what is measured")
    wants_record = parser.parse_args().record
    build = BuildTree()
    known = {} if wants_record else json.loads(RECORD.read_text())
    reason = why_not(build, known.get("compiler"))
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    compiler, measured = measure(build)
    if wants_record:
        return record(compiler, measured)
    print(compiler)
    if compare(known["instructions"], measured):
        return 0
    print(f"\nmore than {TOLERANCE:.0%} away. Where that is meant, record it with the change:\n"
          f"  ASIO_HTTPD_BUILD={build.path} python3 tests/guards/instructions_test.py --record")
    return 1


if __name__ == "__main__":
    sys.exit(main())
