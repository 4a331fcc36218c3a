#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Uses the installed package without CMake: plain g++ and pkg-config.
#   CXX=g++ PKG_CONFIG_PATH=PREFIX/lib/pkgconfig build.sh OUTPUT

set -eu
cd "$(dirname "$0")"
# shellcheck disable=SC2046  # the flags are meant to be split
"$CXX" -std=c++20 $(pkg-config --cflags asio_httpd) ../main.cpp $(pkg-config --libs asio_httpd) -o "$1"
