# SPDX-License-Identifier: BSL-1.0
#
# How tests are declared. Each *_test.cpp and each *_test.py is one test of CTest; its name follows its place in the
# tree (tests/unit/http/range_test.cpp is unit.http.range), and so do its labels.

# Sanitizers stop at the first finding, with the stack; variables that do not concern a build are harmless in it.
set(ASIO_HTTPD_TEST_ENVIRONMENT
    "ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1"
    "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
    "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1"
    "ASIO_HTTPD_BIN=${ASIO_HTTPD_BIN_DIR}/asio_httpd"
    "ASIO_HTTPD_BUILD=${PROJECT_BINARY_DIR}"
    "ASIO_HTTPD_SOURCE=${PROJECT_SOURCE_DIR}")

# Everything that `ctest -L threads` needs; the thread sanitizer's build makes only this.
add_custom_target(thread_tests)

# asio_httpd_test_name(<variable> <file>): tests/unit/http/range_test.cpp -> unit.http.range
function(asio_httpd_test_name variable file)
  cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${PROJECT_SOURCE_DIR}/tests" OUTPUT_VARIABLE name)
  string(REGEX REPLACE "_test\\.(cpp|py)$" "" name "${name}")
  string(REPLACE "/" "." name "${name}")
  set(${variable} "${name}" PARENT_SCOPE)
endfunction()

# asio_httpd_doctest(<target> <folder> [TIMEOUT <seconds>] [LABELS <label>...] [LIBRARIES <library>...])
#
# One executable, <build>/bin/tests/<target>, of all the .cpp files of tests/<folder>; one test for each *_test.cpp.
# A test runs the cases of its file, and fails when that file has none.
function(asio_httpd_doctest target folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "TIMEOUT" "LABELS;LIBRARIES")
  asio_httpd_glob(sources "${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp")
  if(NOT sources)
    return()
  endif()

  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE test_main test_support asio_httpd_private doctest::doctest ${arg_LIBRARIES})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${ASIO_HTTPD_BIN_DIR}/tests")
  add_dependencies(${target} test_fixtures)
  if("threads" IN_LIST arg_LABELS)
    add_dependencies(thread_tests ${target})
  endif()

  foreach(source IN LISTS sources)
    if(NOT source MATCHES "_test\\.cpp$")
      continue()
    endif()
    asio_httpd_test_name(name "${source}")
    cmake_path(GET source FILENAME file)
    add_test(NAME ${name} COMMAND ${target} --source-file=*/tests/${folder}/${file} --no-intro --no-version)
    set_tests_properties(
      ${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} WORKING_DIRECTORY "${PROJECT_BINARY_DIR}"
                         ENVIRONMENT "${ASIO_HTTPD_TEST_ENVIRONMENT}")
  endforeach()
endfunction()

# asio_httpd_python_test(<file> [TIMEOUT <seconds>] [LABELS <label>...])
#
# The script gets its surroundings in the environment (above). Exit code 77 means that the machine lacks something.
function(asio_httpd_python_test file)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "LABELS")
  asio_httpd_test_name(name "${file}")
  add_test(NAME ${name} COMMAND "${Python3_EXECUTABLE}" -B "${file}")
  set_tests_properties(
    ${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 77
                       WORKING_DIRECTORY "${PROJECT_BINARY_DIR}" ENVIRONMENT "${ASIO_HTTPD_TEST_ENVIRONMENT}")
endfunction()

# asio_httpd_fuzz_target(<source>): tests/fuzz/fuzz_<name>.cpp
#
# A program that feeds the files of tests/fuzz/corpus/<name> to the target, as the test fuzz.<name>; in the preset
# `fuzz` it is libFuzzer's, with the same arguments and the same test.
function(asio_httpd_fuzz_target source)
  cmake_path(GET source STEM target)
  string(REGEX REPLACE "^fuzz_" "" name "${target}")
  set(corpus "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}")

  add_executable(${target} "${source}")
  target_link_libraries(${target} PRIVATE asio_httpd_private)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${ASIO_HTTPD_BIN_DIR}/fuzz")
  if(ASIO_HTTPD_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz.${name} COMMAND ${target} -runs=0 "${corpus}")
  else()
    target_link_libraries(${target} PRIVATE fuzz_replay_main)
    add_test(NAME fuzz.${name} COMMAND ${target} "${corpus}")
  endif()
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 300 ENVIRONMENT "${ASIO_HTTPD_TEST_ENVIRONMENT}")
endfunction()
