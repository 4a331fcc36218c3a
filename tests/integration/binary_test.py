# SPDX-License-Identifier: BSL-1.0
#
# The program asio_httpd from outside: what it prints, serves, logs, and answers to signals.
#
# The program is at $ASIO_HTTPD_BIN. Nothing here sleeps for a fixed time: a test waits for a line of the program, or
# asks again until a deadline that only a failure reaches. Ports are chosen by the kernel.

import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BINARY = os.environ.get("ASIO_HTTPD_BIN", "")
SOURCE = pathlib.Path(os.environ.get("ASIO_HTTPD_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
PATIENCE = 30  # seconds; a sanitizer on a busy machine is slow


def wait_until(condition, what):
    """Asks again until `condition` returns something true, and returns that."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f"waited {PATIENCE} s for {what}")


class Lines:
    """The lines of a stream, as they come."""

    def __init__(self, stream):
        self.text = ""
        self._stream = stream
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._stream:
            with self._changed:
                self.text += line
                self._changed.notify_all()

    def wait_for(self, pattern):
        with self._changed:
            found = self._changed.wait_for(lambda: re.search(pattern, self.text), PATIENCE)
            if not found:
                raise AssertionError(f"no line with {pattern!r} in:\n{self.text}")
            return re.search(pattern, self.text)

    def finish(self):
        self._reader.join(PATIENCE)
        self._stream.close()


class Server:
    """The program while it serves. It listens on a port of the kernel's choice unless told otherwise."""

    def __init__(self, *arguments, listen="127.0.0.1:0", wait=True, **popen):
        command = [BINARY, *(["-l", listen] if listen else []), *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="surrogateescape", **popen)
        self.out = Lines(self.process.stdout)
        self.err = Lines(self.process.stderr)
        self.port = None
        if wait:
            self.err.wait_for(r"serving .*\n")
            port = re.search(r"serving .* on http://\S*:(\d+)", self.err.text)
            self.port = int(port[1]) if port else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.out.finish()
        self.err.finish()

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """SIGTERM, and the exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def get(self, path, method="GET", **fields):
        """Asks as a client does; `Host="example.org"` for another host than that of the address."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, headers=fields)
            answer = connection.getresponse()
            answer.body = answer.read()
            return answer

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)


def run(*arguments, **options):
    """The program where it is not to serve: exit code, output, errors."""
    done = subprocess.run([BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE, check=False, **options)
    return done.returncode, done.stdout, done.stderr


def receive_all(connection):
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


class BinaryTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="asio_httpd_")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def refused(self, *arguments, **options):
        """The errors of a run that must end with exit code 2 and say nothing else."""
        code, out, err = run(*arguments, **options)
        self.assertEqual(code, 2, err)
        self.assertEqual(out, "")
        return err


class WelcomeSite(BinaryTest):
    def test_start_up_line(self):
        with Server("-t", 2) as server:
            self.assertRegex(
                server.err.text,
                r"^asio_httpd \d+\.\d+\.\d+ serving the welcome site on http://127\.0\.0\.1:\d+  "
                r"\(2 threads, status at /status, Ctrl-C to stop\)\n$")
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.out.text, "")

    def test_localhost_is_one_line(self):
        with Server(listen="localhost:0") as server:
            self.assertRegex(server.err.text, r"serving .* on http://(localhost|127\.0\.0\.1):\d+  ")

    def test_pages(self):
        with Server() as server:
            for path, media_type in [("/", "text/html"), ("/flag.html", "text/html"), ("/app.js", "text/javascript"),
                                     ("/style.css", "text/css"), ("/favicon.svg", "image/svg+xml")]:
                with self.subTest(path):
                    answer = server.get(path)
                    self.assertEqual(answer.status, 200)
                    self.assertTrue(answer.getheader("Content-Type").startswith(media_type))
                    self.assertIn("default-src 'none'", answer.getheader("Content-Security-Policy"))
                    self.assertGreater(len(answer.body), 100)
            self.assertEqual(server.get("/nothing").status, 404)

    def test_flag(self):
        with Server() as server:
            answer = server.get("/flag")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.body, b"flag{asio_httpd}\n")
            again = server.get("/flag", **{"If-None-Match": answer.getheader("ETag")})
            self.assertEqual((again.status, again.body), (304, b""))
            head = server.get("/flag", method="HEAD")
            self.assertEqual((head.getheader("Content-Length"), head.body), ("17", b""))

    def test_nothing_of_the_machine(self):
        with Server() as server:
            for path in ["/etc/passwd", "/../etc/passwd", "/%2e%2e/etc/passwd", "//etc/passwd"]:
                with self.subTest(path):
                    self.assertIn(server.get(path).status, (400, 404))


