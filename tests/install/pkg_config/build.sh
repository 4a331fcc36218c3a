#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Uses the installed package without CMake: plain g++ and pkg-config. Builds a program, and a test with the test kit,
# which must pass.
#   CXX=g++ PKG_CONFIG_PATH=PREFIX/lib/pkgconfig build.sh OUTPUT

set -eu
cd "$(dirname "$0")"
# shellcheck disable=SC2046  # the flags are meant to be split
build() { "$CXX" -std=c++20 $(pkg-config --cflags "$1") "$2" $(pkg-config --libs "$1") -o "$3"; }

build asio_httpd ../main.cpp "$1"
build asio_httpd_testing ../testing/app_test.cpp "$1.test"
"$1.test"
