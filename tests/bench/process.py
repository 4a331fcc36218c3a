# SPDX-License-Identifier: BSL-1.0
"""What the kernel knows of a process: its CPU time, how long it waited for a core, its memory.

CPU time comes from the CPU clock of the process, in nanoseconds, which includes threads that have ended; and for
processes that have ended from what their parent was told of them, in steps of 10 ms. All of these may find that the
process, or a thread of it, has just gone: then OSError, or what is left is counted.
"""

import os
import re
import time
from pathlib import Path

TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def cpu_clock(pid):
    """The clock that counts the CPU time of a process, as clock_getcpuclockid(3) gives it."""
    return (~pid << 3) | 2


def cpu_time(pid):
    """Nanoseconds: of the process, and of its children that it has waited for."""
    of_children = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    return time.clock_gettime_ns(cpu_clock(pid)) + sum(int(ticks) for ticks in of_children) * TICK


def waited(pid):
    """Nanoseconds that its threads were ready to run and did not."""
    return sum(int(schedstat.split()[1]) for schedstat in of_threads(pid, "schedstat"))


def memory(pid):
    """Resident bytes, exact."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Rss:\s+(\d+) kB", rollup, re.M).group(1)) * 1024


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def family(pid):
    """The process and its descendants: some peers fork."""
    found, ahead = [], [pid]
    while ahead:
        found.append(ahead.pop())
        ahead += [int(child) for children in of_threads(found[-1], "children") for child in children.split()]
    return found


def of_threads(pid, name):
    """What that file says for each thread of a process."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    return [text for thread in threads if (text := read_if_there(f"/proc/{pid}/task/{thread}/{name}"))]


def read_if_there(path):
    try:
        return Path(path).read_text()
    except OSError:
        return ""
