#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Each example does what its head comment promises, asked as a user would. They listen on their own ports, 8080 and
7007; where somebody else does already, or where examples are not built, the test is skipped (exit code 77)."""

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("ASIO_HTTPD_SOURCE", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("ASIO_HTTPD_BUILD", SOURCE / "build" / "release"))
SKIPPED = 77


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Example:
    """A running example; at the end of a `with` block it is interrupted and must end well."""

    def __init__(self, name, *arguments, port=8080):
        self.command = [str(BUILD / "bin" / "examples" / name), *arguments]
        self.port = port

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        deadline = time.monotonic() + 30
        while not accepts(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.command[0]} does not listen: {self.process.communicate()[0]}")
            time.sleep(0.01)  # polling another process; there is no event to wait for
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.output, _ = self.process.communicate(timeout=30)
        if self.process.returncode != 0:
            raise RuntimeError(f"{self.command[0]} ended with {self.process.returncode}: {self.output}")

    def ask(self, method, target, body=None, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, target, body, {name.replace("_", "-"): value for name, value in fields.items()})
            response = connection.getresponse()
            return response.status, response.read().decode(), response.headers
        finally:
            connection.close()

    def get(self, target, **fields):
        return self.ask("GET", target, **fields)[:2]

    def send_form(self, body, **fields):
        return self.ask("POST", "/files", body, Content_Type="multipart/form-data; boundary=b", **fields)

    def opened(self, target):
        """The response to GET, of which the head has come. Closing it closes its connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", target, headers={"Connection": "close"})
        return connection.getresponse()


