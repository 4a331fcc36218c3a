// SPDX-License-Identifier: BSL-1.0

#include "typed_listeners.hpp"

#include <utility>

#include "addresses.hpp"
#include "read_config.hpp"

namespace asio_httpd::app {

namespace {

using kind = listener_word::kind;

constexpr const char* default_with_tls = "localhost:8443";

std::string option_of(const listener_word& word) {
  switch (word.is) {
    case kind::certificate:
      return "--tls-cert " + word.text;
    case kind::key:
      return "--tls-key " + word.text;
    case kind::self_signed:
      return "--tls-self-signed";
    case kind::address:
      break;
  }
  return "--listen " + word.text;
}

class listener_typist {
 public:
  listener_typist(const std::filesystem::path& here, config& to, problems& found)
      : here_(here), to_(to), found_(found) {}

  void read(const std::vector<listener_word>& typed) {
    for (const listener_word& word : typed) {
      word.is == kind::address ? add_listener(word) : remember(word);
    }
    if (unused_ != nullptr) serve_by_default();
    if (was_typed_) to_.listen = std::move(made_);
  }

 private:
  // The k-th key belongs to the k-th certificate.
  void remember(const listener_word& word) {
    if (word.is == kind::certificate) certificates_.push_back(&word);
    if (word.is == kind::key) keys_.push_back(&word);
    if (word.is == kind::self_signed) self_signed_ = true;
    unused_ = &word;
  }

  void add_listener(const listener_word& word) {
    was_typed_ = true;
    std::optional<tls_settings> tls = tls_so_far();
    unused_ = nullptr;
    if (std::string wrong = address_problem(word.text); !wrong.empty()) {
      return found_.add({"--listen"}, std::move(wrong));
    }
    made_.emplace_back(resolved_address(here_, word.text), std::move(tls), place{"--listen"});
  }

  // What stands behind the last address is for nobody.
  void serve_by_default() {
    if (!was_typed_ && to_.listen.empty()) return add_listener({kind::address, default_with_tls});
    found_.add({}, option_of(*unused_) + " is for the --listen that follows it, and there is none");
  }

  std::optional<tls_settings> tls_so_far() {
    if (certificates_.empty() && keys_.empty() && !self_signed_) return std::nullopt;
    complain_of_pairs();
    tls_settings made{.options = {}, .self_signed = self_signed_, .certificates_said_at = {}};
    for (std::size_t i = 0; i < certificates_.size() && i < keys_.size(); ++i) {
      made.options.certificates.push_back(
          {resolved_path(here_, certificates_[i]->text), resolved_path(here_, keys_[i]->text)});
      made.certificates_said_at.push_back({option_of(*certificates_[i])});
    }
    return made;
  }

  // Once, whatever number of listeners would have it.
  void complain_of_pairs() {
    const std::size_t pairs = std::min(certificates_.size(), keys_.size());
    if (unused_ == nullptr || certificates_.size() == keys_.size()) return;
    const bool lacks_key = certificates_.size() > pairs;
    found_.add({}, option_of(lacks_key ? *certificates_[pairs] : *keys_[pairs]) +
                       (lacks_key ? " needs a --tls-key" : " needs a --tls-cert"));
  }

  const std::filesystem::path& here_;
  config& to_;
  problems& found_;
  std::vector<listener> made_;
  std::vector<const listener_word*> certificates_;
  std::vector<const listener_word*> keys_;
  bool self_signed_ = false;
  bool was_typed_ = false;
  const listener_word* unused_ = nullptr;  // the last that was said of TLS, for no address yet
};

}  // namespace

void set_listeners(const std::vector<listener_word>& typed, const std::filesystem::path& here,
                   config& c, problems& found) {
  listener_typist(here, c, found).read(typed);
}

}  // namespace asio_httpd::app
