# SPDX-License-Identifier: BSL-1.0
#
# TLS and HTTP/2 of the program, as curl, nghttp, h2load and openssl speak them, with certificates that openssl made.
#
# The program is at $ASIO_HTTPD_BIN. As in binary_test.py, nothing sleeps for a fixed time.

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from binary_test import PATIENCE, Server, run, wait_until


def command(*words, **options):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE, check=False, **options)


class Authority:
    """Signs certificates; all of them in one folder, by name: NAME.pem and NAME.key."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.file = self.make("ca", "/CN=test ca", self_signed=True)

    def openssl(self, *words):
        done = command("openssl", *words, cwd=self.folder)
        if done.returncode != 0:
            raise AssertionError(f"openssl {words}: {done.stderr}")
        return done.stdout

    def make(self, name, subject, *names, self_signed=False):
        """For these names; returns the file of the certificate."""
        extension = ["-addext", "subjectAltName=" + ",".join(f"DNS:{one}" for one in names)] if names else []
        signer = [] if self_signed else ["-CA", "ca.pem", "-CAkey", "ca.key"]
        if not self_signed:
            extension += ["-addext", "basicConstraints=critical,CA:FALSE"]
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days",
                     "30", "-subj", subject, *extension, *signer, "-keyout", f"{name}.key", "-out", f"{name}.pem")
        return self.folder / f"{name}.pem"

    def pair(self, name):
        return ["--tls-cert", self.folder / f"{name}.pem", "--tls-key", self.folder / f"{name}.key"]

    def entry(self, name):
        return {"certificate": f"{name}.pem", "key": f"{name}.key"}

    def serial(self, name):
        return self.openssl("x509", "-in", f"{name}.pem", "-noout", "-serial").strip()


class TlsServer(Server):
    """The program with a listener that has TLS, at `port`, and perhaps one without, at `plain_port`."""

    def __init__(self, *arguments, listeners=1, **options):
        super().__init__(*arguments, listen=None, **options)
        self.err.wait_for(r"(?:[^\n]*serving [^\n]*\n){%d}" % listeners)
        ports = {scheme: int(port) for scheme, port in re.findall(r"on (https?)://\S*?:(\d+)", self.err.text)}
        self.port, self.plain_port = ports.get("https"), ports.get("http")

    def __enter__(self):
        return self


class TlsCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="asio_httpd_")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.site = self.folder / "site"
        self.site.mkdir()
        (self.site / "index.html").write_text("hello\n")
        self.authority = Authority(self.folder)
        self.authority.make("server", "/CN=localhost", "localhost")

    def serve(self, *arguments, **options):
        server = TlsServer(*arguments, **options)
        self.addCleanup(server.__exit__)
        return server

    def serve_with_tls(self, *more, name="server"):
        return self.serve(*self.authority.pair(name), "-l", "127.0.0.1:0", self.site, *more)

    def serve_config(self, config, **options):
        file = self.folder / "site.json"
        file.write_text(json.dumps({"directory": "site", **config}))
        return self.serve("--config", file, **options)

    def curl(self, server, *words, name="localhost", path="/", scheme="https", port=None):
        """Status, version, content and head of an answer, or the complaint of curl."""
        port = port or server.port
        done = command("curl", "-sS", "-D", self.folder / "head", "--cacert", self.authority.file, "--resolve",
                       f"{name}:{port}:127.0.0.1", "-w", "%{stderr}%{http_code} %{http_version}", *words,
                       f"{scheme}://{name}:{port}{path}")
        done.head = (self.folder / "head").read_bytes().decode() if (self.folder / "head").exists() else ""
        return done

    def s_client(self, server, *words):
        return command("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", *words).stdout

    def serial_shown(self, server, name="localhost"):
        """Of the certificate that a client gets who asks for that name."""
        shown = self.s_client(server, "-servername", name)
        found = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", shown, re.S)
        done = subprocess.run(["openssl", "x509", "-noout", "-serial"], input=found[0], capture_output=True, text=True,
                              check=True)
        return done.stdout.strip()

    def status_of(self, server):
        return json.loads(self.curl(server, path="/status").stdout)


class Protocols(TlsCase):
    def test_curl_speaks_each_version_with_tls(self):
        server = self.serve_with_tls()
        for words, version in ((["--http2"], "2"), (["--http1.1"], "1.1"), (["--http1.0", "--no-alpn"], "1.1"),
                               (["--http2-prior-knowledge"], "2"), (["--no-alpn"], "1.1"),
                               (["--tls-max", "1.2"], "2"), (["--tlsv1.3"], "2")):
            with self.subTest(words=words):
                done = self.curl(server, *words)
                self.assertEqual((done.stdout, done.stderr), ("hello\n", f"200 {version}"))

    def test_curl_speaks_each_version_without_tls(self):
        server = self.serve("-l", "127.0.0.1:0", self.site)
        for words, version in ((["--http2-prior-knowledge"], "2"), (["--http1.1"], "1.1"), (["--http2"], "1.1")):
            with self.subTest(words=words):
                done = self.curl(server, *words, scheme="http", port=server.plain_port)
                self.assertEqual((done.stdout, done.stderr), ("hello\n", f"200 {version}"))

    def test_http2_can_be_left_away(self):
        server = self.serve_config({"listen": {"address": "127.0.0.1:0", "tls": {
            "certificates": self.authority.entry("server"), "http2": False}}})
        self.assertEqual(self.curl(server, "--http2").stderr, "200 1.1")

    def test_nghttp(self):
        server = self.serve_with_tls()
        done = command("nghttp", "-v", f"https://127.0.0.1:{server.port}/")
        self.assertIn(":status: 200", done.stdout)
        self.assertIn("hello\n", done.stdout)

    def test_the_least_version(self):
        server = self.serve_config({"listen": {"address": "127.0.0.1:0", "tls": {
            "certificates": self.authority.entry("server"), "minimum": "1.3"}}})
        self.assertEqual(self.curl(server).stderr, "200 2")
        self.assertNotEqual(self.curl(server, "--tls-max", "1.2").returncode, 0)

    def test_a_session_is_resumed_and_counted(self):
        server = self.serve_with_tls()
        context = ssl.create_default_context(cafile=str(self.authority.file))
        session = None
        for resumed in (False, True):
            with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
                with context.wrap_socket(plain, server_hostname="localhost", session=session) as tls:
                    tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    while tls.recv(4096):
                        pass
                    self.assertEqual(tls.session_reused, resumed)
                    session = tls.session
        counts = self.status_of(server)["tls"]
        self.assertEqual((counts["handshakes"], counts["resumed"], counts["failed"]), (3, 1, 0))
        self.assertEqual(counts["by_version"], {"TLSv1.2": 0, "TLSv1.3": 3})
        self.assertEqual(counts["by_protocol"], {"h2": 1, "http/1.1": 0, "none": 2})

    def test_plain_http_to_a_port_with_tls_is_told_so(self):
        server = self.serve_with_tls()
        done = self.curl(server, scheme="http")
        self.assertEqual(done.stderr, "400 1.1")
        self.assertIn("TLS", done.stdout)
        wait_until(lambda: self.status_of(server)["connections"]["closed"]["tls_handshake"] == 1, "the count")

    def test_what_is_no_tls_at_all(self):
        server = self.serve_with_tls()
        with server.connect() as connection:
            connection.sendall(b"\x00" * 64)
            connection.settimeout(PATIENCE)
            while connection.recv(4096):  # an alert, or nothing
                pass
        self.assertEqual(self.curl(server).stderr, "200 2")


class Certificates(TlsCase):
    def test_the_one_for_the_name_that_is_asked_for(self):
        names = {"a": ["a.test"], "b": ["b.test", "www.b.test"], "c": ["*.c.test"]}
        for name, hosts in names.items():
            self.authority.make(name, f"/CN={name}", *hosts)
        pairs = [word for name in names for word in self.authority.pair(name)]
        server = self.serve(*pairs, "-l", "127.0.0.1:0", self.site)
        for host, name in (("a.test", "a"), ("b.test", "b"), ("www.b.test", "b"), ("x.c.test", "c"), ("d.test", "a")):
            with self.subTest(host=host):
                self.assertEqual(self.serial_shown(server, host), self.authority.serial(name))
        self.assertEqual(self.curl(server, name="www.b.test").stderr, "200 2")
        self.assertNotEqual(self.curl(server, name="d.test").returncode, 0)

    def replace(self, name, by):
        """As programs that renew certificates do it: each file at once."""
        for ending in (".key", ".pem"):
            fresh = self.folder / f"{name}{ending}.fresh"
            shutil.copy(self.folder / f"{by}{ending}", fresh)
            fresh.rename(self.folder / f"{name}{ending}")

    def test_a_certificate_is_replaced_under_load(self):
        self.authority.make("renewed", "/CN=localhost", "localhost")
        old, new = self.authority.serial("server"), self.authority.serial("renewed")
        server = self.serve_with_tls()
        self.assertEqual(self.serial_shown(server), old)
        load = subprocess.Popen(["h2load", "-t1", "-c4", "-m8", "-D4", f"https://127.0.0.1:{server.port}/"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wait_until(lambda: self.status_of(server)["requests"]["total"] > 100, "load")
        self.replace("server", "renewed")
        wait_until(lambda: self.serial_shown(server) == new, "the certificate that came")
        self.assertIsNone(load.poll(), "the load had ended before")
        output, _ = load.communicate(timeout=PATIENCE)
        done = re.search(r"(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored", output)
        self.assertEqual((done[1], done[3], done[4]), (done[2], "0", "0"), output)

    def test_a_pair_that_does_not_fit_is_refused_at_the_start(self):
        self.authority.make("other", "/CN=other", "other.test")
        code, _, errors = run("--tls-cert", self.folder / "server.pem", "--tls-key", self.folder / "other.key", "-l",
                              "127.0.0.1:0")
        self.assertEqual(code, 2)
        self.assertRegex(errors, r"\Aasio_httpd: [^\n]*other\.key[^\n]*\n\Z")
        file = self.folder / "site.json"
        pair = {"certificate": "server.pem", "key": "other.key"}
        file.write_text(json.dumps({"listen": {"address": "0", "tls": {"certificates": pair}}}))
        code, _, errors = run("--config", file, "--check")
        self.assertEqual(code, 2)
        self.assertRegex(errors, r"\Aasio_httpd: [^\n]*site\.json:1: [^\n]*other\.key[^\n]*\n\Z")

    def test_a_file_that_is_no_certificate_is_refused_at_the_start(self):
        (self.folder / "bad.pem").write_text("no certificate\n")
        for certificate, key in (("bad.pem", "server.key"), ("server.pem", "bad.pem")):
            code, _, errors = run("--tls-cert", self.folder / certificate, "--tls-key", self.folder / key)
            self.assertEqual(code, 2)
            self.assertRegex(errors, r"\Aasio_httpd: [^\n]*bad\.pem[^\n]*\n\Z")

    def test_a_pair_that_does_not_fit_later_is_told_and_the_old_one_stays(self):
        self.authority.make("other", "/CN=other", "other.test")
        server = self.serve_with_tls()
        before = self.serial_shown(server)
        shutil.copy(self.folder / "other.key", self.folder / "server.key")
        told = re.compile(r"(warning|error) [^\n]*server\.(key|pem)")

        def is_told():  # files are looked at when a client comes
            self.assertEqual(self.serial_shown(server), before)
            return told.search(server.err.text)

        wait_until(is_told, "a line of the log")
        self.assertEqual(self.curl(server).stderr, "200 2")

    def test_one_that_the_program_makes_is_kept(self):
        environment = {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}
        environment.pop("STATE_DIRECTORY", None)
        seen = set()
        for _ in range(2):
            server = self.serve("--tls-self-signed", "-l", "127.0.0.1:0", self.site, env=environment)
            file = server.err.wait_for(r"made the certificate itself: (\S+)")[1]
            self.assertTrue(pathlib.Path(file).is_relative_to(self.folder / "state" / "asio_httpd"))
            self.assertEqual(self.curl(server, "--cacert", file).stderr, "200 2")
            seen.add(self.serial_shown(server))
            self.assertEqual(server.stop(), 0)
        self.assertEqual(len(seen), 1)

    def test_clients_show_theirs(self):
        self.authority.make("alice", "/O=Example/CN=alice")
        stranger = Authority(tempfile.mkdtemp(dir=self.folder))
        stranger.make("mallory", "/CN=mallory")
        log = self.folder / "access.log"
        tls = {"certificates": self.authority.entry("server"), "clients": "required", "client_ca": "ca.pem"}
        server = self.serve_config({"listen": {"address": "127.0.0.1:0", "tls": tls}, "access_log": str(log),
                                    "access_log_format": "json"})
        alice = ["--cert", self.folder / "alice.pem", "--key", self.folder / "alice.key"]
        self.assertEqual(self.curl(server, *alice).stderr, "200 2")
        mallory = ["--cert", stranger.folder / "mallory.pem", "--key", stranger.folder / "mallory.key"]
        for nobody in ([], mallory):
            self.assertNotEqual(self.curl(server, *nobody).returncode, 0)
        line = json.loads(wait_until(lambda: log.exists() and log.read_text(), "a line of the log").splitlines()[0])
        self.assertEqual(line["protocol"], "HTTP/2.0")
        self.assertEqual(line["tls"]["client"], "CN=alice,O=Example")
        self.assertEqual((line["tls"]["version"], line["tls"]["server_name"], line["tls"]["protocol"]),
                         ("TLSv1.3", "localhost", "h2"))


class LedToTls(TlsCase):
    def serve_both(self, config):
        return self.serve_config({"listen": ["127.0.0.1:0", {"address": "127.0.0.1:0", "tls": {
            "certificates": self.authority.entry("server")}}], **config}, listeners=2)

    def test_the_redirect(self):
        server = self.serve_both({"https_redirect": 8443})
        done = self.curl(server, path="/a?b=%20", scheme="http", port=server.plain_port)
        self.assertEqual(done.stderr, "308 1.1")
        self.assertIn("location: https://localhost:8443/a?b=%20\r\n", done.head.replace("Location", "location"))
        self.assertEqual(self.curl(server).stderr, "200 2")
        done = self.curl(server, path="/status/ready", scheme="http", port=server.plain_port)
        self.assertEqual(done.stderr, "200 1.1")

    def test_a_host_that_is_none(self):
        server = self.serve_both({"https_redirect": 443})
        for host in ("evil.test/x", "a@evil.test", ""):
            done = self.curl(server, "-H", f"Host: {host}" if host else "Host;", scheme="http", port=server.plain_port)
            self.assertEqual(done.stderr, "400 1.1")
            self.assertNotIn("ocation:", done.head)

    def test_browsers_are_told_over_tls_only(self):
        server = self.serve_both({"hsts": {"max_age": "1h"}})
        said = "strict-transport-security: max-age=3600\r\n"
        self.assertIn(said, self.curl(server).head.lower())
        self.assertIn(said, self.curl(server, path="/none").head.lower())
        self.assertNotIn(said, self.curl(server, scheme="http", port=server.plain_port).head.lower())


class Scan(TlsCase):
    def test_nothing_old_and_nothing_weak_is_offered(self):
        server = self.serve_with_tls()
        found = command("sslscan", "--no-colour", f"127.0.0.1:{server.port}").stdout
        for version in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"):
            self.assertRegex(found, rf"{version} +disabled")
        for version in ("TLSv1.2", "TLSv1.3"):
            self.assertRegex(found, rf"{version} +enabled")
        self.assertNotIn("Compression enabled", found)
        self.assertRegex(found, "Session renegotiation not supported|Secure session renegotiation supported")
        accepted = re.findall(r"^(?:Preferred|Accepted) +\S+ +\d+ bits +(\S+)", found, re.M)
        self.assertGreaterEqual(len(accepted), 4)
        for cipher in accepted:
            self.assertRegex(cipher, r"^(TLS_|ECDHE-|DHE-).*(GCM|POLY1305|CHACHA20)")


if __name__ == "__main__":
    unittest.main(verbosity=2)
