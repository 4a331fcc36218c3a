# SPDX-License-Identifier: BSL-1.0
#
# A server that takes uploads is killed (SIGKILL) again and again while files are replaced and uploads are continued:
# what has a name is whole each time, and the next server finds nothing that nobody needs.
#
# The moments are random, printed with the seed where a test fails; nothing is waited for but what the server says.

import http.client
import os
import pathlib
import random
import subprocess
import tempfile
import threading
import time
import unittest

BUILD = pathlib.Path(os.environ.get("ASIO_HTTPD_BUILD", "build/release"))
FIXTURE = BUILD / "bin" / "tests" / "uploads_fixture"
ROUNDS = 200
ENOUGH = 20  # seconds; a sanitizer makes fewer rounds in them
SIZE = 60_000
LONGEST = 0.012  # seconds until the kill
SEED = int(os.environ.get("ASIO_HTTPD_SEED", random.randrange(1 << 32)))


class Server:
    """One process; `kill` ends it."""

    def __init__(self, folder):
        self._process = subprocess.Popen([FIXTURE, folder], stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def ask(self, method, path, body=None, fields=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, fields or {})
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()


def put_until_killed(server, path, letters, answered):
    """Replaces the file by one of each letter, in turn, until nobody answers any more."""
    try:
        while True:
            for letter in letters:
                answer = server.ask("PUT", path, letter * SIZE)
                answered.append((letter, answer.status))
    except (OSError, http.client.HTTPException):
        pass


def temporary_files(folder):
    return [p.name for p in pathlib.Path(folder).rglob(".upload-*")]


class Killed(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = self._folder.name
        self.random = random.Random(SEED)
        self._server = None
        self.addCleanup(lambda: self._server and self._server.kill())

    def start(self):
        self._server = Server(self.folder)
        return self._server

    def rounds(self):
        """Numbers of rounds, each with a server that was just started, up to the time that is enough."""
        end = time.monotonic() + ENOUGH
        for number in range(ROUNDS):
            if number > 20 and time.monotonic() > end:
                return
            yield number, self.start()

    def kill_soon(self, server):
        threading.Event().wait(self.random.uniform(0, LONGEST))
        server.kill()
        self._server = None

    def test_a_file_that_is_replaced_is_whole(self):
        target = pathlib.Path(self.folder) / "sub" / "file"
        target.parent.mkdir()
        target.write_bytes(b"a" * SIZE)
        seen = set()
        replaced = 0
        for number, server in self.rounds():
            self.assertEqual(temporary_files(self.folder), [], f"round {number}, seed {SEED}")
            answered = []
            clients = [
                threading.Thread(target=put_until_killed, args=(server, "/sub/file", letters, answered))
                for letters in ([b"b", b"c"], [b"d", b"e"], [b"f", b"g"], [b"h", b"i"])
            ]
            for client in clients:
                client.start()
            self.kill_soon(server)
            for client in clients:
                client.join()
            content = target.read_bytes()
            self.assertEqual(len(content), SIZE, f"round {number}, seed {SEED}")
            self.assertEqual(len(set(content)), 1, f"round {number}, seed {SEED}")
            self.assertEqual({status for _, status in answered} - {204}, set())
            seen.add(content[:1])
            replaced += len(answered)
        self.assertGreater(replaced, 0)
        self.assertGreater(len(seen), 1)
        self.start()
        self.assertEqual(temporary_files(self.folder), [])

    def test_an_upload_is_continued_from_one_process_to_the_next(self):
        content = self.random.randbytes(200 * SIZE)
        server = self.start()
        begun = server.ask("PUT", "/file", b"", {"Upload-Complete": "?0", "Upload-Length": str(len(content))})
        self.assertEqual(begun.status, 201)
        upload = begun.getheader("Location")
        done, killed = False, 0
        while not done:
            state = server.ask("HEAD", upload)
            self.assertEqual(state.status, 204, f"seed {SEED}")
            if state.getheader("Upload-Complete") == "?1":
                break
            offset = int(state.getheader("Upload-Offset"))
            part = content[offset : offset + 100 * SIZE]
            fields = {
                "Content-Type": "application/partial-upload",
                "Upload-Offset": str(offset),
                "Upload-Complete": "?1" if offset + len(part) == len(content) else "?0",
            }
            killer = threading.Thread(target=self.kill_soon, args=(server,)) if killed < 20 else None
            if killer:
                killer.start()
            try:
                answer = server.ask("PATCH", upload, part, fields)
                self.assertIn(answer.status, (201, 204), f"seed {SEED}")
                done = answer.getheader("Upload-Complete") == "?1"
            except (OSError, http.client.HTTPException):
                pass
            if killer:
                killer.join()
                killed += 1
                server = self.start()
        self.assertEqual((pathlib.Path(self.folder) / "file").read_bytes(), content)
        self.assertGreater(killed, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
