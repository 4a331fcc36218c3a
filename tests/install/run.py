#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The tests install.*: builds and runs a program that uses the library from outside.

    run.py find_package | testing | add_subdirectory | pkg_config  --build DIR --cmake CMAKE --compiler CXX

All but add_subdirectory install the build in DIR into a temporary prefix, and then move that prefix: an installed
package must not depend on where it was first. add_subdirectory builds the library again, from the sources.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent


def run(*command, **environment):
    print("+", *command, flush=True)
    subprocess.run([str(word) for word in command], check=True, env={**os.environ, **environment})


def install(options, scratch):
    first, prefix = scratch / "first", scratch / "prefix"
    run(options.cmake, "--install", options.build, "--prefix", first)
    first.rename(prefix)
    return prefix


def build_with_cmake(options, scratch, folder, *arguments):
    run(options.cmake, "-G", "Ninja", "-S", HERE / folder, "-B", scratch / "build",
        f"-DCMAKE_CXX_COMPILER={options.compiler}", *arguments)
    run(options.cmake, "--build", scratch / "build", "--parallel", str(os.cpu_count() or 1))
    return scratch / "build" / "consumer"


def find_package(options, scratch):
    prefix = install(options, scratch)
    return build_with_cmake(options, scratch, "find_package", f"-DCMAKE_PREFIX_PATH={prefix}")


def testing(options, scratch):
    prefix = install(options, scratch)
    require_component(options, scratch)
    return build_with_cmake(options, scratch, "testing", f"-DCMAKE_PREFIX_PATH={prefix}")


def require_component(options, scratch):
    """The test kit can be installed, and so left out, by itself."""
    kit = scratch / "kit"
    run(options.cmake, "--install", options.build, "--prefix", kit, "--component", "testing")
    names = {path.stem for path in kit.rglob("*") if path.is_file()}
    if not {"libasio_httpd_testing", "testing"} <= names or "libasio_httpd" in names or "router" in names:
        raise RuntimeError(f"the component holds {sorted(names)}")


def add_subdirectory(options, scratch):
    # The same launcher as our own build: the library is compiled a second time here.
    ccache = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    return build_with_cmake(options, scratch, "add_subdirectory", f"-DASIO_HTTPD_SOURCE={SOURCE}", *ccache)


def pkg_config(options, scratch):
    prefix = install(options, scratch)
    [pc_file] = prefix.rglob("asio_httpd.pc")
    program = scratch / "consumer"
    run(HERE / "pkg_config" / "build.sh", program, CXX=options.compiler, PKG_CONFIG_PATH=str(pc_file.parent))
    return program


def main():
    consumers = {f.__name__: f for f in (find_package, testing, add_subdirectory, pkg_config)}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("consumer", choices=consumers)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--cmake", default="cmake")
    parser.add_argument("--compiler", default="g++")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="asio_httpd_") as scratch:
        program = consumers[options.consumer](options, Path(scratch))
        answer = subprocess.run([program], capture_output=True, text=True, check=True).stdout.strip()
        print(answer)
        return 0 if answer.startswith("ok ") else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (subprocess.CalledProcessError, RuntimeError) as error:
        sys.exit(f"failed: {error}")
