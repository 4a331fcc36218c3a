// SPDX-License-Identifier: BSL-1.0
//
// The files of one route: opens them by name, remembers them, chooses the representation that a
// client gets, and answers with it. Where the names lead is its opener's business.
//
// Thread-safe; each thread remembers for itself (file_cache.hpp). Lives as long as a response that
// is being sent: make it shared.

#pragma once

#include <asio_httpd/file.hpp>
#include <asio_httpd/file_options.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "features/coding_choice.hpp"
#include "features/encoded_file.hpp"
#include "features/file_cache.hpp"
#include "features/file_rules.hpp"
#include "features/served_file.hpp"

namespace asio_httpd::features {

class file_store : public std::enable_shared_from_this<file_store> {
 public:
  // Opens for reading, without waiting for a FIFO.
  using opener = std::function<file(const char* name, std::error_code& error)>;

  // Throws std::invalid_argument for options that are wrong.
  file_store(opener open, const file_options& options);

  // The response to a request for that file. Where there is none an error, of which nothing is
  // answered yet: EISDIR for what is no regular file, whatever it is. `media_type` replaces that of
  // the name.
  std::error_code serve(const request& r, const char* name, response& to,
                        std::string_view media_type = {});
  // Its content, as that of an error. False, and nothing done, where there is no such file.
  bool serve_error(status s, const char* name, response& to);
  // Whether it is a regular file that may be read.
  bool has(const char* name);

 private:
  // What is looked up for one request.
  struct lookup {
    const char* name;
    std::string_view media_type;  // empty: that of the name
    file_cache* cache;            // null where nothing is remembered
    file_cache::time_point now;
    std::unique_ptr<served_file> not_cached;
  };
  struct opened_file {
    file opened;
    std::optional<file_state> state;  // nothing where there is no regular file
  };

  lookup begin(const char* name, std::string_view media_type = {});
  const served_file* find(lookup& l, std::error_code& error) const;
  const served_file* open(lookup& l, std::error_code& error) const;
  static served_file* confirm(const lookup& l, std::string_view key, const file& opened,
                              const file_state& state);
  static served_file& remember(const lookup& l, std::string_view key, served_file fresh,
                               std::unique_ptr<served_file>& not_cached);
  coding_set precompressed(const lookup& l, const file_state& original) const;
  opened_file open_sibling(const lookup& l, content_coding c) const;
  std::string_view media_type_of(const lookup& l) const;
  file_description describe(const lookup& l, const std::string& disposition) const;

  void answer(const request& r, const lookup& l, const served_file& original, response& to);
  static void answer_as_it_is(const request& r, const lookup& l, std::string_view key,
                              const served_file& known, response& to);
  static void answer_not_acceptable(response& to);
  static void answer_too_busy(response& to);
  bool answer_precompressed(const request& r, const lookup& l, content_coding c, response& to);
  bool answer_encoded(const request& r, const lookup& l, const served_file& original,
                      content_coding c, response& to);
  bool answer_while_encoding(const request& r, const lookup& l, const served_file& original,
                             content_coding c, response& to);
  encoded_file::keeper keeper_for(const lookup& l, const file_state& state, content_coding c);
  template <class Content>
  served_file made_of(std::string_view name, std::string_view media_type, const file_state& state,
                      content_coding c, Content content) const;

  const opener open_;
  const file_rules rules_;
  const bool remembers_;
  file_caches caches_;
};

}  // namespace asio_httpd::features
