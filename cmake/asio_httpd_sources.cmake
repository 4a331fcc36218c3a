# SPDX-License-Identifier: BSL-1.0
#
# Source lists are the contents of folders: a new file is picked up by the next build, no list to edit.

# asio_httpd_glob(<variable> <pattern>...): files that match, in a fixed order; empty when there are none yet.
function(asio_httpd_glob variable)
  file(GLOB found CONFIGURE_DEPENDS ${ARGN})
  list(SORT found)
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()

# asio_httpd_floor_sources(<target> <floor>...): adds lib/src/<floor>/*.cpp of each floor to the target.
# A library whose floors are all still empty gets one empty file, because CMake wants at least one.
function(asio_httpd_floor_sources target)
  set(all)
  foreach(floor IN LISTS ARGN)
    asio_httpd_glob(sources "${PROJECT_SOURCE_DIR}/lib/src/${floor}/*.cpp")
    list(APPEND all ${sources})
  endforeach()
  if(NOT all)
    set(all "${CMAKE_CURRENT_BINARY_DIR}/${target}_empty.cpp")
    file(WRITE "${all}" "")
  endif()
  target_sources(${target} PRIVATE ${all})
endfunction()
