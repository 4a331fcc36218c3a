#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The test `layering`: dependencies between the floors of lib/src point downwards only.

Reads the #include lines of lib/include and lib/src and prints, for each line that breaks a rule, where it is, which
rule that is, and how to repair it. Exit code 1 when there is one. It compiles nothing and needs nothing but Python.

    layering.py ROOT          check the tree below ROOT
    layering.py --self-test   check this script: each rule against a made-up tree that breaks it
"""

import re
import sys
import tempfile
from pathlib import Path

# Which floors a floor may include, besides itself. `features` is built on the public headers alone.
FLOORS = {
    "base": [],
    "http": ["base"],
    "http1": ["base", "http"],
    "http2": ["base", "http"],
    "websocket": ["base", "http"],
    "routing": ["base", "http"],
    "net": ["base"],
    "tls": ["base", "net"],
    "features": [],
    "server": ["base", "http", "http1", "http2", "websocket", "routing", "net", "tls", "features"],
    "testing": ["base", "http", "http1", "http2", "websocket", "routing", "net", "tls", "features", "server"],
}

# The public headers of the floor `testing`, which nobody else includes.
KIT = re.compile(r"asio_httpd/testing(\.hpp$|/)")

# The floors that know nothing of I/O: they may not even contain the word.
NO_ASIO = ["base", "http", "http1", "http2", "websocket"]

RULES = {
    "arrow": (
        "a floor includes only itself and lower floors: base < http < http1; routing above http; net above base; "
        "features on public headers; server above all, and testing above server. Only these two know both net/ and a "
        "codec.",
        "move what is needed to a lower floor, or have server/ pass it in as a value or a function",
    ),
    "features": (
        'features/ is built on <asio_httpd/...> and its own "features/..." files only',
        "if a feature needs more, the public API lacks something: add it there",
    ),
    "spelling": (
        'private headers are included as "floor/file.hpp", public ones as <asio_httpd/file.hpp>',
        "write the path from lib/src or lib/include, without ../",
    ),
    "missing": (
        "an included file of ours exists",
        "correct the name, or add the file",
    ),
    "public": (
        "a public header includes no private one",
        "make it public, or declare the type and keep the rest in the .cpp file",
    ),
    "asio": (
        "base/, http/ and the codecs do not contain the word asio (other than asio_httpd), and reach no Asio header",
        "take the time, the bytes and the error as plain values; I/O belongs to net/ and server/",
    ),
    "std": (
        "base/ needs the standard library only",
        "move the file up to the floor that needs Boost",
    ),
    "json": (
        "nlohmann_json is known to <asio_httpd/json.hpp> and features/ only",
        "pass plain structs, and turn them into JSON in features/",
    ),
    "openssl": (
        "TLS, that is <openssl/ssl.h>, is known to tls/ only",
        "have tls/ do it behind net/transport.hpp, or by a function of plain values",
    ),
    "umbrella": (
        "public headers do not include all of <boost/asio.hpp>: it takes two seconds to compile",
        "include the few headers that are needed, for example <boost/asio/awaitable.hpp>",
    ),
    "kit": (
        "<asio_httpd/testing...> is for those who write tests: no other part of the library includes it",
        "move what is needed out of testing/",
    ),
    "tools": (
        "the library uses neither Beast nor a test framework",
        "these belong to tests/",
    ),
    "floor": (
        "every file of lib/src lies on a floor that this test knows",
        "put it into one of: " + ", ".join(FLOORS) + "; a new floor is added to FLOORS in tests/layering.py",
    ),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# The word, also inside boost_asio, but neither asio_httpd nor "occasion".
ASIO = re.compile(r"(?<![a-z])asio(?!_httpd|[a-z])", re.IGNORECASE)

# The one file outside the floors: the compiled half of Asio itself.
NOT_ON_A_FLOOR = ["lib/src/asio.cpp"]


class Tree:
    """The files of one source tree, their includes, and what was found wrong."""

    def __init__(self, root):
        self.root = Path(root)
        self.public = self.root / "lib/include"
        self.private = self.root / "lib/src"
        self.findings = []  # (rule, file, line number, line)

    def files(self, folder):
        return sorted(p for p in folder.rglob("*") if p.suffix in (".hpp", ".cpp", ".ipp", ".h"))

    @staticmethod
    def lines(file):
        return file.read_text(encoding="utf-8").splitlines()

    def includes(self, file):
        """(line number, line, quote, included path) of each #include."""
        for number, line in enumerate(self.lines(file), 1):
            match = INCLUDE.match(line)
            if match:
                yield number, line, match[1], match[2]

    def report(self, rule, file, number, line):
        self.findings.append((rule, file.relative_to(self.root), number, line.strip()))

    # -- the two kinds of files ---------------------------------------------------------------------------------

    def check(self):
        for file in self.files(self.public):
            self.check_public(file)
        for file in self.files(self.private):
            name = file.relative_to(self.root).as_posix()
            if name not in NOT_ON_A_FLOOR:
                self.check_private(file)
        return self.findings

    def check_public(self, file):
        in_kit = KIT.match(file.relative_to(self.public).as_posix())
        for number, line, quote, path in self.includes(file):
            if quote == '"' or path.split("/")[0] in FLOORS:
                self.report("public", file, number, line)
            elif path.startswith("asio_httpd/"):
                self.check_exists(file, number, line, quote, path)
                self.check_kit(in_kit, file, number, line, path)
            elif path == "boost/asio.hpp":
                self.report("umbrella", file, number, line)
            else:
                self.check_foreign(file, number, line, path, json_allowed=file.name == "json.hpp")

    def check_private(self, file):
        floor = file.relative_to(self.private).parts[0]
        if floor not in FLOORS:
            self.report("floor", file, 1, f"lib/src/{floor}")
            return
        for number, line, quote, path in self.includes(file):
            first = path.split("/")[0]
            if first == "asio_httpd":
                self.check_exists(file, number, line, quote, path)
                self.check_kit(floor == "testing", file, number, line, path)
                self.check_reaches_no_asio(floor, file, number, line, path)
            elif quote == '"' or first in FLOORS:
                self.check_arrow(floor, file, number, line, quote, path)
            else:
                self.check_foreign(file, number, line, path, json_allowed=floor == "features")
                if floor == "base" and first == "boost":
                    self.report("std", file, number, line)
        if floor in NO_ASIO:
            self.check_word(file)

    # -- one rule each ------------------------------------------------------------------------------------------

    def check_exists(self, file, number, line, quote, path):
        if quote == '"':
            self.report("spelling", file, number, line)
        elif not (self.public / path).is_file():
            self.report("missing", file, number, line)

    def check_kit(self, in_kit, file, number, line, path):
        if KIT.match(path) and not in_kit:
            self.report("kit", file, number, line)

    def check_arrow(self, floor, file, number, line, quote, path):
        target = path.split("/")[0]
        if target not in FLOORS or quote == "<" or ".." in path.split("/"):
            self.report("spelling", file, number, line)
        elif target != floor and target not in FLOORS[floor]:
            self.report("features" if floor == "features" else "arrow", file, number, line)
        elif not (self.private / path).is_file():
            self.report("missing", file, number, line)

    def check_foreign(self, file, number, line, path, json_allowed):
        if path == "openssl/ssl.h" and self.private / "tls" not in file.parents:
            self.report("openssl", file, number, line)
        if path.startswith("nlohmann/") and not json_allowed:
            self.report("json", file, number, line)
        if re.match(r"boost/beast|doctest|gtest|benchmark/", path):
            self.report("tools", file, number, line)

    def check_word(self, file):
        for number, line in enumerate(self.lines(file), 1):
            if ASIO.search(line):
                self.report("asio", file, number, line)

    def check_reaches_no_asio(self, floor, file, number, line, path):
        chain = self.chain_to_asio(path, []) if floor in NO_ASIO else None
        if chain:
            self.report("asio", file, number, line.strip() + "  ->  " + "  ->  ".join(chain[1:]))

    def chain_to_asio(self, path, seen):
        """The public headers from `path` to one of Asio's, or None. Follows <asio_httpd/...> only."""
        header = self.public / path
        if path in seen or not header.is_file():
            return None
        for _, _, _, included in self.includes(header):
            if included.startswith("boost/asio"):
                return seen + [path, included]
            if included.startswith("asio_httpd/"):
                chain = self.chain_to_asio(included, seen + [path])
                if chain:
                    return chain
        return None


