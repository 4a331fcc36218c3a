// SPDX-License-Identifier: BSL-1.0

#include "http1/body_reader.hpp"

#include <algorithm>
#include <utility>

namespace asio_httpd::http1 {

// What only a body makes use of is set when one begins.
void body_reader::clear() noexcept {
  left_ = received_ = 0;
  handed_out_ = 0;
  broken_ = rule::none;
  complete_ = true;
}

void body_reader::begin(const framing& f) noexcept {
  *this = body_reader();
  chunked_ = f.chunked;
  left_ = f.content_length;
  complete_ = false;
  trailer_head_ = head::of_trailers();
}

body_reader::piece body_reader::next(base::byte_buffer& input, const head_limits& limits,
                                     fields& trailers) {
  release(input);
  if (broken_ != rule::none) return {state::failed, {}};
  if (complete_) return {state::complete, {}};
  return chunked_ ? next_of_chunks(input, limits, trailers) : next_of_length(input);
}

void body_reader::release(base::byte_buffer& input) noexcept {
  if (handed_out_ != 0) input.consume(std::exchange(handed_out_, 0));
}

body_reader::piece body_reader::next_of_length(base::byte_buffer& input) noexcept {
  if (left_ == 0) return complete();
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  if (n == 0) return {state::need_more, {}};
  left_ -= n;
  return hand_out(input.view().substr(0, n), n);
}

body_reader::piece body_reader::next_of_chunks(base::byte_buffer& input, const head_limits& limits,
                                               fields& trailers) {
  while (!in_trailers_) {
    const auto result = chunks_.decode(input.view());
    if (!result.content.empty()) return hand_out(result.content, result.consumed);
    input.consume(result.consumed);
    if (result.at == chunked_decoder::state::need_more) return {state::need_more, {}};
    if (result.at == chunked_decoder::state::failed) return fail(chunks_.broken());
    in_trailers_ = result.at == chunked_decoder::state::trailers;
  }
  return read_trailers(input, limits, trailers);
}

body_reader::piece body_reader::read_trailers(base::byte_buffer& input, const head_limits& limits,
                                              fields& trailers) {
  const auto parsed = parse_head(input.data(), input.size(), limits, trailer_head_, trailers);
  if (parsed == parse_state::need_more) return {state::need_more, {}};
  if (parsed == parse_state::failed) {
    const rule r = trailer_head_.broken;
    const bool too_large = answer_to(r) == status::request_header_fields_too_large;
    return fail(too_large ? rule::trailers_too_large : r);
  }
  field_sink::borrow(trailers, input.data());
  trailers = fields(trailers);  // own the text: the buffer goes on
  input.consume(trailer_head_.size);
  return complete();
}

body_reader::piece body_reader::hand_out(std::string_view content, std::size_t consumed) noexcept {
  handed_out_ = consumed;
  received_ += content.size();
  return {state::content, content};
}

body_reader::piece body_reader::complete() noexcept {
  complete_ = true;
  return {state::complete, {}};
}

body_reader::piece body_reader::fail(rule r) noexcept {
  broken_ = r;
  return {state::failed, {}};
}

}  // namespace asio_httpd::http1
