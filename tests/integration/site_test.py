# SPDX-License-Identifier: BSL-1.0
#
# The bundled site in a real browser: headless Chromium, driven through its debugging pipe (the Chrome DevTools
# Protocol: JSON messages that end in NUL, on descriptors 3 and 4). Buttons are clicked, and what the page then shows is
# read. A page that breaks its own Content-Security-Policy, or throws, fails.
#
# The program is at $ASIO_HTTPD_BIN. Skipped (exit code 77) where no Chromium is installed. SCREENSHOTS=<folder> keeps
# pictures.

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

BINARY = os.environ.get("ASIO_HTTPD_BIN", "")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SCREENSHOTS = os.environ.get("SCREENSHOTS")
PATIENCE = 60


class Browser:
    """One tab. `call` sends a command and waits for its result; events are kept."""

    def __init__(self, profile):
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        self._log = open(pathlib.Path(profile) / "stderr", "w+", encoding="utf-8", errors="replace")

        def pipes():  # a detour, so that none is in the way of another
            high_in, high_out = os.dup(to_browser), os.dup(from_browser)
            os.dup2(high_in, 3)
            os.dup2(high_out, 4)

        self.process = subprocess.Popen(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             "--disable-background-networking", f"--user-data-dir={profile}", "--window-size=1000,1000", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._log, preexec_fn=pipes, close_fds=False)
        os.close(to_browser)
        os.close(from_browser)
        self.events = []
        self._pending = b""
        self._next_id = 0
        self._session = None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log"]:
            self.call(f"{domain}.enable")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._write)
        os.close(self._read)
        self._log.close()

    def _message(self):
        while b"\0" not in self._pending:
            piece = os.read(self._read, 1 << 16)
            if not piece:
                self._log.seek(0)
                raise AssertionError("the browser went away:\n" + self._log.read()[-2000:])
            self._pending += piece
        message, self._pending = self._pending.split(b"\0", 1)
        return json.loads(message)

    def call(self, command, **parameters):
        self._next_id += 1
        message = {"id": self._next_id, "method": command, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._next_id:
                if "error" in answer:
                    raise AssertionError(f"{command}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def value(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait_for(self, expression):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.value(f"!!({expression})"):
                return
            time.sleep(0.02)
        raise AssertionError(f"waited {PATIENCE} s for {expression}; the page shows:\n{self.value('document.body.innerText')}")

    def open(self, url):
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait_for(f"location.href === {json.dumps(url)} && document.readyState === 'complete'")

    def complaints(self):
        """What the page threw, and what the browser refused it."""
        thrown = [e["params"]["exceptionDetails"]["text"] for e in self.events if e["method"] == "Runtime.exceptionThrown"]
        entries = [e["params"]["entry"] for e in self.events if e["method"] == "Log.entryAdded"]
        return thrown + [e["text"] for e in entries if e["level"] in ("error", "warning")]

    def picture(self, name, dark=False):
        if not SCREENSHOTS:
            return
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", features=scheme)
        data = self.call("Page.captureScreenshot", format="png")["data"]
        (pathlib.Path(SCREENSHOTS) / f"{name}.png").write_bytes(base64.b64decode(data))


class SiteTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="asio_httpd_", ignore_cleanup_errors=True)
        self.addCleanup(holder.cleanup)
        self.browser = Browser(holder.name)
        self.addCleanup(self.browser.close)

    def serve(self, *arguments):
        server = subprocess.Popen([BINARY, "-l", "127.0.0.1:0", *arguments], stdin=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return server, re.search(r"http://[\d.:]+", server.stderr.readline())[0]

    def text(self, selector):
        return self.browser.value(f"document.querySelector({json.dumps(selector)}).innerText")

    def click(self, selector):
        self.browser.value(f"document.querySelector({json.dumps(selector)}).click()")

    def test_the_flag_page(self):
        _, url = self.serve()
        self.browser.open(url + "/flag.html")
        self.assertEqual(self.text("#flag"), "not asked yet")
        self.click("#fetch-flag")
        self.browser.wait_for("document.querySelector('#flag.got')")
        self.assertEqual(self.text("#flag"), "flag{asio_httpd}")
        self.click("#fetch-status")
        self.browser.wait_for("!document.querySelector('#status-text').hidden")
        report = json.loads(self.browser.value("document.querySelector('#status-text').textContent"))
        self.assertGreaterEqual(report["requests"]["total"], 2)
        self.assertEqual(self.browser.complaints(), [])
        self.browser.picture("flag")
        self.browser.picture("flag_dark", dark=True)

    def test_the_live_status(self):
        server, url = self.serve()
        self.browser.open(url + "/")
        self.assertTrue(self.browser.value("document.querySelector('#figures').hidden"))
        self.click("#watch")
        self.browser.wait_for("document.querySelector('#rate').textContent.match(/^[0-9.,]+$/)")
        self.assertEqual(self.text("#watch"), "Pause")
        self.assertIn("2xx", self.text("#classes"))
        self.assertIn("half within", self.text("#latency"))
        self.assertIn(f"process {server.pid}", self.text("#about"))
        self.assertEqual(self.browser.complaints(), [])
        self.browser.picture("welcome")
        self.browser.picture("welcome_dark", dark=True)
        self.click("#watch")
        self.assertEqual(self.text("#watch"), "Watch")

    def test_the_protocol_of_each_request(self):
        _, url = self.serve()
        self.browser.open(url + "/")
        self.browser.wait_for("document.querySelector('#protocols').innerText.includes('/app.js')")
        self.assertEqual(self.text("#came-how"), "By HTTP/1.1 without TLS. Each request of this page:")
        rows = dict(line.split("\t") for line in self.text("#protocols").splitlines())
        self.assertEqual(rows["/"], "HTTP/1.1")
        self.assertEqual(rows["/style.css"], "HTTP/1.1")
        self.click("#watch")
        self.browser.wait_for("/\\/status \\([2-9] times\\)/.test(document.querySelector('#protocols').innerText)")
        self.assertEqual(self.browser.complaints(), [])

    def test_a_server_that_went_away_is_told(self):
        server, url = self.serve()
        self.browser.open(url + "/")
        server.kill()
        server.wait()
        self.click("#watch")
        self.browser.wait_for("document.querySelector('#message.bad')")
        self.assertEqual(self.text("#message"), "The server does not answer.")

    def test_no_status(self):
        _, url = self.serve("--status", "off")
        self.browser.open(url + "/")
        self.click("#watch")
        self.browser.wait_for("document.querySelector('#message.bad')")
        self.assertIn("switched off", self.text("#message"))

    def test_status_elsewhere(self):
        _, url = self.serve("--status", "/internal/status")
        self.browser.open(url + "/flag.html")
        self.click("#fetch-status")
        self.browser.wait_for("!document.querySelector('#status-text').hidden")
        self.assertEqual(self.text("#status-note"), "From /internal/status.")


if __name__ == "__main__":
    if not CHROMIUM:
        print("no Chromium is installed")
        sys.exit(77)
    unittest.main(verbosity=2)