def explain(findings):
    for rule in RULES:
        broken = [finding for finding in findings if finding[0] == rule]
        if not broken:
            continue
        text, repair = RULES[rule]
        print(f"\nrule `{rule}`: {text}")
        for _, file, number, line in broken:
            print(f"  {file}:{number}: {line}")
        print(f"  how to repair: {repair}")


# -- the self test ----------------------------------------------------------------------------------------------

# A tree in which everything is allowed ...
SOUND = {
    "lib/include/asio_httpd/method.hpp": "#include <string>",
    "lib/include/asio_httpd/handler.hpp": "#include <asio_httpd/method.hpp>\n#include <boost/asio/awaitable.hpp>",
    "lib/include/asio_httpd/json.hpp": "#include <nlohmann/json.hpp>",
    "lib/src/asio.cpp": "#include <boost/asio/impl/src.hpp>",
    "lib/src/base/ascii.hpp": "// on occasion, namespace asio_httpd::base\n#include <array>",
    "lib/src/http/date.hpp": '#include "base/ascii.hpp"',
    "lib/src/http/date.cpp": '#include "http/date.hpp"\n#include <asio_httpd/method.hpp>',
    "lib/src/http1/engine.hpp": '#include "http/date.hpp"\n#include "base/ascii.hpp"',
    "lib/src/routing/tree.cpp": '#include "http/date.hpp"\n#include <asio_httpd/handler.hpp>',
    "lib/src/net/listener.hpp": '#include "base/ascii.hpp"\n#include <boost/asio/ip/tcp.hpp>',
    "lib/src/tls/transport.cpp": '#include "net/listener.hpp"\n#include <openssl/ssl.h>',
    "lib/src/features/status.hpp": "#include <asio_httpd/handler.hpp>",
    "lib/src/features/status.cpp": '#include "features/status.hpp"\n#include <nlohmann/json.hpp>',
    "lib/src/server/connection.cpp": '#include "net/listener.hpp"\n#include "http1/engine.hpp"\n'
    '#include "features/status.hpp"',
    "lib/include/asio_httpd/testing/answer.hpp": "#include <asio_httpd/method.hpp>",
    "lib/include/asio_httpd/testing.hpp": "#include <asio_httpd/testing/answer.hpp>",
    "lib/src/testing/answer.cpp": '#include <asio_httpd/testing/answer.hpp>\n#include "server/connection.cpp"',
}

