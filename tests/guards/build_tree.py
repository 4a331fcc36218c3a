# SPDX-License-Identifier: BSL-1.0
"""The build tree that is tested: where its programs are, and what it was made with. CTest says which; by hand it is
that of the preset `release`."""

import os
import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]


class BuildTree:
    def __init__(self):
        self.path = Path(os.environ.get("ASIO_HTTPD_BUILD") or SOURCE / "build" / "release")
        self._cache = (self.path / "CMakeCache.txt").read_text()

    def variable(self, name):
        """A variable of the cache, or ""."""
        found = re.search(rf"^{name}:\w+=(.*)$", self._cache, re.M)
        return found[1] if found else ""

    @property
    def sanitizers(self):
        return self.variable("ASIO_HTTPD_SANITIZE")

    @property
    def flags(self):
        """How files are compiled: "-O2 -g1 -DNDEBUG"."""
        kind = self.variable("CMAKE_BUILD_TYPE").upper()
        return " ".join([self.variable("CMAKE_CXX_FLAGS"), self.variable(f"CMAKE_CXX_FLAGS_{kind}")]).strip()

    def program(self, name="asio_httpd"):
        return self.path / "bin" / name

    def fixture(self, name):
        return self.path / "bin" / "tests" / name
