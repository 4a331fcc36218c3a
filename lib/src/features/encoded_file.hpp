// SPDX-License-Identifier: BSL-1.0
//
// A file in a coding, made while it is sent: read and encoded on the pool of `run_blocking`, piece
// by piece, so that neither disk nor compressor holds up other connections.
//
// Encoders take memory, and a client that reads slowly holds one for long: there are only so many
// in the process at a time. Any thread.

#pragma once

#include <asio_httpd/body_writer.hpp>
#include <asio_httpd/content_coding.hpp>
#include <asio_httpd/file.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "features/file_state.hpp"

namespace asio_httpd::features {

class encoded_file {
 public:
  static constexpr std::size_t most_at_once = 64;
  // What was made is shown to `keep` where it is no longer than this.
  static constexpr std::size_t most_to_keep = 256 * 1024;
  using keeper = std::function<void(std::string content)>;

  // Null where there are too many already. `keep` is called when all of it was sent, on the
  // connection's executor; it may be empty.
  static std::shared_ptr<const body_producer> make(std::shared_ptr<const file> opened,
                                                   const file_state& state, content_coding coding,
                                                   keeper keep);
};

}  // namespace asio_httpd::features
