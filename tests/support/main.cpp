// SPDX-License-Identifier: BSL-1.0
//
// The main function of every test program.
//
// It runs doctest, and adds two rules of ours. A run that selects no case at all fails: a filter
// that matches nothing must not look like success. And no test may leak a file descriptor: those
// open after the run are compared with those open before it, and each one that is new is named. A
// test that needs a global descriptor opens it before main.

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>

namespace {

unsigned cases_selected = 0;

// Remembers how many cases passed the filters of the command line.
class case_counter : public doctest::IReporter {
 public:
  explicit case_counter(const doctest::ContextOptions&) {}
  void test_run_end(const doctest::TestRunStats& stats) override {
    cases_selected = stats.numTestCasesPassingFilters;
  }

  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

using descriptors = std::map<std::string, std::string>;  // number -> what it refers to

descriptors open_descriptors() {
  descriptors found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    const bool is_this_listing = target.starts_with("/proc/") && target.ends_with("/fd");
    if (!gone && !is_this_listing) found.emplace(entry.path().filename().string(), target);
  }
  return found;
}

// Prints each descriptor that was not open before and returns their number.
int report_leaks(const descriptors& before) {
  int leaks = 0;
  for (const auto& [number, target] : open_descriptors()) {
    if (before.contains(number)) continue;
    std::fprintf(stderr, "leaked descriptor %s -> %s\n", number.c_str(), target.c_str());
    ++leaks;
  }
  return leaks;
}

}  // namespace

// Asio counts the users of an executor with fences (any_executor.hpp), which the thread sanitizer
// does not see: it takes the last user's delete for a race with the others' decrement.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:boost::asio::execution::detail::any_executor_base::destroy_shared\n";
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ASIO_HTTPD_TEST_HAS_SYMBOLIZER 1
#endif
#endif

// Looking a suppression up starts the symbolizer, whose pipes stay open: better at once than in the
// middle of a test that counts descriptors.
#ifdef ASIO_HTTPD_TEST_HAS_SYMBOLIZER
extern "C" void __sanitizer_symbolize_pc(void* pc, const char* format, char* out, std::size_t size);
void start_symbolizer() {
  char text[64];
  __sanitizer_symbolize_pc(reinterpret_cast<void*>(&start_symbolizer), "%f", text, sizeof text);
}
#else
void start_symbolizer() {}
#endif

REGISTER_LISTENER("case_counter", 1, case_counter);

int main(int argc, char** argv) {
  start_symbolizer();
  const descriptors before = open_descriptors();
  doctest::Context context(argc, argv);
  const int failed = context.run();
  if (context.shouldExit()) return failed;  // a query such as --list-test-cases or --help

  if (cases_selected == 0) {
    std::fprintf(stderr, "no test case was selected\n");
    return EXIT_FAILURE;
  }
  if (report_leaks(before) != 0) return EXIT_FAILURE;
  return failed;
}
