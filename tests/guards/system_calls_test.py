# SPDX-License-Identifier: BSL-1.0
#
# A request on a connection that stays costs three system calls at most, of all kinds and all threads: strace counts
# those of a server with 64 connections, once over one round of requests and once over many more. The difference is what
# the requests cost, without start, connections and end. One of the calls reads and one writes. So it is with a message of a
# WebSocket.
#
# Skipped (exit code 77) where nothing may be traced, and under sanitizers, which make calls of their own.

import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from build_tree import SOURCE, BuildTree
from keep_alive_load import KeepAliveLoad, MessageLoad
from strace import Strace, why_not

CONNECTIONS = 64
ROUNDS = 150
REQUESTS = CONNECTIONS * ROUNDS
MOST = 3.0
ONE_THREAD = ["-l", "127.0.0.1:0", "-t", "1"]
# Not a file of the test's own: what was changed just now is not remembered.
FLAG = SOURCE / "apps" / "asio_httpd" / "site" / "flag"

READING = ["read", "readv", "recv", "recvfrom", "recvmsg"]
WRITING = ["write", "writev", "send", "sendto", "sendmsg", "sendfile"]


class SystemCallsTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="asio_httpd_")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.build = BuildTree()

    def calls(self, command, path, content, rounds, make_load):
        with Strace(command, self.folder / "summary") as server:
            with make_load(server, path, CONNECTIONS) as load:
                load.run(rounds)
                self.assertEqual(load.content, content)
        return server.calls

    def check(self, path, content, *command, make_load=KeepAliveLoad):
        before = self.calls(command, path, content, 1, make_load)
        per_request = Counter(self.calls(command, path, content, 1 + ROUNDS, make_load))
        per_request.subtract(before)
        per_request = {name: calls / REQUESTS for name, calls in per_request.most_common() if calls > 0}
        self.show(path, per_request)
        self.assertLessEqual(sum(per_request.values()), MOST)
        for kind in READING, WRITING:
            self.assertAlmostEqual(sum(per_request.get(name, 0) for name in kind), 1, delta=0.01, msg=kind)

    def show(self, path, per_request):
        print(f"\n{path}: {sum(per_request.values()):.3f} system calls a request, {MOST:.0f} at most")
        for name, calls in per_request.items():
            print(f"  {name:<16} {calls:7.4f}")
        sys.stdout.flush()

    def test_plain_answer(self):
        self.check("/", b"OK", self.build.fixture("echo_fixture"))

    def test_message_of_a_websocket(self):
        self.check("/messages", b"\x81\x40" + 64 * b"x", self.build.fixture("echo_fixture"), make_load=MessageLoad)

    def test_flag_of_the_bundled_site(self):
        self.check("/flag", FLAG.read_bytes(), self.build.program(), *ONE_THREAD)

    def test_flag_from_a_file(self):
        self.check("/flag", FLAG.read_bytes(), self.build.program(), *ONE_THREAD, "-r", f"/flag={FLAG}")


if __name__ == "__main__":
    reason = why_not() or BuildTree().sanitizers and "sanitizers make system calls of their own"
    if reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    unittest.main(verbosity=2)
