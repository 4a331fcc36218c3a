#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Request suites taken from the tests of other HTTP servers, where they lie beside this checkout.

They are not part of this repository: ../shared/suites, as seen from the top of the tree, with runners of their own
(rawrun.py for raw requests, staticrun.py for files). The raw ones go to echo_fixture, those about files to
static_fixture. A verdict of FAIL in any of them fails this test; WARN is shown and counted. Where the folder does not
exist the test is skipped (exit code 77).
"""

import os
import select
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ.get("ASIO_HTTPD_SOURCE", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("ASIO_HTTPD_BUILD", SOURCE / "build" / "dev"))
SUITES = Path(os.path.join(SOURCE, "..", "shared", "suites")).resolve()

RAW_SUITES = [
    "llhttp",
    "gunicorn",
    "httparse",
    "picohttpparser",
    "apache_httpd_tests",
    "lighttpd_request_c",
    "smuggler_py",
]
STATIC_SUITES = ["ranges"]

SKIPPED = 77
START_SECONDS = 20
RUN_SECONDS = 280


class Fixture:
    """A fixture program that serves until the end of a `with` block."""

    def __init__(self, name, *arguments):
        self.command = [str(BUILD / "bin" / "tests" / name), *arguments]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        try:
            self.port = self.read_port()
        except BaseException:
            self.stop()
            raise
        return self

    def read_port(self):
        """The last word of the first line that it prints."""
        ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        words = self.process.stdout.readline().split() if ready else []
        if not words or not words[-1].isdigit():
            raise RuntimeError(f"{self.command[0]} does not say on which port it listens: {words}")
        return int(words[-1])

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends it; its exit code tells whether it crashed, or a sanitizer had something to say."""
        self.process.terminate()
        try:
            self.code = self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.code = self.process.wait()
        self.process.stdout.close()


def run_suite(fixture, runner, names):
    """True when no case fails and the fixture ends well."""
    files = [str(SUITES / "cases" / f"{name}.json") for name in names]
    with fixture:
        command = [sys.executable, "-B", str(SUITES / runner), "--port", str(fixture.port), *files]
        print(f"{runner} against {fixture.command[0]}", flush=True)
        passed = subprocess.run(command, timeout=RUN_SECONDS, check=False).returncode == 0
    if fixture.code != 0:
        print(f"{fixture.command[0]} ended with code {fixture.code}")
    return passed and fixture.code == 0


def main():
    if not SUITES.is_dir():
        print(f"skipped: there are no suites at {SUITES}")
        return SKIPPED
    results = [
        run_suite(Fixture("echo_fixture", "0"), "rawrun.py", RAW_SUITES),
        run_suite(Fixture("static_fixture", str(SUITES / "root"), "0"), "staticrun.py", STATIC_SUITES),
    ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
