# SPDX-License-Identifier: BSL-1.0
#
# IPsecMB::ipsec_mb, the library of https://github.com/intel/intel-ipsec-mb, which Debian packages without a package
# file, for x86-64 alone.

find_path(IPsecMB_INCLUDE_DIR intel-ipsec-mb.h)
find_library(IPsecMB_LIBRARY IPSec_MB)
mark_as_advanced(IPsecMB_INCLUDE_DIR IPsecMB_LIBRARY)

if(EXISTS "${IPsecMB_INCLUDE_DIR}/intel-ipsec-mb.h")
  file(STRINGS "${IPsecMB_INCLUDE_DIR}/intel-ipsec-mb.h" IPsecMB_VERSION REGEX "^#define IMB_VERSION_STR ")
  string(REGEX MATCH "[0-9.]+" IPsecMB_VERSION "${IPsecMB_VERSION}")
else()
  set(IPsecMB_INCLUDE_DIR NOTFOUND) # the cache may remember one that has been removed since
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(IPsecMB REQUIRED_VARS IPsecMB_LIBRARY IPsecMB_INCLUDE_DIR
                                  VERSION_VAR IPsecMB_VERSION)

if(IPsecMB_FOUND AND NOT TARGET IPsecMB::ipsec_mb)
  add_library(IPsecMB::ipsec_mb UNKNOWN IMPORTED GLOBAL)
  set_target_properties(IPsecMB::ipsec_mb PROPERTIES IMPORTED_LOCATION "${IPsecMB_LIBRARY}"
                                                     INTERFACE_INCLUDE_DIRECTORIES "${IPsecMB_INCLUDE_DIR}")
endif()
