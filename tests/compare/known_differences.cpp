// SPDX-License-Identifier: BSL-1.0
//
// The table. Where we refuse, the rule that we name says what it is about. An entry covers a case
// only if both agree about everything before it.

#include "known_differences.hpp"

#include <algorithm>
#include <array>

namespace compare {
namespace {

using asio_httpd::http1::rule;
using beast_error = boost::beast::http::error;

// The same messages, as far as the shorter reading goes.
bool agree_before(const reading& a, const reading& b) {
  const std::size_t n = std::min(a.messages.size(), b.messages.size());
  return std::equal(a.messages.begin(), a.messages.begin() + static_cast<std::ptrdiff_t>(n),
                    b.messages.begin());
}

// We refuse for one of these rules what Beast accepts, or has no objection to so far.
template <rule... Rules>
bool we_refuse(std::string_view, const reading& ours, const reading& beast) {
  const bool beast_went_on =
      beast.messages.size() > ours.messages.size() || beast.end == ending::needs_more;
  return ours.end == ending::refused && ((ours.broken == Rules) || ...) && beast_went_on &&
         agree_before(ours, beast);
}

bool beast_refuses(beast_error why, const reading& ours, const reading& beast) {
  const bool we_went_on =
      ours.messages.size() > beast.messages.size() || ours.end != ending::refused;
  return beast.end == ending::refused && beast.error == why && we_went_on &&
         agree_before(ours, beast);
}

std::string_view rest_for_beast(std::string_view stream, const reading& beast) {
  return stream.substr(beast.rest);
}

// --- where we refuse -----------------------------------------------------------------------------

bool is_nul_in_path(std::string_view stream, const reading& ours, const reading& beast) {
  return stream.find("%00") != stream.npos && we_refuse<rule::path_syntax>(stream, ours, beast);
}

bool is_same_length_again(std::string_view stream, const reading& ours, const reading& beast) {
  return we_refuse<rule::content_length_repeated, rule::content_length_syntax>(stream, ours, beast);
}

// The line that cannot become right any more is not complete, or the trailers behind it.
bool is_sooner(std::string_view stream, const reading& ours, const reading& beast) {
  return beast.end == ending::needs_more && ours.messages.size() == beast.messages.size() &&
         we_refuse<rule::bare_lf, rule::bare_cr, rule::chunk_size, rule::chunk_extension,
                   rule::chunk_line_end, rule::version_syntax, rule::control_byte>(stream, ours,
                                                                                   beast);
}

bool is_control_in_extension(std::string_view stream, const reading& ours, const reading& beast) {
  return !is_sooner(stream, ours, beast) && we_refuse<rule::chunk_extension>(stream, ours, beast);
}

// --- where Beast refuses -------------------------------------------------------------------------

bool is_empty_line(std::string_view stream, const reading& ours, const reading& beast) {
  return rest_for_beast(stream, beast).starts_with('\r') &&
         beast_refuses(beast_error::bad_method, ours, beast);
}

bool is_later_minor_version(std::string_view stream, const reading& ours, const reading& beast) {
  const std::string_view rest = rest_for_beast(stream, beast);
  const std::string_view line = rest.substr(0, rest.find('\r'));
  const std::size_t version = line.find(" HTTP/1.");
  return version != line.npos && line.back() >= '2' && line.back() <= '9' &&
         version + 9 == line.size() && beast_refuses(beast_error::bad_version, ours, beast);
}

// The value has only bytes that a value may have: what is odd is the list.
bool is_odd_connection_field(std::string_view stream, const reading& ours, const reading& beast) {
  const std::string_view rest = rest_for_beast(stream, beast);
  const std::size_t begin = rest.find("\r\nConnection:");
  if (begin == rest.npos) return false;
  const std::string_view line = rest.substr(begin + 2, rest.find('\r', begin + 2) - begin - 2);
  const bool is_text = std::none_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
  return is_text && beast_refuses(beast_error::bad_value, ours, beast);
}

// --- where both accept ---------------------------------------------------------------------------

bool differs_by_trailers(const message& ours, const message& beast) {
  return ours.fields < beast.fields && ours.method == beast.method && ours.target == beast.target &&
         ours.body == beast.body;
}

// Beast acts on a framing field behind the last chunk, too.
bool is_framing_trailer(std::string_view stream, const reading& ours, const reading& beast) {
  const std::string_view rest = rest_for_beast(stream, beast);
  const std::size_t last_chunk = rest.find("\r\n0\r\n");
  if (last_chunk == rest.npos) return false;
  const std::string_view trailers = rest.substr(last_chunk);
  return (trailers.find("\r\nContent-Length:") != trailers.npos &&
          beast_refuses(beast_error::bad_content_length, ours, beast)) ||
         (trailers.find("\r\nTransfer-Encoding:") != trailers.npos &&
          beast_refuses(beast_error::bad_transfer_encoding, ours, beast));
}

bool is_merged_trailer(std::string_view stream, const reading& ours, const reading& beast) {
  if (is_framing_trailer(stream, ours, beast)) return true;
  const auto [mine, its] = std::mismatch(ours.messages.begin(), ours.messages.end(),
                                         beast.messages.begin(), beast.messages.end());
  return mine != ours.messages.end() && its != beast.messages.end() &&
         differs_by_trailers(*mine, *its);
}

bool is_close_beside_keep_alive(std::string_view, const reading& ours, const reading& beast) {
  return ours.end == ending::closed && beast.messages.size() >= ours.messages.size() &&
         !ours.messages.back().keeps_connection &&
         beast.messages[ours.messages.size() - 1].keeps_connection;
}

constexpr std::array table = {
    known_difference{
        "a Host field that is missing, repeated or not a host", right::ours,
        "RFC 9112 section 3.2: \"A server MUST respond with a 400 (Bad Request) status code to any "
        "HTTP/1.1 request message that lacks a Host header field and to any request message that "
        "contains more than one Host header field line or a Host header field with an invalid "
        "field value.\"",
        we_refuse<rule::host_missing, rule::host_repeated, rule::host_invalid>},
    known_difference{
        "a method that nobody knows, and CONNECT", right::ours,
        "RFC 9110 section 9.1: \"An origin server that receives a request method that is "
        "unrecognized or not implemented SHOULD respond with the 501 (Not Implemented) status "
        "code.\"",
        we_refuse<rule::method_unknown>},
    known_difference{
        "%00 in a path", right::both,
        "RFC 3986 section 7.3: \"the \"%00\" percent-encoding (NUL) may require special handling "
        "and should be rejected if the application is not expecting to receive raw data within a "
        "component.\"",
        is_nul_in_path},
    known_difference{
        "a request target of none of the four forms", right::ours,
        "RFC 9112 section 3.2: \"Recipients of an invalid request-line SHOULD respond with either "
        "a 400 (Bad Request) error or a 301 (Moved Permanently) redirect with the request-target "
        "properly encoded.\"",
        we_refuse<rule::target_syntax, rule::path_syntax>},
    known_difference{
        "a folded field line", right::both,
        "RFC 9112 section 5.2: \"A server that receives an obs-fold in a request message that is "
        "not within a \"message/http\" container MUST either reject the message by sending a 400 "
        "(Bad Request) [...] or replace each received obs-fold with one or more SP octets\"",
        we_refuse<rule::obs_fold>},
    known_difference{
        "the same Content-Length more than once", right::both,
        "RFC 9110 section 8.6: \"a recipient of a Content-Length header field value consisting of "
        "the same decimal value repeated as a comma-separated list [...] MAY either reject the "
        "message as invalid or replace that invalid field value with a single instance of the "
        "decimal value\"",
        is_same_length_again},
    known_difference{
        "a transfer coding other than chunked once", right::ours,
        "RFC 9112 section 6.1: \"A server that receives a request message with a transfer coding "
        "it does not understand SHOULD respond with 501 (Not Implemented).\" And section 6.3: \"If "
        "a Transfer-Encoding header field is present in a request and the chunked transfer coding "
        "is not the final encoding, the message body length cannot be determined reliably; the "
        "server MUST respond with the 400 (Bad Request) status code and then close the "
        "connection.\"",
        we_refuse<rule::coding_unknown, rule::coding_repeated>},
    known_difference{
        "Transfer-Encoding in HTTP/1.0", right::ours,
        "RFC 9112 section 6.1: \"A server or client that receives an HTTP/1.0 message containing a "
        "Transfer-Encoding header field MUST treat the message as if the framing is faulty, even "
        "if a Content-Length is present, and close the connection after processing the message.\"",
        we_refuse<rule::coding_before_1_1>},
    known_difference{
        "Content-Length behind a Transfer-Encoding that is not chunked", right::ours,
        "RFC 9112 section 6.1: \"A server MAY reject a request that contains both Content-Length "
        "and Transfer-Encoding or process such a request in accordance with the Transfer-Encoding "
        "alone.\"",
        we_refuse<rule::content_length_with_coding>},
    known_difference{
        "an expectation other than 100-continue", right::both,
        "RFC 9110 section 10.1.1: \"A server that receives an Expect field value containing a "
        "member other than 100-continue MAY respond with a 417 (Expectation Failed) status code to "
        "indicate that the unexpected expectation cannot be met.\"",
        we_refuse<rule::expectation_unknown>},
    known_difference{
        "bytes that cannot become right, refused before their line is complete", right::both,
        "RFC 9112 section 2.2: \"When a server [...] receives a sequence of octets that does not "
        "match the HTTP-message grammar aside from the robustness exceptions listed above, the "
        "server SHOULD respond with a 400 (Bad Request) response and close the connection.\"",
        is_sooner},
    known_difference{
        "control bytes in the quoted value of a chunk extension", right::ours,
        "RFC 9110 section 5.6.4: \"qdtext = HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text\"",
        is_control_in_extension},
    known_difference{
        "an empty line before a request", right::ours,
        "RFC 9112 section 2.2: \"a server that is expecting to receive and parse a request-line "
        "SHOULD ignore at least one empty line (CRLF) received prior to the request-line.\"",
        is_empty_line},
    known_difference{
        "HTTP/1.2 to HTTP/1.9", right::ours,
        "RFC 9110 section 6.2: \"A recipient that receives a message with a major version number "
        "that it implements and a minor version number higher than what it implements SHOULD "
        "process the message as if it were in the highest minor version within that major version "
        "to which the recipient is conformant.\"",
        is_later_minor_version},
    known_difference{
        "a Connection field that is no list of tokens", right::both,
        "RFC 9110 section 2.4: \"Unless noted otherwise, a recipient MAY attempt to recover a "
        "usable protocol element from an invalid construct.\"",
        is_odd_connection_field},
    known_difference{
        "trailers among the header's fields", right::ours,
        "RFC 9112 section 7.1.2: \"A recipient MUST NOT merge a received trailer field into the "
        "header section unless its corresponding header field definition explicitly permits and "
        "instructs how the trailer field value can be safely merged.\"",
        is_merged_trailer},
    known_difference{
        "close and keep-alive in HTTP/1.0", right::ours,
        "RFC 9112 section 9.3: \"If the \"close\" connection option is present (Section 9.6), the "
        "connection will not persist after the current response; else\"",
        is_close_beside_keep_alive},
};

}  // namespace

std::span<const known_difference> known_differences() {
  return table;
}

}  // namespace compare