class Examples(unittest.TestCase):
    def test_01_hello(self):
        with Example("01_hello") as server:
            self.assertEqual(server.get("/"), (200, "hello"))
            self.assertEqual(server.get("/users/7"), (200, "7"))
            self.assertEqual(server.get("/users/x")[0], 404)
            self.assertIn(server.get("/flag")[0], (200, 403, 404))

    def test_02_routes(self):
        with Example("02_routes") as server:
            self.assertEqual(server.get("/greet?name=Ada"), (200, "hello, Ada\n"))
            self.assertEqual(server.get("/orders/17"), (200, "order 17\n"))
            self.assertEqual(server.get("/orders/latest"), (200, "the latest order\n"))
            self.assertEqual(server.get("/orders/1001")[0], 404)
            self.assertEqual(server.get("/wiki/c++/asio"), (200, "c++/asio\n"))
            self.assertEqual(server.get("/slow"), (200, "that took a while\n"))
            self.assertEqual(server.ask("DELETE", "/orders/1")[:2], (409, "order 1 is for ever\n"))
            self.assertEqual(server.ask("DELETE", "/orders/2")[0], 204)
            status, _, fields = server.ask("PUT", "/orders/17", body="x")
            self.assertEqual((status, fields["Allow"]), (405, "GET, HEAD, DELETE, OPTIONS"))
            self.assertEqual(server.get("/", Host="admin.localhost"), (200, "for administrators\n"))
            self.assertEqual(server.ask("POST", "/upload", body="x" * 2_000_000)[:2], (200, "2000000\n"))
            self.assertTrue(server.get("/api/v1/time")[1].strip().isdigit())

    def test_03_json_api(self):
        with Example("03_json_api") as server:
            status, text, fields = server.ask("POST", "/notes", '{"text":"buy milk"}', Content_Type="application/json")
            self.assertEqual((status, json.loads(text)["text"], fields["Location"]), (201, "buy milk", "/notes/1"))
            self.assertEqual(json.loads(server.get("/notes")[1]), [{"id": 1, "text": "buy milk"}])
            self.assertEqual(server.ask("POST", "/notes", "{", Content_Type="application/json")[0], 400)
            self.assertEqual(server.ask("POST", "/notes", "x", Content_Type="text/plain")[0], 415)
            self.assertEqual(server.ask("DELETE", "/notes/1")[0], 204)
            self.assertEqual(server.get("/notes/1")[0], 404)
            self.assertEqual(json.loads(server.get("/status")[1])["requests"]["by_method"]["POST"], 3)

    def test_04_files(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "index.html").write_text("<h1>home</h1>")
            with Example("04_files", folder) as server:
                self.assertEqual(server.get("/"), (200, "<h1>home</h1>"))
                self.assertEqual(server.get("/robots.txt")[0], 200)
                self.assertEqual(server.get("/missing")[0], 404)
            self.assertIn('"GET /missing HTTP/1.1" 404', server.output)

    def test_05_own_io_context(self):
        with Example("05_own_io_context", "4") as server:
            self.assertTrue(server.get("/ticks")[1].strip().isdigit())
        self.assertIn("drained", server.output)

    def test_06_tcp_echo(self):
        with Example("06_tcp_echo", "serve", port=7007) as server:
            said = subprocess.run([server.command[0], "say", "how do you do"], capture_output=True, text=True, timeout=30)
            self.assertEqual(said.stdout, "hello 127.0.0.1\nack 1: how do you do\n")

    def test_07_auth_and_rate_limit(self):
        with Example("07_auth_and_rate_limit") as server:
            status, text, fields = server.ask("GET", "/", X_Request_ID="a-name")
            self.assertEqual((status, text, fields["X-Request-ID"]), (200, "this is request a-name\n", "a-name"))
            self.assertEqual(fields["X-Frame-Options"], "DENY")
            self.assertRegex(fields["Server-Timing"], r"^app;dur=\d")
            status, _, fields = server.ask("GET", "/notes/")
            self.assertEqual((status, fields["WWW-Authenticate"]), (401, 'Basic realm="notes", charset="UTF-8"'))
            self.assertRegex(fields["X-Request-ID"], r"^[0-9a-f]{32}$")
            ada = {"Authorization": "Basic YWRhOmVuZ2luZQ=="}
            self.assertEqual(server.ask("POST", "/notes/", "buy milk", **ada)[0], 204)
            status, text, fields = server.ask("GET", "/notes/", **ada)
            self.assertEqual((status, text), (200, "buy milk\n"))
            self.assertEqual(server.ask("GET", "/notes/", If_None_Match=fields["ETag"], **ada)[0], 304)
            grace = {"Authorization": "Basic Z3JhY2U6Y29tcGlsZXI="}
            self.assertEqual(server.ask("GET", "/notes/", **grace)[1], "nothing yet\n")
            status, _, fields = server.ask("GET", "/notes/", **ada)
            self.assertEqual(status, 429)
            self.assertGreater(int(fields["Retry-After"]), 0)

    def test_08_testing(self):
        done = subprocess.run([str(BUILD / "bin" / "examples" / "08_testing")], capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "all is well\n", ""))


    def test_09_chat(self):
        with Example("09_chat") as server:
            self.assertIn("new WebSocket", server.get("/")[1])
            with Chatter(server.port) as ada:
                self.assertEqual(ada.hear(), "Somebody came.")
                with Chatter(server.port) as grace:
                    self.assertEqual((ada.hear(), grace.hear()), ("Somebody came.", "Somebody came."))
                    ada.say("hello")
                    self.assertEqual((ada.hear(), grace.hear()), ("hello", "hello"))
                    grace.say("hello yourself")
                    self.assertEqual((ada.hear(), grace.hear()), ("hello yourself", "hello yourself"))

    def test_10_events(self):
        with Example("10_events") as server:
            self.assertIn("new EventSource", server.get("/")[1])
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request("GET", "/ticks", headers={"Last-Event-ID": "41"})
            ticks = connection.getresponse()
            self.assertEqual(ticks.headers["Content-Type"], "text/event-stream")
            lines = [ticks.readline().decode().rstrip("\n") for _ in range(8)]
            self.assertEqual(lines, ["retry: 500", "", "id: 42", "data: 42", "", "id: 43", "data: 43", ""])
            connection.close()

    def test_11_upload(self):
        with tempfile.TemporaryDirectory() as folder, Example("11_upload", folder) as server:
            content = "0123456789abcdef" * 200_000
            self.assertEqual(server.ask("PUT", "/files/film.mkv", content)[:2], (201, f"{len(content)} bytes\n"))
            self.assertEqual(server.ask("PUT", "/files/film.mkv", content)[0], 201)
            self.assertEqual((Path(folder) / "film.mkv").read_text(), content)
            self.assertEqual(server.ask("PUT", "/files/..", "x")[0], 405)  # a dot segment: it is "/"
            self.assertEqual(server.ask("PUT", "/files/.hidden", "x")[:2], (400, "that is no file name\n"))
            _, text, fields = server.ask("GET", "/files/film.mkv")
            self.assertEqual((text, fields["Content-Disposition"]), (content, "attachment"))
            self.assertEqual(os.listdir(folder), ["film.mkv"])

    def test_11_upload_of_forms(self):
        with tempfile.TemporaryDirectory() as folder, Example("11_upload", folder) as server:
            self.assertIn('<input type="file"', server.get("/")[1])
            self.assertEqual(server.get("/files"), (200, "[]"))
            content = b"-b--\r\n--" * 300_000
            form = part("", b"") + part("C:\\\\a b.jpg", content) + part("../../ä", b"") + b"--b--\r\n"
            self.assertEqual(server.send_form(form)[:2], (201, "Files stored: 2\n"))
            self.assertEqual((Path(folder) / "a b.jpg").read_bytes(), content)
            self.assertEqual(sorted(json.loads(server.get("/files")[1]), key=str),
                             [{"name": "a b.jpg", "size": len(content)}, {"name": "ä", "size": 0}])
            self.assertEqual(server.send_form(part("a b.jpg", b"x") + b"--b--")[:2], (409, "a b.jpg is there already\n"))
            self.assertEqual(server.send_form(part("c", b"x"))[:2], (400, "The form ends before its last boundary\n"))
            self.assertEqual(server.send_form(form, Origin="http://elsewhere.example")[0], 403)
            self.assertEqual(server.ask("POST", "/files", "x")[0], 415)
            self.assertEqual((Path(folder) / "a b.jpg").read_bytes(), content)

    def test_11_upload_that_breaks_off(self):
        with tempfile.TemporaryDirectory() as folder, Example("11_upload", folder) as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
                client.sendall(b"PUT /files/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc")
                client.shutdown(socket.SHUT_WR)
                self.assertEqual(client.recv(1), b"")
            self.assertEqual(os.listdir(folder), [])

    def test_12_streaming_proxy(self):
        with Example("12_streaming_proxy") as server:
            content = server.opened("/slow")
            self.assertEqual(content.headers["Content-Length"], str(20 * len("a line of the slow server\n")))
            self.assertEqual(content.readline(), b"a line of the slow server\n")
            self.assertEqual(server.get("/connections"), (200, "open 1\n"))
            self.assertEqual(content.read(), b"a line of the slow server\n" * 19)

    def test_12_streaming_proxy_whose_client_leaves(self):
        with Example("12_streaming_proxy") as server:
            content = server.opened("/slow")
            content.readline()
            content.close()
            deadline = time.monotonic() + 30
            while server.get("/connections")[1] == "open 1\n":
                self.assertLess(time.monotonic(), deadline, "the connection to the other server stays")
                time.sleep(0.01)  # polling another process; there is no event to wait for
            self.assertEqual(server.get("/connections")[1], "open 0\nclient_aborted 1\n")

    def test_12_streaming_proxy_whose_other_server_breaks(self):
        with Example("12_streaming_proxy") as server:
            with self.assertRaises((http.client.IncompleteRead, ConnectionResetError)):
                server.opened("/broken").read()

    def test_13_blocking_work(self):
        with Example("13_blocking_work") as server:
            self.assertEqual(server.get("/primes/100"), (200, "25\n"))
            self.assertEqual(server.get("/primes/10000001"), (400, "that would take too long\n"))
            self.assertIn("127.0.0.1\n", server.get("/addresses/127.0.0.1")[1])
            self.assertEqual(server.get("/addresses/0.0.0.0.0")[0], 404)

    def test_13_blocking_work_holds_up_nobody(self):
        with Example("13_blocking_work") as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=60) as busy:
                busy.sendall(b"GET /primes/5000000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                self.assertEqual(server.get("/"), (200, "at your service\n"))
                self.assertEqual(select.select([busy], [], [], 0)[0], [])  # its answer comes later
                with busy.makefile("rb") as answer:
                    self.assertTrue(answer.read().endswith(b"\r\n\r\n348513\n"))


def part(filename, content):
    """A part of a form whose boundary is b, with a file."""
    return (b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + filename.encode() + b"\"\r\n"
            b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")


class Chatter:
    """A client of the smallest WebSocket there is: short text in one frame."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)

    def __enter__(self):
        self.socket.sendall(b"GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        self.incoming = self.socket.makefile("rb")
        assert self.incoming.readline().startswith(b"HTTP/1.1 101 ")
        while self.incoming.readline() != b"\r\n":
            pass
        return self

    def __exit__(self, *_):
        self.incoming.close()
        self.socket.close()

    def say(self, text):
        key = b"\x01\x02\x03\x04"
        masked = bytes(byte ^ key[i % 4] for i, byte in enumerate(text.encode()))
        self.socket.sendall(bytes([0x81, 0x80 | len(masked)]) + key + masked)

    def hear(self):
        kind, size = self.incoming.read(2)
        assert kind == 0x81 and size < 126
        return self.incoming.read(size).decode()


if __name__ == "__main__":
    if not any((BUILD / "bin" / "examples").glob("[0-9]*")):
        print(f"skipped: {BUILD} has no examples")
        sys.exit(SKIPPED)
    for taken in (8080, 7007):
        if accepts(taken):
            print(f"skipped: somebody listens on port {taken} already")
            sys.exit(SKIPPED)
    unittest.main(verbosity=2)
