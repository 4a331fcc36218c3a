# SPDX-License-Identifier: BSL-1.0
#
# Writes the files of a folder into a C++ source, so that a program carries them within itself. Run at build time:
#
#   cmake -D FOLDER=<folder> -D "FILES=<name>;<name>..." -D OUTPUT=<file.cpp> -P asio_httpd_embed.cmake
#
# The source defines embedded_files() as apps/asio_httpd/bundled_site.hpp declares it. Every byte is an escape, so that
# any content will do.

# as_literals(<variable> <file>): lines of "\x12\x34...", 24 bytes each.
function(as_literals variable file)
  file(READ "${file}" hex HEX)
  string(LENGTH "${hex}" length)
  set(lines "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${hex}" ${at} 48 piece)
    string(REGEX REPLACE "(..)" "\\\\x\\1" piece "${piece}")
    string(APPEND lines "\n         \"${piece}\"")
    math(EXPR at "${at} + 48")
  endwhile()
  set(${variable} "${lines}" PARENT_SCOPE)
endfunction()

set(table "")
foreach(name IN LISTS FILES)
  file(SIZE "${FOLDER}/${name}" size)
  as_literals(literals "${FOLDER}/${name}")
  string(APPEND table "    embedded_file{\"${name}\", std::string_view(${literals},\n         ${size})},\n")
endforeach()

file(WRITE "${OUTPUT}" "// SPDX-License-Identifier: BSL-1.0
//
// Made by cmake/asio_httpd_embed.cmake from apps/asio_httpd/site. Not to be edited.

#include \"bundled_site.hpp\"

#include <array>

namespace asio_httpd::app {

namespace {

constexpr std::array files = {
${table}};

}  // namespace

std::span<const embedded_file> embedded_files() { return files; }

}  // namespace asio_httpd::app
")
