# SPDX-License-Identifier: BSL-1.0
#
# What `cmake --install` puts where, and the two ways to find it again: asio_httpdConfig.cmake for find_package and
# the .pc files for pkg-config. tests/install proves both, and add_subdirectory, with small programs.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/asio_httpd")

install(
  TARGETS asio_httpd asio_httpd_router asio_httpd_asio asio_httpd_json
  EXPORT asio_httpd_targets
  FILE_SET HEADERS)
# The test kit has files and a component of its own, so that a package may leave it out.
install(
  TARGETS asio_httpd_testing
  EXPORT asio_httpd_testing_targets
  ARCHIVE COMPONENT testing
  LIBRARY COMPONENT testing NAMELINK_COMPONENT testing
  FILE_SET HEADERS COMPONENT testing)
install(
  EXPORT asio_httpd_testing_targets
  NAMESPACE asio_httpd::
  FILE asio_httpd_testingTargets.cmake
  DESTINATION ${package_dir}
  COMPONENT testing)
install(
  EXPORT asio_httpd_targets
  NAMESPACE asio_httpd::
  FILE asio_httpdTargets.cmake
  DESTINATION ${package_dir})

set(has_ipsec_mb OFF)
set(pc_ipsec_mb "")
if(TARGET IPsecMB::ipsec_mb)
  set(has_ipsec_mb ON)
  set(pc_ipsec_mb " -lIPSec_MB")
endif()
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/asio_httpdConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/asio_httpdConfig.cmake" INSTALL_DESTINATION ${package_dir})
# Before 1.0 the API may change with the minor version.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/asio_httpdConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/asio_httpdConfig.cmake" "${PROJECT_BINARY_DIR}/asio_httpdConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindBrotliEncoder.cmake" "${PROJECT_SOURCE_DIR}/cmake/FindZstandard.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindNGHTTP2.cmake" "${PROJECT_SOURCE_DIR}/cmake/FindIPsecMB.cmake"
        DESTINATION ${package_dir})

# A prefix relative to the .pc file lets the installed tree be moved; Debian's multiarch lib/<triplet> has one level more.
set(pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
cmake_path(IS_ABSOLUTE CMAKE_INSTALL_LIBDIR libdir_is_absolute)
if(libdir_is_absolute)
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH up "/${pc_dir}" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(pc_prefix "\${pcfiledir}/${up}")
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/asio_httpd.pc.in" "${PROJECT_BINARY_DIR}/asio_httpd.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/asio_httpd.pc" DESTINATION ${pc_dir})
configure_file("${PROJECT_SOURCE_DIR}/cmake/asio_httpd_testing.pc.in" "${PROJECT_BINARY_DIR}/asio_httpd_testing.pc"
               @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/asio_httpd_testing.pc" DESTINATION ${pc_dir} COMPONENT testing)

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md"
        DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