# ... and single lines that break it: (rule, file, line).
BREAKS = [
    ("arrow", "lib/src/base/x.cpp", '#include "http/date.hpp"'),
    ("arrow", "lib/src/http/x.cpp", '#include "http1/engine.hpp"'),
    ("arrow", "lib/src/http1/x.cpp", '#include "routing/tree.cpp"'),
    ("arrow", "lib/src/routing/x.cpp", '#include "http1/engine.hpp"'),
    ("arrow", "lib/src/routing/x.cpp", '#include "net/listener.hpp"'),
    ("arrow", "lib/src/net/x.cpp", '#include "http/date.hpp"'),
    ("arrow", "lib/src/net/x.cpp", '#include "http1/engine.hpp"'),
    ("arrow", "lib/src/net/x.cpp", '  #  include "routing/tree.cpp"'),
    ("arrow", "lib/src/routing/x.cpp", '#include "server/connection.cpp"'),
    ("arrow", "lib/src/net/x.cpp", '#include "tls/transport.cpp"'),
    ("features", "lib/src/features/x.cpp", '#include "base/ascii.hpp"'),
    ("features", "lib/src/features/x.cpp", '#include "net/listener.hpp"'),
    ("spelling", "lib/src/http/x.cpp", '#include "date.hpp"'),
    ("spelling", "lib/src/http/x.cpp", '#include "../base/ascii.hpp"'),
    ("spelling", "lib/src/http/x.cpp", "#include <base/ascii.hpp>"),
    ("spelling", "lib/src/routing/x.cpp", '#include "asio_httpd/method.hpp"'),
    ("missing", "lib/src/http/x.cpp", '#include "http/nothing.hpp"'),
    ("missing", "lib/src/http/x.cpp", "#include <asio_httpd/nothing.hpp>"),
    ("public", "lib/include/asio_httpd/x.hpp", '#include "http/date.hpp"'),
    ("public", "lib/include/asio_httpd/x.hpp", "#include <http/date.hpp>"),
    ("asio", "lib/src/base/x.hpp", "namespace asio = boost::asio;"),
    ("asio", "lib/src/http/x.hpp", "#ifdef BOOST_ASIO_HAS_CO_AWAIT"),
    ("asio", "lib/src/http1/x.hpp", "#include <boost/asio/buffer.hpp>"),
    ("asio", "lib/src/http1/x.hpp", "#include <asio_httpd/handler.hpp>"),
    ("std", "lib/src/base/x.hpp", "#include <boost/system/result.hpp>"),
    ("json", "lib/src/server/x.hpp", "#include <nlohmann/json.hpp>"),
    ("json", "lib/include/asio_httpd/x.hpp", "#include <nlohmann/json_fwd.hpp>"),
    ("openssl", "lib/src/server/x.cpp", "#include <openssl/ssl.h>"),
    ("openssl", "lib/include/asio_httpd/x.hpp", "#include <openssl/ssl.h>"),
    ("umbrella", "lib/include/asio_httpd/x.hpp", "#include <boost/asio.hpp>"),
    ("arrow", "lib/src/server/x.cpp", '#include "testing/answer.cpp"'),
    ("kit", "lib/src/server/x.cpp", "#include <asio_httpd/testing.hpp>"),
    ("kit", "lib/src/http/x.cpp", "#include <asio_httpd/testing/answer.hpp>"),
    ("kit", "lib/include/asio_httpd/x.hpp", "#include <asio_httpd/testing/answer.hpp>"),
    ("tools", "lib/src/server/x.cpp", "#include <boost/beast/core.hpp>"),
    ("floor", "lib/src/misc/x.cpp", "#include <string>"),
]


def rules_broken_by(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            file = Path(root) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n", encoding="utf-8")
        return {finding[0] for finding in Tree(root).check()}


def self_test():
    wrong = []
    if rules_broken_by(SOUND):
        wrong.append(f"the sound tree breaks {rules_broken_by(SOUND)}")
    for rule, file, line in BREAKS:
        broken = rules_broken_by({**SOUND, file: line})
        if broken != {rule}:
            wrong.append(f"`{line}` in {file} breaks {broken or 'nothing'}, expected {rule}")
    untested = RULES.keys() - {rule for rule, _, _ in BREAKS}
    if untested:
        wrong.append(f"no case for {untested}")
    for text in wrong:
        print(text)
    print(f"self test: {len(BREAKS) + 1} trees, {len(wrong)} wrong")
    return 1 if wrong else 0


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    if sys.argv[1] == "--self-test":
        return self_test()
    tree = Tree(sys.argv[1])
    files = len(tree.files(tree.public)) + len(tree.files(tree.private))
    if files == 0:
        print(f"no sources below {tree.root}")
        return 2
    findings = tree.check()
    explain(findings)
    print(f"layering: {files} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
