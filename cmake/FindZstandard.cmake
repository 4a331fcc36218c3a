# SPDX-License-Identifier: BSL-1.0
#
# Zstandard::zstd, the library of https://github.com/facebook/zstd, which Debian packages without a package file.

find_path(Zstandard_INCLUDE_DIR zstd.h)
find_library(Zstandard_LIBRARY zstd)
mark_as_advanced(Zstandard_INCLUDE_DIR Zstandard_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Zstandard REQUIRED_VARS Zstandard_LIBRARY Zstandard_INCLUDE_DIR)

if(Zstandard_FOUND AND NOT TARGET Zstandard::zstd)
  add_library(Zstandard::zstd UNKNOWN IMPORTED GLOBAL)
  set_target_properties(Zstandard::zstd PROPERTIES IMPORTED_LOCATION "${Zstandard_LIBRARY}"
                                                   INTERFACE_INCLUDE_DIRECTORIES "${Zstandard_INCLUDE_DIR}")
endif()
