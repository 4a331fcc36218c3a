// SPDX-License-Identifier: BSL-1.0
//
// A form that a browser sent, from the body of a request that is in memory: either of
// application/x-www-form-urlencoded and multipart/form-data (RFC 7578).
//
//   routes.post("/notes", [](const request& r) {
//     const form f(r);                                 // throws what is answered 400, 413 or 415
//     const auto title = f.get("title").value_or("");
//     if (const auto* photo = f.file("photo")) ...     // photo->value, photo->filename
//   });
//
// The entries are in the order in which they were sent, names may repeat. All texts are views:
// those that were sent as they are, among them all contents of files, into the body, and the
// others into what the form owns. They are valid as long as the request's body and the form both
// are. Movable, and moving keeps the views; not copyable. Immutable: may be read by any thread.

#pragma once

#include <asio_httpd/multipart.hpp>
#include <asio_httpd/request.hpp>

#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd {

class form {
 public:
  struct entry {
    std::string_view name;
    std::string_view value;                    // of a file, its content
    std::optional<std::string_view> filename;  // of a file; see multipart_part
    std::string_view content_type;             // as the part has it; "" where it has none

    bool is_file() const noexcept { return filename.has_value(); }
  };

  // Throws http_error: 415 where Content-Type is missing or is neither of the two, 413 above a
  // limit, 400 where the form is malformed.
  explicit form(const request& r, const form_limits& limits = {});
  // Of a query, `form::urlencoded(r.query())`, or any other text in that format. Throws http_error,
  // 413, above `limits.parts`; nothing is malformed. The form has views into `text`.
  static form urlencoded(std::string_view text, const form_limits& limits = {});

  form(form&&) noexcept = default;
  form& operator=(form&&) noexcept = default;

  // The first value of that name; files are none.
  std::optional<std::string_view> get(std::string_view name) const noexcept;
  // All of them, in their order.
  std::vector<std::string_view> all(std::string_view name) const;
  // The first file of that name, or null. What is sent where no file was chosen is a file, whose
  // filename is "".
  const entry* file(std::string_view name) const noexcept;

  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  std::vector<entry>::const_iterator begin() const noexcept { return entries_.begin(); }
  std::vector<entry>::const_iterator end() const noexcept { return entries_.end(); }

 private:
  form() = default;
  void read_urlencoded(std::string_view text, const form_limits& limits);
  void read_multipart(std::string_view content_type, std::string_view body,
                      const form_limits& limits);
  void add_part(const multipart_part& part);
  std::string_view decoded(std::string_view text);
  std::string_view keep(std::string text);

  std::vector<entry> entries_;
  std::forward_list<std::string> texts_;  // stay where they are, also when the form is moved
};

}  // namespace asio_httpd
