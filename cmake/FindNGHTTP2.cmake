# SPDX-License-Identifier: BSL-1.0
#
# NGHTTP2::nghttp2, the library of https://nghttp2.org, which Debian packages without a package file.

find_path(NGHTTP2_INCLUDE_DIR nghttp2/nghttp2.h)
find_library(NGHTTP2_LIBRARY nghttp2)
mark_as_advanced(NGHTTP2_INCLUDE_DIR NGHTTP2_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(NGHTTP2 REQUIRED_VARS NGHTTP2_LIBRARY NGHTTP2_INCLUDE_DIR)

if(NGHTTP2_FOUND AND NOT TARGET NGHTTP2::nghttp2)
  add_library(NGHTTP2::nghttp2 UNKNOWN IMPORTED GLOBAL)
  set_target_properties(NGHTTP2::nghttp2 PROPERTIES IMPORTED_LOCATION "${NGHTTP2_LIBRARY}"
                                                   INTERFACE_INCLUDE_DIRECTORIES "${NGHTTP2_INCLUDE_DIR}")
endif()
