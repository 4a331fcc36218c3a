// SPDX-License-Identifier: BSL-1.0
//
// What is wrong with a command line or a configuration: all of it, so that a person mends it in one
// go. Each problem is one sentence and the place that it is about. Never throws but for memory.

#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace asio_httpd::app {

// Where something was said: a line of a file, or an option.
struct place {
  std::string name;      // "site.json", "--route"
  std::size_t line = 0;  // 0: has none

  std::string text() const { return line == 0 ? name : name + ':' + std::to_string(line); }
};

struct problem {
  place where;
  std::string what;
};

class problems {
 public:
  void add(place where, std::string what);
  bool empty() const noexcept { return all_.empty(); }
  const std::vector<problem>& all() const noexcept { return all_; }
  // In the order of the lines, those of one line in the order in which they were found.
  void sort_by_line();

 private:
  std::vector<problem> all_;
};

// "asio_httpd: site.json:12: unknown key ..." for each, on a line of its own.
std::ostream& operator<<(std::ostream& to, const problems& p);

}  // namespace asio_httpd::app
