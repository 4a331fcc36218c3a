// SPDX-License-Identifier: BSL-1.0
//
// multipart/form-data while it comes in: a form with files of any size, in bounded memory.
//
//   routes.post("/photos", [](const request& r, request_body body)
//                              -> boost::asio::awaitable<std::string> {
//     std::string title;
//     multipart_reader parts(r, body);
//     while (auto* part = co_await parts.next()) {
//       if (part->name == "title") title = co_await part->read_all(200);
//       if (part->name != "photo" || !part->filename) continue;    // what is not read is skipped
//       const auto name = safe_filename(*part->filename);
//       if (!name) continue;                                       // "" where none was chosen
//       saved_file photo = co_await part->save("/srv/photos");
//       photo.keep_as("/srv/photos/" + *name, if_taken::replace);
//     }
//     co_return title;
//   }).body_limit(1 << 30);
//
// Parts come in the order in which they were sent, and each is read before the next is asked for.
// `route::body_limit` bounds all of the form, `form_limits` what is not content of parts. What is
// malformed, multipart.hpp says: http_error with its sentence, also where it shows only behind
// parts that were good. So keep nothing before the end, where a form is to be all or nothing; and
// let `form_limits::parts` be small then, for each saved_file holds a descriptor.
//
// Used from the handler's coroutine, one operation at a time, of the reader and its part together.

#pragma once

#include <asio_httpd/multipart.hpp>
#include <asio_httpd/request_body.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace asio_httpd {

class request;

class multipart_reader {
 public:
  // Its head, and the operations of content_reader. Copies read the same content; once the next
  // part was asked for, reading throws std::logic_error.
  class part : public multipart_part, public content_reader {
   private:
    friend class multipart_reader;
    part(multipart_part head, std::shared_ptr<body_source> content);
  };

  // Reads nothing yet. Throws http_error: 415 where Content-Type is not multipart/form-data, 400
  // where it has no good boundary or comes twice.
  explicit multipart_reader(const request& r, request_body body, const form_limits& limits = {});
  multipart_reader(const multipart_reader&) = delete;
  multipart_reader& operator=(const multipart_reader&) = delete;
  ~multipart_reader();

  // The next part, valid until the next call; null at the end of the content, and from then on.
  // Skips what was not read of the part before. Throws what content_reader::read throws.
  boost::asio::awaitable<part*> next();

 private:
  struct form_source;
  class part_source;
  std::shared_ptr<form_source> form_;
  std::unique_ptr<part> part_;
};

}  // namespace asio_httpd
