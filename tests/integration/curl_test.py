# SPDX-License-Identifier: BSL-1.0
#
# curl against a server: methods, uploads, ranges, a Unix socket; and slow clients in real time,
# which are cut by the deadline that the status then names. Deadlines of the fixture are a second.

import contextlib
import json
import os
import pathlib
import random
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = pathlib.Path(os.environ["ASIO_HTTPD_BUILD"])
FIXTURE = BUILD / "bin" / "tests" / "short_deadlines_fixture"
GENEROUS = 60  # seconds, for everything that ought to take a moment


class CurlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        root = pathlib.Path(cls.folder.name)
        (root / "www").mkdir()
        cls.content = random.Random(7).randbytes(3_000_001)
        (root / "www" / "data.bin").write_bytes(cls.content)
        cls.path = str(root / "socket")
        cls.server = subprocess.Popen([FIXTURE, root / "www", cls.path], stdout=subprocess.PIPE, text=True)
        cls.port = int(cls.server.stdout.readline())
        cls.url = f"http://127.0.0.1:{cls.port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        code = cls.server.wait(GENEROUS)
        cls.server.stdout.close()
        gone = not os.path.exists(cls.path)
        cls.folder.cleanup()
        if code != 0:
            raise AssertionError(f"the server ended with {code}")
        if not gone:
            raise AssertionError("the file of the Unix socket is still there")

    def curl(self, *arguments, data=None):
        done = subprocess.run(["curl", "-sS", "--max-time", str(GENEROUS), *arguments], input=data,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def code(self, *arguments, data=None):
        return self.curl("-o", "/dev/null", "-w", "%{http_code}", *arguments, data=data).decode()

    def connect(self):
        made = socket.create_connection(("127.0.0.1", self.port), GENEROUS)
        made.settimeout(GENEROUS)
        return made

    def closed(self, reason):
        return json.loads(self.curl(f"{self.url}/status"))["connections"]["closed"][reason]

    def assert_one_more(self, reason, before):
        end = time.monotonic() + GENEROUS
        while self.closed(reason) != before + 1 and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(self.closed(reason), before + 1)

    # --- methods and versions ---

    def test_get(self):
        self.assertEqual(self.curl(self.url), b"hello")

    def test_head(self):
        head = self.curl("-I", self.url).decode()
        self.assertTrue(head.startswith("HTTP/1.1 200 OK\r\n"), head)
        self.assertIn("Content-Length: 5\r\n", head)

    def test_post(self):
        self.assertEqual(self.curl("--data-binary", "@-", f"{self.url}/echo", data=b"some text"), b"some text")

    def test_put_is_405_with_allow(self):
        answer = self.curl("-i", "-X", "PUT", "-d", "x", self.url).decode()
        self.assertTrue(answer.startswith("HTTP/1.1 405 "), answer)
        self.assertIn("Allow: GET, HEAD, OPTIONS\r\n", answer)

    def test_http_1_0(self):
        answer = self.curl("-0", "-i", self.url).decode()
        self.assertIn("Connection: close\r\n", answer)
        self.assertTrue(answer.endswith("hello"))

    def test_unix_socket(self):
        self.assertEqual(self.curl("--unix-socket", self.path, "http://test/"), b"hello")

    def test_one_connection_serves_many(self):
        made = self.curl("-w", "%{num_connects} ", *[self.url] * 5).decode()
        self.assertEqual(made, "hello1 " + "hello0 " * 4)

    # --- uploads ---

    def test_chunked_upload(self):
        body = self.content[:900_000]
        self.assertEqual(self.curl("-X", "POST", "-T", "-", f"{self.url}/echo", data=body), body)

    def test_expect_100_continue(self):
        body = self.content[:900_000]
        echo = self.curl("-H", "Expect: 100-continue", "--data-binary", "@-", f"{self.url}/echo", data=body)
        self.assertEqual(echo, body)

    def test_large_upload_is_refused_before_it_is_sent(self):
        sent = self.curl("-o", "/dev/null", "-w", "%{http_code} %{size_upload}", "-H", "Expect: 100-continue",
                         "--data-binary", "@-", f"{self.url}/echo", data=self.content).decode()
        self.assertEqual(sent, "413 0")

    def test_large_chunked_upload_is_refused(self):
        self.assertEqual(self.code("-X", "POST", "-H", "Expect:", "-T", "-", f"{self.url}/echo", data=self.content),
                         "413")

    # --- files ---

    def test_download(self):
        self.assertEqual(self.curl(f"{self.url}/files/data.bin"), self.content)

    def test_range(self):
        part = self.curl("-r", "1000-2000999", f"{self.url}/files/data.bin")
        self.assertEqual(part, self.content[1000:2001000])
        self.assertEqual(self.code("-r", "9999999-", f"{self.url}/files/data.bin"), "416")

    def test_resume(self):
        with tempfile.NamedTemporaryFile() as part:
            part.write(self.content[:1_234_567])
            part.flush()
            self.curl("-C", "-", "-o", part.name, f"{self.url}/files/data.bin")
            self.assertEqual(pathlib.Path(part.name).read_bytes(), self.content)

    def test_conditional(self):
        with tempfile.TemporaryDirectory() as folder:
            tag = os.path.join(folder, "tag")
            self.curl("--etag-save", tag, "-o", "/dev/null", f"{self.url}/files/data.bin")
            self.assertEqual(self.code("--etag-compare", tag, f"{self.url}/files/data.bin"), "304")

    def test_no_way_out_of_the_folder(self):
        for path in ("/files/../../etc/passwd", "/files/%2e%2e/%2e%2e/etc/passwd", "/files/..%2f..%2fetc/passwd"):
            self.assertIn(self.code("--path-as-is", self.url + path), ("400", "404"))

    # --- raw ---

    def test_pipeline(self):
        with self.connect() as c:
            request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            c.sendall(request * 99 + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            answers = b"".join(iter(lambda: c.recv(65536), b""))
        self.assertEqual(answers.count(b"HTTP/1.1 200 OK\r\n"), 100)
        self.assertTrue(answers.endswith(b"hello"))

    # --- threat 11: slow clients. The test waits for what the server does, not for a time. ---

    def drip(self, c, byte=b"x"):
        """A byte a tenth of a second until the server answers or closes; then all that came."""
        end = time.monotonic() + GENEROUS
        while time.monotonic() < end:
            if select.select([c], [], [], 0.1)[0]:
                break
            with contextlib.suppress(OSError):
                c.send(byte)
        else:
            self.fail("a slow client was never cut")
        came = b""
        with contextlib.suppress(ConnectionResetError):
            for block in iter(lambda: c.recv(65536), b""):
                came += block
        return came

    def test_threat_11_slow_head(self):
        before = self.closed("head_timeout")
        with self.connect() as c:
            c.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
            self.assertTrue(self.drip(c).startswith(b"HTTP/1.1 408 "))
        self.assert_one_more("head_timeout", before)

    def test_threat_11_no_byte(self):
        before = self.closed("head_timeout")
        with self.connect() as c:
            self.assertEqual(c.recv(100), b"")
        self.assert_one_more("head_timeout", before)

    def test_threat_11_slow_body(self):
        before = self.closed("body_timeout")
        with self.connect() as c:
            c.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
            self.assertTrue(self.drip(c).startswith(b"HTTP/1.1 408 "))
        self.assert_one_more("body_timeout", before)

    def test_threat_11_slow_reader(self):
        before = self.closed("write_timeout")
        with self.connect() as c:
            c.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(c.recv(1), b"H")
            self.assert_one_more("write_timeout", before)
        self.assertEqual(self.curl(self.url), b"hello")

    def test_threat_11_idle(self):
        before = self.closed("idle_timeout")
        with self.connect() as c:
            c.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            came = b"".join(iter(lambda: c.recv(65536), b""))
        self.assertEqual(came.count(b"HTTP/1.1 "), 1)
        self.assertGreater(self.closed("idle_timeout"), before)


if __name__ == "__main__":
    if shutil.which("curl") is None:
        print("curl is not installed")
        sys.exit(77)
    unittest.main(verbosity=1)
