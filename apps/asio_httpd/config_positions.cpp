// SPDX-License-Identifier: BSL-1.0
//
// Two passes over the text. The first is nlohmann's SAX parser, whose events tell the structure;
// the iterator that feeds it tells how far it has read, which gives the line. The second makes the
// value, when the first found nothing wrong.

#include "config_positions.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t deepest = 16;

// Reads the text and leaves at `*reached` how far.
class counting_iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  counting_iterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  counting_iterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  counting_iterator operator++(int) {
    const counting_iterator old = *this;
    ++*this;
    return old;
  }
  friend bool operator==(const counting_iterator& a, const counting_iterator& b) {
    return a.at_ == b.at_;
  }

 private:
  const char* at_;
  const char** reached_;
};

// The usual reasons, for those who do not read grammars.
std::string_view hint_for(std::string_view what) {
  if (what.starts_with("unexpected '}'; expected string"))
    return "; is a comma too many before it?";
  if (what.starts_with("unexpected ']'")) return "; is a comma too many before it?";
  if (what.starts_with("unexpected string literal; expected")) {
    return "; is a comma missing before it?";
  }
  return "";
}

// The words of nlohmann's message that tell a person something: it begins with its own number, the
// place, and the state of the parser.
std::string readable(std::string_view message) {
  const std::size_t number_end = message.find("] ");
  if (number_end != std::string_view::npos) message.remove_prefix(number_end + 2);
  for (std::string_view before : {" - ", ": "}) {
    const std::size_t at = message.find(before);
    if (at == std::string_view::npos) continue;
    message.remove_prefix(at + before.size());
    break;
  }
  return "this is not JSON: " + std::string(message) + std::string(hint_for(message));
}

// Where the parser is: an open object or list.
struct level {
  std::string pointer;
  bool is_object;
  std::size_t next_index = 0;
  std::string key = {};
  std::set<std::string> keys = {};
};

class position_reader : public json::json_sax_t {
 public:
  position_reader(std::string_view text, positioned_json& to)
      : text_(text), reached_(text.data()), counted_(text.data()), to_(to) {}

  bool run() {
    counting_iterator begin(text_.data(), &reached_);
    counting_iterator end(text_.data() + text_.size(), &reached_);
    return json::sax_parse(begin, end, this, json::input_format_t::json, true, true);
  }

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    level& inside = levels_.back();
    inside.key = name;
    if (!inside.keys.insert(name).second) {
      to_.errors.push_back({line(), "the key \"" + name + "\" stands here a second time"});
    }
    to_.lines.emplace(pointer_of_next(), line());
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const json::exception& e) override {
    to_.errors.push_back({line(), readable(e.what())});
    return false;
  }

 private:
  // The line of the token that was read last. A number is known to end only once the byte after it
  // is read, which may be a line end: hence the last byte does not count.
  std::size_t line() {
    const char* const last = reached_ == text_.data() ? reached_ : reached_ - 1;
    line_ += static_cast<std::size_t>(std::count(counted_, std::max(last, counted_), '\n'));
    counted_ = std::max(last, counted_);
    return line_;
  }

  std::string pointer_of_next() const {
    if (levels_.empty()) return {};
    const level& inside = levels_.back();
    const json::json_pointer at(inside.pointer);
    return (inside.is_object ? at / inside.key : at / inside.next_index).to_string();
  }

  bool value() {
    to_.lines.emplace(pointer_of_next(), line());
    if (!levels_.empty()) ++levels_.back().next_index;
    return true;
  }

  bool open(bool is_object) {
    if (levels_.size() == deepest) {
      to_.errors.push_back({line(), "this is nested too deep"});
      return false;
    }
    std::string pointer = pointer_of_next();
    value();
    levels_.push_back({.pointer = std::move(pointer), .is_object = is_object});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  std::string_view text_;
  const char* reached_;
  const char* counted_;
  std::size_t line_ = 1;
  std::vector<level> levels_;
  positioned_json& to_;
};

}  // namespace

std::size_t positioned_json::line_of(const std::string& pointer) const {
  std::string at = pointer;
  for (;;) {
    if (const auto found = lines.find(at); found != lines.end()) return found->second;
    if (at.empty()) return 1;
    at.erase(at.rfind('/'));
  }
}

positioned_json parse_with_positions(std::string_view text) {
  positioned_json made;
  if (position_reader(text, made).run()) {
    made.value = json::parse(text, nullptr, /*allow_exceptions=*/false, /*ignore_comments=*/true);
  }
  return made;
}

}  // namespace asio_httpd::app
