// SPDX-License-Identifier: BSL-1.0
//
// The part of handlers that needs no template.

#include <asio_httpd/handler.hpp>

namespace asio_httpd {

// A status that allows content comes with a sentence, so that a person sees something.
// Most responses have no field yet: then all are copied at once.
void detail::set_plain_text(response& to) {
  static const fields only = [] {
    fields made;
    made.set(field::content_type, "text/plain; charset=utf-8");
    return made;
  }();
  if (to.fields().empty()) {
    to.fields() = only;
  } else {
    to.set(field::content_type, only.get(field::content_type));
  }
}

void into_response<status>::write(status from, const request&, response& to) {
  if (forbids_content(from) || status_class(from) < 4) {
    to.status(from);
  } else {
    to = error_response(from);
  }
}

}  // namespace asio_httpd
