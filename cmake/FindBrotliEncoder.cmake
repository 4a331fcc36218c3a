# SPDX-License-Identifier: BSL-1.0
#
# Brotli::encoder, the compressor of https://github.com/google/brotli, which installs no package file of its own.

find_path(BrotliEncoder_INCLUDE_DIR brotli/encode.h)
find_library(BrotliEncoder_LIBRARY brotlienc)
find_library(BrotliEncoder_COMMON_LIBRARY brotlicommon)
mark_as_advanced(BrotliEncoder_INCLUDE_DIR BrotliEncoder_LIBRARY BrotliEncoder_COMMON_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BrotliEncoder
  REQUIRED_VARS BrotliEncoder_LIBRARY BrotliEncoder_COMMON_LIBRARY BrotliEncoder_INCLUDE_DIR)

if(BrotliEncoder_FOUND AND NOT TARGET Brotli::encoder)
  add_library(Brotli::encoder UNKNOWN IMPORTED GLOBAL)
  set_target_properties(
    Brotli::encoder
    PROPERTIES IMPORTED_LOCATION "${BrotliEncoder_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${BrotliEncoder_INCLUDE_DIR}"
               INTERFACE_LINK_LIBRARIES "${BrotliEncoder_COMMON_LIBRARY}")
endif()
