# SPDX-License-Identifier: BSL-1.0
#
# Clients that people download with, against a folder of files: curl, wget and aria2 get ranges, resume, split a file into
# segments and take it compressed. What arrives is what is there, byte for byte.

import contextlib
import http.client
import os
import pathlib
import random
import subprocess
import tempfile
import time
import unittest

BUILD = pathlib.Path(os.environ["ASIO_HTTPD_BUILD"])
FIXTURE = BUILD / "bin" / "tests" / "static_fixture"
GENEROUS = 60  # seconds, for everything that ought to take a moment
SIZE = 20_000_003


class DownloadTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.here = pathlib.Path(cls.folder.name)
        www = cls.here / "www"
        www.mkdir()
        cls.content = random.Random(5).randbytes(SIZE)
        (www / "data.bin").write_bytes(cls.content)
        cls.text = "".join(f"line {i}\n" for i in range(200_000)).encode()
        (www / "text.txt").write_bytes(cls.text)
        (www / "page.css").write_bytes(b"a{}" * 1000)
        subprocess.run(["gzip", "-k", www / "page.css"], check=True)
        cls.server = subprocess.Popen([FIXTURE, www, "0"], stdout=subprocess.PIPE, text=True)
        cls.port = int(cls.server.stdout.readline())
        cls.url = f"http://127.0.0.1:{cls.port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        code = cls.server.wait(GENEROUS)
        cls.server.stdout.close()
        cls.folder.cleanup()
        if code != 0:
            raise AssertionError(f"the server ended with {code}")

    def run_client(self, *command):
        done = subprocess.run([str(c) for c in command], capture_output=True, timeout=GENEROUS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done.stdout

    def curl(self, *arguments):
        return self.run_client("curl", "-sS", *arguments)

    def beginning(self, size):
        """A file with so many bytes of the content, as an interrupted download leaves it."""
        path = pathlib.Path(tempfile.mkdtemp(dir=self.here)) / "data.bin"
        path.write_bytes(self.content[:size])
        return path

    def assert_whole(self, path):
        self.assertTrue(path.read_bytes() == self.content, path)

    def test_curl_ranges(self):
        for text, part in {"0-0": slice(0, 1), "100-65635": slice(100, 65636), f"{SIZE - 5}-": slice(SIZE - 5, SIZE),
                           "-7": slice(SIZE - 7, SIZE)}.items():
            with self.subTest(text):
                self.assertTrue(self.curl("-r", text, f"{self.url}/data.bin") == self.content[part])

    def test_curl_several_ranges(self):
        answer = self.curl("-i", "-r", "0-99,1000000-1000099,-100", f"{self.url}/data.bin")
        head, body = answer.split(b"\r\n\r\n", 1)
        boundary = head.split(b"boundary=")[1].split(b"\r\n")[0]
        parts = [part.split(b"\r\n\r\n", 1)[1][:100] for part in body.split(b"--" + boundary)[1:-1]]
        self.assertEqual(parts, [self.content[:100], self.content[1000000:1000100], self.content[-100:]])

    def test_curl_resumes(self):
        path = self.beginning(1_234_567)
        self.curl("-C", "-", "-o", path, f"{self.url}/data.bin")
        self.assert_whole(path)

    def test_curl_resumes_what_is_whole(self):
        path = self.beginning(SIZE)
        self.curl("-C", "-", "-o", path, f"{self.url}/data.bin")
        self.assert_whole(path)

    def test_curl_compressed(self):
        self.assertTrue(self.curl("--compressed", f"{self.url}/text.txt") == self.text)
        sent = self.curl("--compressed", "-o", "/dev/null", "-w", "%{size_download}", f"{self.url}/text.txt")
        self.assertLess(int(sent), len(self.text) // 3)
        self.assertEqual(self.curl("--compressed", f"{self.url}/page.css"), b"a{}" * 1000)

    def test_curl_asks_again(self):
        tag = self.here / "tag"
        arguments = ["--compressed", "-o", "/dev/null", "-w", "%{http_code}", "--etag-save", tag, "--etag-compare", tag]
        self.assertEqual(self.curl(*arguments, f"{self.url}/text.txt"), b"200")
        self.assertEqual(self.curl(*arguments, f"{self.url}/text.txt"), b"304")

    def test_wget_resumes(self):
        path = self.beginning(7_000_000)
        self.run_client("wget", "-q", "-c", "-P", path.parent, f"{self.url}/data.bin")
        self.assert_whole(path)

    def test_wget_asks_by_the_date(self):
        folder = tempfile.mkdtemp(dir=self.here)
        self.run_client("wget", "-q", "-N", "-P", folder, f"{self.url}/text.txt")
        again = subprocess.run(["wget", "-N", "-P", folder, f"{self.url}/text.txt"], capture_output=True, text=True,
                               timeout=GENEROUS, check=True)
        self.assertIn("304 Not Modified", again.stderr)

    def test_aria2_gets_segments(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.here))
        self.run_client("aria2c", "-q", "-x8", "-s8", "-k1M", "-d", folder, f"{self.url}/data.bin")
        self.assert_whole(folder / "data.bin")

    def test_what_was_compressed_is_remembered(self):
        """Only what has not changed for a while is."""
        end = time.monotonic() + GENEROUS
        length = None
        while length is None and time.monotonic() < end:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=GENEROUS)) as connection:
                connection.request("GET", "/text.txt", headers={"Accept-Encoding": "zstd"})
                answer = connection.getresponse()
                answer.read()
                self.assertEqual(answer.getheader("Content-Encoding"), "zstd")
                length = answer.getheader("Content-Length")
        self.assertIsNotNone(length)


if __name__ == "__main__":
    unittest.main(verbosity=2)
