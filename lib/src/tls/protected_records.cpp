// SPDX-License-Identifier: BSL-1.0

#include "tls/protected_records.hpp"

#include "tls/kernel_tls.hpp"

#include <algorithm>
#include <utility>

namespace asio_httpd::tls {
namespace {

// RFC 8446 section 5.5: under one key, AES-GCM is good for 2^24.5 records.
constexpr std::uint64_t most_under_one_key = std::uint64_t{1} << 24;
// One behind the other; each costs us work and brings nothing.
constexpr unsigned most_without_text = 32;

constexpr char key_update = 24;
constexpr std::string_view key_update_header("\x18\0\0\x01", 4);

// Of the thread: for what its reader has no room for.
char* scratch() {
  thread_local std::array<char, most_in_record> room;
  return room.data();
}

}  // namespace

protected_records::protected_records(const keys& k, record_stream& stream)
    : stream_(stream),
      reads_(k.suite, k.to_read, 0),
      writes_(k.suite, k.to_write, k.written),
      most_text_(k.most_text) {}

// --- reading -------------------------------------------------------------------------------------

std::size_t protected_records::read(char* to, std::size_t size) {
  std::size_t total = text_.view().copy(to, size);
  text_.consume(total);
  if (text_.empty()) text_.release();
  while (peer_ == state::open && text_.empty() && (total < size || size == 0)) {
    const std::string_view there = stream_.next_record();
    if (has_too_long_header(there) || !has_whole_record(there)) break;
    const std::string_view record = there.substr(0, record_header_size + size_in_header(there));
    total += open(record, to + total, size - total);
    stream_.drop(record.size());
  }
  return total;
}

bool protected_records::has_too_long_header(std::string_view bytes) {
  if (bytes.size() < record_header_size || size_in_header(bytes) <= most_in_record) return false;
  fail(alert::record_overflow);
  return true;
}

// How much text has gone to `to`. In place, where there is room for the type and padding as well.
std::size_t protected_records::open(std::string_view record, char* to, std::size_t room) {
  if (record.front() != static_cast<char>(record_type::application_data)) {
    fail(alert::unexpected_message);
    return 0;
  }
  const std::size_t size = record.size() - record_header_size;
  const bool is_in_place = size <= room + traffic_key::tag_size;
  char* const at = is_in_place ? to : scratch();
  const auto found = reads_.open(record, at);
  if (!found) {
    fail(alert::bad_record_mac);
  } else if (size > most_plain_text + traffic_key::overhead) {
    fail(alert::record_overflow);
  } else if (take(found->type, {at, found->size})) {
    const std::size_t n = std::min(room, found->size);
    if (!is_in_place) {
      std::copy_n(at, n, to);
      text_.append({at + n, found->size - n});
    }
    return n;
  }
  return 0;
}

// True where it is text.
bool protected_records::take(record_type type, std::string_view content) {
  if (message_size_ != 0 && type != record_type::handshake) {
    fail(alert::unexpected_message);  // between the pieces of a message
    return false;
  }
  if (type == record_type::application_data && !content.empty()) {
    records_without_text_ = 0;
    return true;
  }
  if (!count_record_without_text()) return false;
  switch (type) {
    case record_type::alert:
      take_alert(content);
      break;
    case record_type::handshake:
      take_handshake(content);
      break;
    case record_type::application_data:
      break;
    default:
      fail(alert::unexpected_message);
  }
  return false;
}

bool protected_records::count_record_without_text() {
  if (++records_without_text_ <= most_without_text) return true;
  fail(alert::unexpected_message);
  return false;
}

// Every alert but these two is an error, whatever level it has (RFC 8446 section 6). None is empty
// (section 5.4).
void protected_records::take_alert(std::string_view message) {
  if (message.empty()) return fail(alert::unexpected_message);
  if (message.size() != 2) return fail(alert::decode_error);
  const auto what = static_cast<alert>(static_cast<unsigned char>(message[1]));
  if (what == alert::user_canceled) return;
  peer_ = what == alert::close_notify ? state::closed : state::failed;
}

// Nothing may follow a KeyUpdate in its record: that would be under the old key.
void protected_records::take_handshake(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > message_.size() - message_size_) {
    return fail(alert::unexpected_message);
  }
  std::copy(bytes.begin(), bytes.end(), message_.begin() + message_size_);
  message_size_ += static_cast<std::uint8_t>(bytes.size());
  const std::string_view message(message_.data(), message_size_);
  if (message.front() != key_update) return fail(alert::unexpected_message);
  if (!key_update_header.starts_with(message.substr(0, key_update_header.size()))) {
    return fail(alert::decode_error);
  }
  if (message_size_ < message_.size()) return;
  message_size_ = 0;
  if (message.back() != 0 && message.back() != 1) return fail(alert::illegal_parameter);
  reads_.renew();
  if (message.back() == 1) owes_key_ = true;
}

// --- keys ----------------------------------------------------------------------------------------

// Without asking the peer for the same. The kernel knows no new keys: who asks for them goes on to
// get records under the old one, which nobody depends on (RFC 8446 section 4.6.3).
void protected_records::renew_own_key() {
  owes_key_ = false;
  constexpr std::string_view update("\x18\0\0\x01\0", 5);
  writes_.seal(record_type::handshake, update, {}, stream_.output());
  writes_.renew();
}

// --- writing -------------------------------------------------------------------------------------

// Head and body share a record. The answer to a peer that has asked for a new key is due in front
// of what is written next (RFC 8446 section 4.6.3); so it is one for many, and none behind the
// last.
std::size_t protected_records::write(std::string_view first, std::string_view second) {
  const std::size_t size = first.size() + second.size();
  if (peer_ == state::failed || size == 0) return 0;
  const std::size_t records = size / most_text_ + 1;
  stream_.output().prepare(size + records * (record_header_size + traffic_key::overhead));
  records_without_text_ = 0;
  if (owes_key_) renew_own_key();
  while (!first.empty() || !second.empty()) {
    if (writes_.next() >= most_under_one_key) renew_own_key();
    const std::string_view a = first.substr(0, most_text_);
    const std::string_view b = second.substr(0, most_text_ - a.size());
    writes_.seal(record_type::application_data, a, b, stream_.output());
    first.remove_prefix(a.size());
    second.remove_prefix(b.size());
  }
  return size;
}

// Not behind a fatal alert, whoever has sent it (RFC 8446 section 6.2).
void protected_records::close() {
  if (peer_ != state::failed) tell(alert::close_notify);
}

// Nothing follows it (section 6.1). The level means nothing any more, but for what TLS 1.2 would
// show.
void protected_records::tell(alert what) {
  if (std::exchange(has_ended_, true)) return;
  const char level = what == alert::close_notify ? 1 : 2;
  const char bytes[] = {level, static_cast<char>(what)};
  const std::string_view message(bytes, sizeof bytes);
  if (is_in_kernel()) return send_by_kernel(kernels_socket_, record_type::alert, message);
  writes_.seal(record_type::alert, message, {}, stream_.output());
}

void protected_records::move_to_kernel(int socket) {
  if (give_key_to_kernel(socket, writes_)) kernels_socket_ = socket;
}

void protected_records::fail(alert why) {
  peer_ = state::failed;
  tell(why);
}

}  // namespace asio_httpd::tls