class Status(BinaryTest):
    def test_agrees_with_its_schema(self):
        schema = json.loads((SOURCE / "docs/reference/status.schema.json").read_text(encoding="utf-8"))
        with Server() as server:
            server.get("/flag")
            answer = server.get("/status")
            self.assertEqual(answer.getheader("Content-Type"), "application/json")
            self.assertEqual(answer.getheader("Cache-Control"), "no-store")
            report = json.loads(answer.body)
            self.check_keys(schema, report, "")
            self.assertEqual(report["pid"], server.process.pid)
            self.assertEqual(report["listeners"], [f"127.0.0.1:{server.port}"])
            self.assertEqual(report["requests"]["by_method"], {"GET": report["requests"]["total"]})

    def check_keys(self, schema, value, where):
        if "properties" in schema:
            self.assertLessEqual(set(value), set(schema["properties"]), where)
            self.assertGreaterEqual(set(value), set(schema.get("required", [])), where)
            for key, inner in value.items():
                self.check_keys(schema["properties"][key], inner, f"{where}/{key}")
        for i, inner in enumerate(value if "items" in schema else []):
            self.check_keys(schema["items"], inner, f"{where}/{i}")

    def test_not_through_a_proxy(self):
        with Server() as server:
            answer = server.get("/status", **{"X-Forwarded-For": "192.0.2.1"})
            self.assertEqual(answer.status, 403)
            self.assertIn(b"status_to_everyone", answer.body)

    def test_elsewhere_or_nowhere(self):
        with Server("--status", "/internal") as server:
            self.assertIn("status at /internal", server.err.text)
            self.assertEqual(server.get("/internal").status, 200)
            self.assertEqual(server.get("/status").status, 404)
            self.assertIn(b'data-status="/internal"', server.get("/").body)
        for off in ["off", ""]:
            with Server("--status", off) as server:
                self.assertNotIn("status", server.err.text)
                self.assertEqual(server.get("/status").status, 404)

    def test_what_is_remembered_of_files(self):
        def cache(server):
            return json.loads(server.get("/status").body)["file_cache"]

        def after(server):  # what was changed just now is not remembered
            server.get("/small")
            server.get("/large")
            now = cache(server)
            return now if now["memory_bytes"] > 1000 and now["descriptors"] == 1 else None

        self.write("www/small", "x" * 1000)
        self.write("www/large", "x" * 100000)
        config = self.write("site.json", '{"directory": {"directory": "www", "compression": false}}')
        with Server("-t", 1, "--config", config) as server, contextlib.closing(self.keep_open(server)):
            before = cache(server)
            self.assertEqual((before["memory_bytes"], before["descriptors"]), (0, 0))
            self.assertEqual(before["memory_limit_bytes"], 64 * 1024 * 1024)
            self.assertGreater(before["descriptor_limit"], 0)
            wait_until(lambda: after(server), "both files to be remembered")

    def keep_open(self, server):
        """A connection that was answered and stays, so that its thread goes on remembering."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        connection.request("GET", "/status")
        connection.getresponse().read()
        return connection

    def test_soft_descriptor_limit_is_raised(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        low = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        with Server(preexec_fn=low) as server:
            report = json.loads(server.get("/status").body)
            self.assertGreater(report["process"]["descriptor_limit"], 256)


class Files(BinaryTest):
    def test_a_folder(self):
        self.write("www/index.html", "<p>hello")
        self.write("www/notes/a.txt", "text")
        with Server("www", cwd=self.folder) as server:
            self.assertIn(" serving ./www on ", server.err.text)
            self.assertEqual(server.get("/").body, b"<p>hello")
            self.assertEqual(server.get("/notes/a.txt").body, b"text")
            self.assertEqual(server.get("/flag").status, 404)

    def test_options_of_the_folder_that_is_typed(self):
        self.write("www/app.html", "<p>app")
        with Server("www", "--listing", "--fallback", "app.html", cwd=self.folder) as server:
            self.assertEqual(server.get("/some/place").body, b"<p>app")
            self.assertIn(b"app.html", server.get("/").body)

    def test_a_route(self):
        flag = self.write("the_flag", "flag{mine}\n")
        with Server("--route", f"/flag={flag}") as server:
            self.assertEqual(server.get("/flag").body, b"flag{mine}\n")
            self.assertEqual(server.get("/").status, 404)
            flag.write_text("flag{changed}\n", encoding="utf-8")
            self.assertEqual(server.get("/flag").body, b"flag{changed}\n")

    def test_a_configuration(self):
        self.write("www/index.html", "<p>hello")
        self.write("other/.hidden", "dot")
        config = self.write("site.json", """{
            // A comment.
            "directory": "www",
            "routes": [
              {"path": "/flag", "file": "www/index.html"},
              {"prefix": "/other", "directory": "other", "dotfiles": true}
            ],
            "server_name": "something"
        }""")
        with Server("--config", config) as server:
            self.assertEqual(server.get("/flag").body, b"<p>hello")
            self.assertEqual(server.get("/other/.hidden").body, b"dot")
            self.assertEqual(server.get("/").getheader("Server"), "something")

    def test_a_unix_socket(self):
        path = self.folder / "x.sock"
        with Server(listen=f"unix:{path}") as server:
            self.assertIn(f" on unix:{path}  (", server.err.text)
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(PATIENCE)
                client.connect(str(path))
                client.sendall(b"GET /flag HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                self.assertIn(b"flag{asio_httpd}", receive_all(client))
            self.assertEqual(server.stop(), 0)


class Uploads(BinaryTest):
    def put(self, server, path, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("PUT", path, body=b"new", headers=fields)
            answer = connection.getresponse()
            answer.read()
            return answer.status

    def test_only_where_and_by_whom_the_configuration_says(self):
        self.write("www/a.txt", "old")
        self.write("in/a.txt", "old")
        config = self.write("site.json", json.dumps({"directory": "www", "routes": [
            {"prefix": "/in", "directory": "in", "upload": {"users": {"ann": "secret"}, "replace": False}}]}))
        secret = "Basic " + base64.b64encode(b"ann:secret").decode()
        with Server("--config", config) as server:
            self.assertEqual(self.put(server, "/a.txt"), 405)
            self.assertEqual(self.put(server, "/in/b.txt"), 401)
            self.assertEqual(self.put(server, "/in/b.txt", Authorization=secret), 201)
            self.assertEqual(self.put(server, "/in/a.txt", Authorization=secret), 409)
            self.assertEqual(server.get("/in/b.txt").body, b"new")
            self.assertEqual(server.get("/in/a.txt").body, b"old")

    def test_not_without_being_asked(self):
        self.write("www/a.txt", "old")
        with Server(self.folder / "www") as server:
            self.assertEqual(self.put(server, "/a.txt"), 405)


class Hosts(BinaryTest):
    def example(self):
        """The configuration of the page about several hosts, and what it serves."""
        page = (SOURCE / "docs/reference/configuration.md").read_text(encoding="utf-8")
        shown = re.search(r"## Several hosts.*?^```json\n(.*?)^```$", page, re.M | re.S)[1]
        shown = shown.replace('"/srv/files"', '"files"')
        self.write("example.org/index.html", "<p>site")
        self.write("example.org/404.html", "<p>not here")
        self.write("app/dist/index.html", "<p>app")
        self.write("app/dist/assets/app.js", "1")
        self.write("files/a.txt", "a file")
        return self.write("site.json", shown)

    def test_three_hosts_with_three_folders(self):
        with Server("--config", self.example()) as server:
            for host, path, content in [("example.org", "/", b"<p>site"), ("EXAMPLE.org:8080", "/", b"<p>site"),
                                        ("app.example.org", "/", b"<p>app"), ("app.example.org", "/assets/app.js", b"1"),
                                        ("files.example.org", "/a.txt", b"a file"),
                                        ("b.a.files.example.org", "/a.txt", b"a file"),
                                        ("elsewhere.org", "/healthz", b"well\n")]:
                with self.subTest(host=host, path=path):
                    answer = server.get(path, Host=host)
                    self.assertEqual((answer.status, answer.body), (200, content))
            for host, path in [("example.org", "/a.txt"), ("app.example.org", "/a.txt"), ("files.example.org", "/404.html"),
                               ("elsewhere.org", "/"), ("elsewhere.org", "/a.txt"), ("other.example.org", "/")]:
                with self.subTest(host=host, path=path):
                    self.assertNotIn(server.get(path, Host=host).body, (b"a file", b"<p>site"))
            self.assertEqual(server.get("/", Host="elsewhere.org").status, 404)

    def test_each_folder_has_its_own_options(self):
        with Server("--config", self.example()) as server:
            lost = server.get("/nothing", Host="example.org")
            self.assertEqual((lost.status, lost.body), (404, b"<p>not here"))
            app = server.get("/some/place", Host="app.example.org")
            self.assertEqual((app.status, app.body, app.getheader("Cache-Control")), (200, b"<p>app", "no-cache"))
            asset = server.get("/assets/app.js", Host="app.example.org")
            self.assertEqual(asset.getheader("Cache-Control"), "public, max-age=31536000, immutable")
            folder = server.get("/", Host="files.example.org", Accept="application/json")
            self.assertEqual(folder.status, 200)
            self.assertIn(b'"a.txt"', folder.body)

    def test_a_whole_host_is_led_elsewhere(self):
        with Server("--config", self.example()) as server:
            for method in ["GET", "HEAD", "POST"]:
                answer = server.get("/a/b%20c?d=e", method=method, Host="www.example.org")
                self.assertEqual(answer.status, 308)
                self.assertEqual(answer.getheader("Location"), "https://example.org/a/b%20c?d=e")
            self.assertEqual(server.get("/", Host="www.example.org").getheader("Location"), "https://example.org/")

    def test_the_status_names_hosts(self):
        with Server("--config", self.example()) as server:
            hosts = {route["host"] for route in json.loads(server.get("/status").body)["requests"]["by_route"]}
            self.assertEqual(hosts, {"*", "example.org", "app.example.org", "files.example.org", "*.files.example.org",
                                     "www.example.org"})


class Routes(BinaryTest):
    def serve(self, *routes):
        return Server("--config", self.write("site.json", json.dumps({"routes": routes})))

    def test_redirects(self):
        with self.serve({"path": "/old/{rest...}", "redirect": "/{rest}"},
                        {"path": "/user/{id:int}", "redirect": "/profile?id={id}", "status": 303}) as server:
            for asked, status, location in [("/old/a?b", 307, "/a?b"), ("/old//evil.example", 307, "/evil.example"),
                                            ("/old/%0d%0aX:%20y", 404, None), ("/old/..%2f..%2fx", 404, None),
                                            ("/user/7?b", 303, "/profile?id=7&b"), ("/user/x", 404, None)]:
                with self.subTest(asked):
                    answer = server.get(asked)
                    self.assertEqual((answer.status, answer.getheader("Location")), (status, location))
            self.assertEqual(server.get("/old/a", method="POST").status, 307)

    def test_fixed_answers(self):
        with self.serve({"path": "/ping", "text": "pong\n", "fields": {"X-A": "b", "Cache-Control": "no-store"}},
                        {"path": "/healthz", "status": 204},
                        {"path": "/teapot", "status": 418, "text": "<p>tea", "content_type": "text/html"},
                        {"path": "/gone/{rest...}", "status": 410}) as server:
            ping = server.get("/ping")
            self.assertEqual((ping.status, ping.body), (200, b"pong\n"))
            self.assertEqual(ping.getheader("Content-Type"), "text/plain; charset=utf-8")
            self.assertEqual((ping.getheader("X-A"), ping.getheader("Cache-Control")), ("b", "no-store"))
            self.assertEqual((server.get("/healthz").status, server.get("/healthz").body), (204, b""))
            teapot = server.get("/teapot")
            self.assertEqual((teapot.status, teapot.body, teapot.getheader("Content-Type")),
                             (418, b"<p>tea", "text/html"))
            self.assertEqual((server.get("/gone/a").status, server.get("/gone/a").body), (410, b"410 Gone\n"))
            self.assertEqual(server.get("/ping", method="POST").status, 405)

    def test_what_is_wrong_has_its_line(self):
        self.write("www/index.html", "x")
        config = self.write("site.json", """{
  "directory": {
    "directory": "www",
    "fallback": "app.html",
    "error_pages": {"404": "404.html"}
  },
  "routes": [
    {"path": "/a", "redirect": "/a"},
    {"prefix": "/b", "directory": "nowhere"}
  ]
}""")
        missing = "No such file or directory"
        self.assertEqual(self.refused("--config", config, "--check").splitlines(), [
            f'asio_httpd: {config}:4: cannot read the file "{self.folder}/www/app.html": {missing}',
            f'asio_httpd: {config}:5: cannot read the file "{self.folder}/www/404.html": {missing}',
            f'asio_httpd: {config}:8: the route "/a" leads to itself',
            f'asio_httpd: {config}:9: cannot read the folder "{self.folder}/nowhere": {missing}'])

    def test_a_target_or_a_host_that_is_none(self):
        config = self.write("site.json", """{"routes": [
  {"path": "/a", "redirect": "//evil.example"},
  {"path": "/b", "redirect": "/{c}"},
  {"path": "/d", "host": "example.org:80", "status": 204}
]}""")
        for arguments in [["--check"], []]:
            lines = self.refused("--config", config, *arguments).splitlines()
            self.assertEqual([re.search(r"site\.json:(\d)", line)[1] for line in lines], ["2", "3", "4"])
            self.assertIn("must begin with one slash", lines[0])


class Messages(BinaryTest):
    def test_version_and_help(self):
        code, out, err = run("--version")
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"^asio_httpd \d+\.\d+\.\d+\n$")
        code, out, err = run("--help")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("--route", out)

    def test_unknown_option(self):
        self.assertEqual(self.refused("--thread", "2"),
                         "asio_httpd: unknown option --thread; did you mean --threads?\nTry asio_httpd --help.\n")

    def test_check(self):
        config = self.write("site.json", '{"threads": 1}')
        self.assertEqual(run("--config", config, "--check"), (0, "configuration is valid\n", ""))
        self.assertEqual(run("--check"), (0, "configuration is valid\n", ""))

    def test_everything_wrong_is_told_at_once(self):
        config = self.write("site.json", '{\n  "thread": 2,\n  "limits": {\n    "head": 1\n  },\n  "drain": "soon"\n}\n')
        self.assertEqual(
            self.refused("--config", "site.json", "--log-level", "loud", cwd=config.parent),
            'asio_httpd: site.json:2: unknown key "thread"; did you mean "threads"?\n'
            'asio_httpd: site.json:4: "limits.head" must be a size from 256 to 1MiB, not 1\n'
            'asio_httpd: site.json:6: "drain" must be a duration from 0s to 1h, not "soon"\n'
            'asio_httpd: --log-level must be "debug", "info", "warning" or "error", not "loud"\n')

    def test_missing_files_are_told_by_check_and_by_start(self):
        config = self.write("site.json", '{"directory": "www",\n"routes": [{"path": "/flag", "file": "flag"}]}')
        expected = (f'asio_httpd: {config}:1: cannot read the folder "{self.folder}/www": No such file or directory\n'
                    f'asio_httpd: {config}:2: cannot read the file "{self.folder}/flag": No such file or directory\n')
        self.assertEqual(self.refused("--config", config, "--check"), expected)
        self.assertEqual(self.refused("--config", config), expected)

    def test_routes_that_conflict(self):
        self.write("flag", "x")
        config = self.write("site.json", '{"routes": [\n{"path": "/a/{x}", "file": "flag"},\n'
                                         '{"path": "/a/{y}", "file": "flag"}]}')
        err = self.refused("--config", config, "--check")
        self.assertRegex(err, r"^asio_httpd: \S*site\.json:3: .*\n$")
        self.assertIn("/a/{x}", err)
        self.assertIn("/a/{y}", err)

    def test_no_configuration(self):
        self.assertEqual(self.refused("--config", "/nowhere/site.json"),
                         "asio_httpd: /nowhere/site.json: cannot read this file: No such file or directory\n")

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as holder:
            taken = f"127.0.0.1:{holder.getsockname()[1]}"
            for arguments in [["-l", taken], ["-l", "127.0.0.1:0", "-l", taken]]:
                with self.subTest(arguments):
                    err = self.refused(*arguments)
                    self.assertEqual(err.count("\n"), 1, err)
                    self.assertTrue(err.startswith("asio_httpd: "), err)
                    self.assertIn(taken, err)
                    self.assertIn("in use", err)

    def test_print_config_makes_a_full_circle(self):
        flag = self.write("flag", "x")
        self.write("www/index.html", "x")
        code, first, err = run("www", "-l", "127.0.0.1:0", "-t", "1", "--route", f"/flag={flag}", "--status", "off",
                               "--print-config", cwd=self.folder)
        self.assertEqual((code, err), (0, ""))
        printed = json.loads(first)
        self.assertEqual(printed["directory"]["directory"], str(self.folder / "www"))
        self.assertEqual(printed["directory"]["index"], "index.html")
        self.assertEqual(printed["status"], False)
        self.assertEqual(printed["limits"]["head"], "16KiB")
        again = self.write("elsewhere/site.json", first)
        self.assertEqual(run("--config", again, "--print-config"), (0, first, ""))
        with Server("--config", again, listen=None) as server:
            self.assertEqual(server.get("/flag").body, b"x")

    def test_log_level(self):
        path = self.folder / "x.sock"
        with Server("--log-level", "error", listen=f"unix:{path}", wait=False) as server:
            wait_until(path.exists, "the socket")
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.err.text, "")


class AccessLog(BinaryTest):
    def lines(self, path, count):
        """The lines of a log, once there are so many."""
        def read():
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            return lines if len(lines) >= count else None
        return wait_until(read, f"{count} lines in {path}")

    def test_to_a_file(self):
        log = self.folder / "access.log"
        with Server("--access-log", log) as server:
            server.get("/flag", Referer="http://example.org/", **{"User-Agent": "test"})
            line = self.lines(log, 1)[0]
            self.assertRegex(line, r'^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] '
                                   r'"GET /flag HTTP/1\.1" 200 17 "http://example.org/" "test"$')

    def test_to_standard_output_when_it_ends(self):
        with Server("--access-log", "-", "--access-log-format", "common") as server:
            server.get("/flag")
            self.assertEqual(server.stop(), 0)
            server.out.wait_for(r'"GET /flag HTTP/1\.1" 200 17\n')

    def test_json(self):
        log = self.folder / "access.log"
        with Server("--access-log", log, "--access-log-format", "json") as server:
            server.get("/nothing?a=b", Connection="close")
            line = json.loads(self.lines(log, 1)[0])
            self.assertEqual(line["remote"], "127.0.0.1")
            self.assertEqual(line["target"], "/nothing?a=b")
            self.assertEqual(line["status"], 404)
            self.assertEqual(line["host"], f"127.0.0.1:{server.port}")
            self.assertEqual(line["close"], "client_requested")
            self.assertGreaterEqual(line["duration_us"], 0)

    def test_log_injection(self):
        attacks = [b'GET /a HTTP/1.1\r\nHost: x\r\nUser-Agent: "\\\xff" 200 1\r\nConnection: close\r\n\r\n',
                   b"GET /a\nforged HTTP/1.1\r\nHost: x\r\n\r\n",
                   b"GET /\x1b[2J HTTP/1.1\r\nHost: x\r\n\r\n",
                   b"GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: a\x1b[2J\x00\r\n\r\n",
                   b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"]
        for format_name in ["combined", "json"]:
            log = self.folder / format_name
            with Server("--access-log", log, "--access-log-format", format_name) as server:
                for attack in attacks:
                    with server.connect() as client:
                        client.sendall(attack)
                        self.assertRegex(receive_all(client), rb"^HTTP/1\.1 [245]\d\d ")
                lines = self.lines(log, len(attacks))
                self.assertEqual(len(lines), len(attacks))
                self.assertEqual(server.stop(), 0)
            for line in lines:
                self.assertRegex(line, r"^[\x20-\x7e\ufffd]+$")
            if format_name == "combined":
                self.assertIn(r'"\x22\x5c\xff\x22 200 1"', lines[0])
            else:
                self.assertEqual(json.loads(lines[0])["user_agent"], '"\\\ufffd" 200 1')

    def test_reopened_after_a_rotation(self):
        log, old = self.folder / "access.log", self.folder / "access.log.1"
        with Server("--access-log", log) as server:
            server.get("/flag?before")
            log.rename(old)
            server.signal(signal.SIGUSR1)
            server.err.wait_for("the access log was opened anew")
            self.assertIn("/flag?before", self.lines(old, 1)[0])
            server.get("/flag?after")
            self.assertIn("/flag?after", self.lines(log, 1)[0])
            self.assertEqual(len(self.lines(old, 1)), 1)

    def test_a_log_that_cannot_be_opened_anew_goes_on(self):
        logs = self.folder / "logs"
        logs.mkdir()
        with Server("--access-log", logs / "access.log") as server:
            logs.rename(self.folder / "moved")
            server.signal(signal.SIGUSR1)
            server.err.wait_for("error +the access log cannot be opened anew")
            server.get("/flag")
            self.lines(self.folder / "moved/access.log", 1)

    def test_a_full_disk_stops_nothing(self):
        with Server("--access-log", "/dev/full") as server:
            for _ in range(3):
                self.assertEqual(server.get("/flag").status, 200)
            self.assertEqual(server.stop(), 0)

    def test_a_log_that_cannot_be_written(self):
        self.assertEqual(self.refused("--access-log", "/nowhere/access.log"),
                         'asio_httpd: --access-log: cannot write the access log "/nowhere/access.log": '
                         'No such file or directory\n')


class Signals(BinaryTest):
    STOPPED = r"asio_httpd stopped: (\d+) requests? served in .*; (\d+) connections? drained, (\d+) cut\n"

    def test_both_signals_stop(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            with self.subTest(number), Server() as server:
                server.get("/flag")
                server.signal(number)
                self.assertEqual(server.process.wait(PATIENCE), 0)
                self.assertEqual(server.err.wait_for(self.STOPPED)[1], "1")

    def test_an_idle_connection_is_closed(self):
        with Server() as server, server.connect() as client:
            client.sendall(b"GET /flag HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"flag{asio_httpd}\n"):
                answer += client.recv(65536)
            server.signal(signal.SIGTERM)
            self.assertEqual(receive_all(client), b"")
            self.assertEqual(server.process.wait(PATIENCE), 0)
            stopped = server.err.wait_for(self.STOPPED)
            self.assertEqual((stopped[2], stopped[3]), ("1", "0"))

    def test_a_request_under_way_is_answered(self):
        with Server() as server, server.connect() as client:
            self.begin_request(server, client)
            server.signal(signal.SIGTERM)
            server.err.wait_for("stopping: open connections have 10s")
            client.sendall(b" x\r\n\r\n")
            answer = receive_all(client)
            self.assertTrue(answer.endswith(b"flag{asio_httpd}\n"), answer)
            self.assertIn(b"connection: close", answer.lower())
            self.assertEqual(server.process.wait(PATIENCE), 0)
            self.assertEqual(server.err.wait_for(self.STOPPED)[3], "0")

    def test_the_drain_time_ends(self):
        config = self.write("site.json", '{"drain": "100ms"}')
        with Server("--config", config) as server, server.connect() as client:
            self.begin_request(server, client)
            self.assertEqual(server.stop(), 0)
            self.assert_cut(server)

    def test_a_second_signal_cuts(self):
        config = self.write("site.json", '{"drain": "1h", "deadlines": {"head": "1h"}}')
        with Server("--config", config) as server, server.connect() as client:
            self.begin_request(server, client)
            server.signal(signal.SIGTERM)
            server.err.wait_for("stopping: open connections have 1h")
            server.signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(PATIENCE), 0)
            self.assert_cut(server)

    def test_hang_up_is_ignored_without_a_terminal(self):
        with Server() as server:
            server.signal(signal.SIGHUP)
            server.err.wait_for("SIGHUP is ignored")
            self.assertEqual(server.get("/flag").status, 200)

    def test_hang_up_of_a_terminal_stops(self):
        parent, child = os.openpty()
        try:
            process = subprocess.Popen([BINARY, "-l", "127.0.0.1:0"], stdin=child, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, text=True)
            lines = Lines(process.stderr)
            lines.wait_for("serving")
            process.send_signal(signal.SIGHUP)
            self.assertEqual(process.wait(PATIENCE), 0)
            lines.finish()
        finally:
            os.close(parent)
            os.close(child)

    def assert_cut(self, server):
        """The connection of begin_request, and perhaps one that asked meanwhile: nobody waits until its end is seen."""
        self.assertGreaterEqual(int(server.err.wait_for(self.STOPPED)[3]), 1)

    def begin_request(self, server, client):
        """One request that is answered, and the first half of another; returns when the server has read that."""
        client.sendall(b"HEAD /flag HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += client.recv(65536)
        client.sendall(b"GET /flag HTTP/1.1\r\nHost:")

        def busy():
            connections = json.loads(server.get("/status").body)["connections"]
            return connections["open"] - connections["idle"] >= 2  # this one, and the one that asks
        wait_until(busy, "the half of a request to be read")


if __name__ == "__main__":
    if not os.access(BINARY, os.X_OK):
        print(f"ASIO_HTTPD_BIN names no program: {BINARY!r}")
        sys.exit(1)
    unittest.main(verbosity=2)
