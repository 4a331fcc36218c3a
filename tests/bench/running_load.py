# SPDX-License-Identifier: BSL-1.0
"""A load that runs until it is told to stop, and counts in a file that is read meanwhile."""

import mmap
import os
import signal
import struct
import subprocess
import time

import process
from places import RUN, Failed

LOAD_CORE = max(os.sched_getaffinity(0))
COUNTER = RUN / "load.counter"


class RunningLoad:
    """`with RunningLoad(command) as load: ... load.count() ... load.interrupt()`

    The file COUNTER holds as many doubles as `slots` says; their sum is the count.
    """

    def __init__(self, command, cores=(LOAD_CORE,), slots=1):
        self.command = command
        self.cores = cores
        self.slots = slots

    def __enter__(self):
        COUNTER.parent.mkdir(parents=True, exist_ok=True)
        COUNTER.write_bytes(bytes(mmap.PAGESIZE))
        with open(COUNTER, "rb") as file:
            self.counter = mmap.mmap(file.fileno(), mmap.PAGESIZE, prot=mmap.PROT_READ)
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        preexec_fn=lambda: os.sched_setaffinity(0, self.cores))
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.counter.close()

    @property
    def name(self):
        return os.path.basename(self.command[0])

    def count(self):
        return sum(struct.unpack_from(f"{self.slots}d", self.counter))

    def scheduled(self):
        """Nanoseconds that it ran, and that it was ready to run and did not."""
        pid = self.process.pid
        return process.cpu_time(pid), process.waited(pid)

    def wait_for(self, condition, what, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None:
                raise Failed(f"{self.name} failed: {self.process.stdout.read()}")
            if time.monotonic() > end:
                raise Failed(f"{' '.join(self.command)}: {what} after {seconds} seconds")
            time.sleep(0.01)

    def interrupt(self):
        """What it printed."""
        self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate(timeout=60)
        return output


class CountingProgram(RunningLoad):
    """One of load/, which ends by itself where an answer is not what it has to be."""

    def stop(self):
        output = self.interrupt()
        if self.process.returncode != 0:
            raise Failed(f"{' '.join(self.command)}: {output}")
