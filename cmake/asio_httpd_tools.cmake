# SPDX-License-Identifier: BSL-1.0
#
# Tools that make the build faster without changing its result: ccache and lld, used where they are installed.
# Only for our own top-level build: inside somebody else's project these are their choice.

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

find_program(ASIO_HTTPD_CCACHE ccache)
if(ASIO_HTTPD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${ASIO_HTTPD_CCACHE}")
endif()

find_program(ASIO_HTTPD_LLD ld.lld)
if(ASIO_HTTPD_LLD)
  add_link_options(-fuse-ld=lld)
endif()
