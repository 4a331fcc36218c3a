// SPDX-License-Identifier: BSL-1.0
//
// The part of handlers that needs no template.

#include <asio_httpd/handler.hpp>

namespace asio_httpd {

// A status that allows content comes with a sentence, so that a person sees something.
void into_response<status>::write(status from, const request&, response& to) {
  if (forbids_content(from) || status_class(from) < 4) {
    to.status(from);
  } else {
    to = error_response(from);
  }
}

}  // namespace asio_httpd
