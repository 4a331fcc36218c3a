#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What README, tutorial and reference say is true: their programs compile, their commands answer as shown, their links lead
somewhere, and no page names a file that is not there."""

import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("ASIO_HTTPD_SOURCE", Path(__file__).resolve().parents[2]))
BINARY = os.environ.get("ASIO_HTTPD_BIN", str(SOURCE / "build" / "release" / "bin" / "asio_httpd"))


def blocks(page, language):
    """The fenced blocks of a language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.M | re.S)


def prose(page):
    """The page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)


def pages():
    return [SOURCE / "README.md", SOURCE / "CONTRIBUTING.md", *sorted((SOURCE / "docs").rglob("*.md"))]


class Programs(unittest.TestCase):
    def test_the_readme_shows_the_first_example(self):
        example = (SOURCE / "apps" / "examples" / "01_hello.cpp").read_text()
        shown = blocks(SOURCE / "README.md", "cpp")[0]
        self.assertEqual(example[example.index("#include"):], shown)

    def test_the_page_about_tests_shows_tests_that_pass(self):
        tests = (SOURCE / "tests" / "unit" / "testing" / "how_to_test.cpp").read_text()
        shown = blocks(SOURCE / "docs" / "how-to" / "test-your-app.md", "cpp")
        self.assertGreater(len(shown), 5)
        for block in shown:
            self.assertIn(block, tests)

    def test_the_programs_of_the_pages_compile(self):
        compiler = shutil.which(os.environ.get("CXX", "g++"))
        for page in ("tutorial/first-server.md", "reference/forms.md", "how-to/uploads.md", "how-to/stream.md",
                     "how-to/stop.md", "how-to/https.md"):
            programs = blocks(SOURCE / "docs" / page, "cpp")
            self.assertTrue(programs)
            for number, program in enumerate(programs):
                with self.subTest(page=page, program=number):
                    command = [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                               "-DBOOST_ASIO_SEPARATE_COMPILATION", f"-I{SOURCE}/lib/include", "-x", "c++", "-"]
                    done = subprocess.run(command, input=program, text=True, capture_output=True)
                    self.assertEqual(done.returncode, 0, done.stderr)


class Commands(unittest.TestCase):
    def test_what_readme_asks_curl_is_answered_as_it_shows(self):
        server = subprocess.Popen([BINARY, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
        try:
            ready, _, _ = select.select([server.stdout], [], [], 20)
            self.assertTrue(ready, "the server does not say where it listens")
            port = re.search(r"http://[^:]+:(\d+)", server.stdout.readline()).group(1)
            asked = 0
            for block in blocks(SOURCE / "README.md", "console"):
                for command, shown in re.findall(r"^\$ (curl .*)\n(.*)$", block, re.M):
                    with self.subTest(command=command):
                        words = shlex.split(command.replace("localhost:8080", f"127.0.0.1:{port}"))
                        got = subprocess.run(words, capture_output=True, text=True, timeout=20)
                        self.assertEqual(got.stdout.splitlines()[0].strip(), shown)
                        asked += 1
            self.assertGreater(asked, 1)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
            server.stdout.close()

    def test_every_option_that_readme_uses_is_one(self):
        help_text = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=20).stdout
        used = set()
        for block in blocks(SOURCE / "README.md", "console"):
            for line in re.findall(r"^\$ asio_httpd (.*?)(?:#.*)?$", block, re.M):
                used.update(re.findall(r"--[a-z-]+", line))
        self.assertTrue(used)
        for option in sorted(used):
            self.assertIn(option, help_text)

    def test_the_commands_for_tls_are_answered(self):
        """Those of the pages on HTTPS and HTTP/2 that ask our own server on this machine, on another port."""
        with tempfile.TemporaryDirectory() as state:
            environment = {**os.environ, "XDG_STATE_HOME": state}
            environment.pop("STATE_DIRECTORY", None)
            server = subprocess.Popen([BINARY, "--tls-self-signed", "--listen", "localhost:0"], env=environment,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            try:
                port = re.search(r"https://localhost:(\d+)", server.stdout.readline()).group(1)
                asked = 0
                for page in ("https.md", "http2.md"):
                    for command in re.findall(r"^\$ ((?:curl|nghttp) .*https://localhost:8443.*)$",
                                              (SOURCE / "docs" / "how-to" / page).read_text(), re.M):
                        with self.subTest(command=command):
                            line = command.replace("8443", port).replace("~/.local/state", state)
                            got = subprocess.run(shlex.split(line.replace("curl ", "curl -fsS ")), capture_output=True,
                                                 text=True, timeout=20)
                            self.assertEqual(got.returncode, 0, got.stderr)
                            self.assertTrue("asio_httpd" in got.stdout or ":status: 200" in got.stdout)
                            asked += 1
                self.assertGreater(asked, 2)
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(20)
                server.stdout.close()

    def test_every_option_that_the_pages_use_is_one(self):
        help_text = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=20).stdout
        for page in sorted((SOURCE / "docs" / "how-to").glob("*.md")):
            for line in re.findall(r"^\$ asio_httpd ((?:.*\\\n)*.*)$", page.read_text(), re.M):
                for option in re.findall(r"(?<!\S)--[a-z-]+", line.partition("#")[0]):
                    with self.subTest(page=page.name, option=option):
                        self.assertIn(option, help_text)

    def test_every_dev_command_that_readme_uses_is_one(self):
        help_text = subprocess.run([str(SOURCE / "dev"), "help"], capture_output=True, text=True, timeout=20).stdout
        for page in (SOURCE / "README.md", SOURCE / "CONTRIBUTING.md"):
            for command in re.findall(r"\./dev (\w+)", page.read_text()):
                self.assertIn(command, help_text)


class Links(unittest.TestCase):
    def test_links_lead_to_files(self):
        for page in pages():
            for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose(page)):
                with self.subTest(page=str(page.relative_to(SOURCE)), link=link):
                    self.assertTrue((page.parent / link).exists())

    def test_paths_in_backticks_exist(self):
        for page in pages():
            for name in re.findall(r"`((?:lib|apps|tests|docs|cmake)/[\w./-]+)`", prose(page)):
                if re.search(r"/(NN_)?x[._]", name):  # a name that stands for any
                    continue
                with self.subTest(page=str(page.relative_to(SOURCE)), name=name):
                    self.assertTrue((SOURCE / name).exists() or any(SOURCE.glob(name + "*")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
