// SPDX-License-Identifier: BSL-1.0
//
// What nghttp2 calls of a session. It calls back while it takes bytes and while it gives some, and
// must not be asked to take or give more from there; so callbacks note what has happened, and at
// most submit frames. Content is pushed: nghttp2 asks for it by a callback, too, which has some
// exactly while `session::push` runs, for one stream.
//
// nghttp2 is C, and nothing may be thrown through it: every callback is shielded. One that throws,
// for want of memory, makes nghttp2 give up with NGHTTP2_ERR_CALLBACK_FAILURE, and the session is
// over.

#pragma once

#include "http2/session.hpp"

#include <nghttp2/nghttp2.h>

namespace asio_httpd::http2 {

struct session::callbacks {
  // For `nghttp2_session_server_new3`, whose `user_data` is the session. The same for all, to be
  // made once and never freed. Throws std::bad_alloc.
  static nghttp2_session_callbacks* all();

  // The content of a response on a stream, which lives as long as nghttp2 asks for some of it.
  static nghttp2_data_provider content_of(stream& s) noexcept;

 private:
  struct functions;
};

}  // namespace asio_httpd::http2
