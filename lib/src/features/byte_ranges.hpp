// SPDX-License-Identifier: BSL-1.0
//
// Several ranges of a file in one answer: multipart/byteranges (RFC 9110 section 14.6).

#pragma once

#include <asio_httpd/range.hpp>
#include <asio_httpd/response.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "features/file_state.hpp"

namespace asio_httpd::features {

// The value of Content-Range for a part of `size` bytes.
std::string content_range(const byte_range& range, std::uint64_t size);

// What is sent of them: those that overlap, or lie so close together that two parts would be
// longer, are one; then they are in ascending order, else in that of the request (section
// 15.3.7.2).
byte_range_set merged(const byte_range_set& asked) noexcept;

// Whether so much is asked for more than once that nobody can want it (section 14.2): more than
// twice the file.
bool is_abusive(const byte_range_set& asked, std::uint64_t size) noexcept;

// Makes `to`, which has the fields of the whole file, an answer with these parts of `opened`, whose
// state is checked while it is read, so that content that changes ends the connection; where this
// is null, of `content`.
void answer_parts(const byte_range_set& ranges, const file_state& state,
                  std::shared_ptr<const file> opened, const std::string* content, response& to);

}  // namespace asio_httpd::features
