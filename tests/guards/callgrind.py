# SPDX-License-Identifier: BSL-1.0
"""How many instructions a program executes, as valgrind's callgrind counts them."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

LACKS_INSTRUCTIONS = 3  # an exit code of the fixture


def is_installed():
    return shutil.which("valgrind") is not None


def instructions(program, *arguments):
    """Of one run; None where the program says that the processor lacks instructions."""
    with tempfile.TemporaryDirectory(prefix="asio_httpd_") as folder:
        output = Path(folder) / "callgrind.out"
        # Nothing of the surroundings: they are looked at when a program starts.
        done = subprocess.run(
            [shutil.which("valgrind"), "--tool=callgrind", "-q", f"--callgrind-out-file={output}", program, *arguments],
            env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)
        if done.returncode == LACKS_INSTRUCTIONS:
            return None
        if done.returncode != 0:
            raise AssertionError(f"{program} {arguments} ended with {done.returncode}: {done.stderr}")
        return int(re.search(r"^summary: (\d+)", output.read_text(), re.M)[1])


def instructions_each(program, operation, times):
    """Of an operation: what doing it twice as often adds, so that start and warm-up do not count."""
    once = instructions(program, operation, str(times))
    if once is None:
        return None
    return (instructions(program, operation, str(2 * times)) - once) / times
