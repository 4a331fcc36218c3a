# SPDX-License-Identifier: BSL-1.0
#
# asio_httpd_options: how our own files are compiled. Linked PRIVATE by each of our targets, never exported: warnings
# and sanitizers are not the business of those who use the library.
#
# Visibility is left at the default on purpose. Asio tells its services apart by the address of a static object per
# type; when those are hidden, a program and a plugin that both use Asio no longer agree on them.

add_library(asio_httpd_options INTERFACE)
target_compile_features(asio_httpd_options INTERFACE cxx_std_20)

target_compile_options(
  asio_httpd_options
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
            # g++ 12 sees overlapping copies in any `"text" + std::string` (GCC bug 105651).
            $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(ASIO_HTTPD_WERROR)
  target_compile_options(asio_httpd_options INTERFACE -Werror)
endif()

# Index and iterator checks of libstdc++ wherever speed does not matter; they do not change the layout of anything.
target_compile_definitions(asio_httpd_options INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

if(ASIO_HTTPD_SANITIZE)
  set(sanitize_flags -fsanitize=${ASIO_HTTPD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # clang 14 cannot assemble the data of this check for a coroutine ("difference across sections").
    list(APPEND sanitize_flags -fno-sanitize=function)
    # The check of vtables opens a pipe to see whether memory is readable, and calls every object invalid where there
    # is no descriptor left, which some tests bring about.
    list(APPEND sanitize_flags -fno-sanitize=vptr)
  elseif(ASIO_HTTPD_SANITIZE MATCHES "thread")
    # g++ warns about the fences inside Asio, which do not matter: everything they order is under a mutex as well.
    list(APPEND sanitize_flags -Wno-tsan)
  endif()
  target_compile_options(asio_httpd_options INTERFACE ${sanitize_flags})
  target_link_options(asio_httpd_options INTERFACE ${sanitize_flags})
endif()

if(ASIO_HTTPD_FUZZ)
  # The libraries report their coverage to libFuzzer; only the fuzz targets get its main.
  target_compile_options(asio_httpd_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
