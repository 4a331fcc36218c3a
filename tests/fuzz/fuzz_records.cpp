// SPDX-License-Identifier: BSL-1.0
//
// Invariant: whatever a peer sends that knows the keys, however it is cut, and however large the
// buffers are that it is read with: what is read is the text that a plain model reads, up to the
// first record that is wrong; the state of the peer is the model's; and what is written can be
// opened by the peer, record by record what the model would say: text, one answer to each KeyUpdate
// that asks for it, and one alert at most, behind which there is nothing.
//
// Input: bytes for the suite, the size of records to be written, their first number, and the cuts;
// then a plan of steps, each a letter and its arguments (`player::step`). It is played twice: at
// once, and cut.

#include "fuzz_input.hpp"

#include "support/record_peer.hpp"

#include <array>
#include <map>

namespace {

using namespace asio_httpd;
using test_support::opened_record;
using tls::alert;
using tls::cipher_suite;
using tls::record_type;
using state = tls::record_layer::state;

constexpr std::uint64_t most_under_one_key = std::uint64_t{1} << 24;
constexpr std::size_t most_of_a_plan = 100'000;

struct options {
  cipher_suite suite;
  std::size_t most_text;
  std::uint64_t written;
};

options take_options(fuzz::input& in) {
  constexpr std::array suites = {cipher_suite::aes_128_gcm_sha256, cipher_suite::aes_256_gcm_sha384,
                                 cipher_suite::chacha20_poly1305_sha256};
  constexpr std::array<std::size_t, 4> sizes = {tls::most_plain_text, 512, 1024, 4096};
  constexpr std::array<std::uint64_t, 4> numbers = {0, 1, most_under_one_key - 2,
                                                    most_under_one_key - 1};
  const cipher_suite suite = suites[in.option() % suites.size()];
  const std::size_t size = sizes[in.option() % sizes.size()];
  return {suite, size, numbers[in.option() % numbers.size()]};
}

// From one long text, since a loop over each would be what most of the time is spent on.
std::string text_of(std::size_t size, char first) {
  static const std::string all = [] {
    std::string made(5 * tls::most_plain_text, '\0');
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<char>(i % 251);
    return made;
  }();
  return all.substr(static_cast<unsigned char>(first), size);
}

// --- the model -----------------------------------------------------------------------------------

// A record as it was sealed: where it is in the stream, under which key, and what is in it.
struct sealed_record {
  std::size_t size = 0;
  unsigned key = 0;
  std::uint64_t number = 0;
  record_type type = record_type::invalid;
  std::string content;
};

// The whole stream is there, and so is all that was sealed: nothing has to be opened.
class model {
 public:
  explicit model(const options& o) : options_(o), number_written_(o.written) {}

  void arrive(std::string_view bytes) { stream_ += bytes; }
  void arrive(sealed_record r, std::string_view bytes) {
    r.size = bytes.size();
    sealed_[stream_.size()] = std::move(r);
    arrive(bytes);
  }
  void read() {
    while (state_ == state::open && read_one()) continue;
  }
  std::size_t write(std::string_view rest) {
    if (state_ == state::failed || rest.empty()) return 0;
    const std::size_t size = rest.size();
    without_text_ = 0;
    if (owes_key_) renew_ours();
    while (!rest.empty()) {
      if (number_written_ >= most_under_one_key) renew_ours();
      const std::size_t n = std::min(options_.most_text, rest.size());
      say(record_type::application_data, std::string(rest.substr(0, n)));
      rest.remove_prefix(n);
    }
    return size;
  }
  void close() {
    if (state_ != state::failed) say_last('\1', alert::close_notify);
  }

  std::string text;
  std::vector<opened_record> said;
  state peer() const noexcept { return state_; }
  bool has_ended() const noexcept { return has_ended_; }
  std::size_t received() const noexcept { return stream_.size(); }

 private:
  bool read_one() {
    const std::string_view there = std::string_view(stream_).substr(at_);
    if (there.size() < tls::record_header_size) return false;
    const std::size_t size = tls::record_header_size + tls::size_in_header(there);
    if (size > tls::record_header_size + tls::most_in_record) return fail(alert::record_overflow);
    if (there.size() < size) return false;
    if (there[0] != static_cast<char>(record_type::application_data)) {
      return fail(alert::unexpected_message);
    }
    const auto found = sealed_.find(std::exchange(at_, at_ + size));
    if (found == sealed_.end() || !is_next(found->second, size)) return fail(alert::bad_record_mac);
    ++number_read_;
    hear(found->second);
    return true;
  }
  bool is_next(const sealed_record& r, std::size_t size) const noexcept {
    return r.size == size && r.key == key_read_ && r.number == number_read_;
  }
  void hear(const sealed_record& r) {
    const bool is_text = r.type == record_type::application_data && !r.content.empty();
    const bool interrupts = !message_.empty() && r.type != record_type::handshake;
    if (r.size > tls::record_header_size + tls::most_plain_text + tls::traffic_key::overhead) {
      fail(alert::record_overflow);
    } else if (interrupts || (!is_text && ++without_text_ > 32)) {
      fail(alert::unexpected_message);
    } else if (!is_text) {
      hear_other(r);
    } else {
      without_text_ = 0;
      text += r.content;
    }
  }
  void hear_other(const sealed_record& r) {
    if (r.type == record_type::application_data) return;
    if (r.type == record_type::alert) return hear_alert(r.content);
    if (r.type == record_type::handshake) return hear_handshake(r.content);
    fail(alert::unexpected_message);
  }
  void hear_alert(const std::string& content) {
    if (content.size() != 2) {
      fail(content.empty() ? alert::unexpected_message : alert::decode_error);
    } else if (content[1] == 0) {
      state_ = state::closed;
    } else if (content[1] != 90) {
      state_ = state::failed;
    }
  }
  // A KeyUpdate is 24, its size in three bytes, which is 1, and 0 or 1.
  void hear_handshake(const std::string& content) {
    message_ += content;
    if (content.empty() || message_.size() > 5 || message_[0] != 24) {
      fail(alert::unexpected_message);
      return;
    }
    const std::string size = message_.substr(1, 3);
    if (size != std::string("\0\0\1", 3).substr(0, size.size())) {
      fail(alert::decode_error);
    } else if (message_.size() == 5) {
      update_keys(std::exchange(message_, {})[4]);
    }
  }
  void update_keys(char asks) {
    if (asks != 0 && asks != 1) {
      fail(alert::illegal_parameter);
      return;
    }
    ++key_read_;
    number_read_ = 0;
    if (asks == 1) owes_key_ = true;
  }

  void say(record_type type, std::string content) {
    said.push_back({type, std::move(content)});
    ++number_written_;
  }
  void say_last(char level, alert what) {
    if (!std::exchange(has_ended_, true)) say(record_type::alert, {level, static_cast<char>(what)});
  }
  void renew_ours() {
    owes_key_ = false;
    say(record_type::handshake, std::string(test_support::key_update));
    number_written_ = 0;
  }
  bool fail(alert why) {
    state_ = state::failed;
    say_last('\2', why);
    return false;
  }

  const options options_;
  std::string stream_;
  std::map<std::size_t, sealed_record> sealed_;  // by their place
  std::size_t at_ = 0;
  unsigned key_read_ = 0;
  std::uint64_t number_read_ = 0;
  std::uint64_t number_written_;
  std::string message_;
  unsigned without_text_ = 0;
  state state_ = state::open;
  bool owes_key_ = false;
  bool has_ended_ = false;
};

// --- the record layer under test -----------------------------------------------------------------

// Fed and read in pieces that the dice decide, or as a whole where there are none.
class reader {
 public:
  reader(const tls::protected_records::keys& k, std::uint64_t seed)
      : records(k, stream_), dice_(seed), is_cut_(seed != 0) {}

  void arrive(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t n = is_cut_ ? std::min(bytes.size(), piece()) : bytes.size();
      stream_.incoming += bytes.substr(0, n);
      bytes.remove_prefix(n);
      for (std::size_t reads = is_cut_ ? dice_.below(3) : 0; reads != 0; --reads) read(piece());
    }
  }
  void read_all() {
    while (read(is_cut_ ? 1 + piece() : 100'000) != 0) continue;
  }
  std::string take_output() { return stream_.take_output(); }

  std::string text;

 private:
  test_support::memory_records stream_;

 public:
  tls::protected_records records;

 private:
  std::size_t piece() noexcept {
    const std::size_t larger = dice_.below(4) == 0 ? dice_.below(20'000) : dice_.below(40);
    return dice_.below(8) == 0 ? 0 : larger;
  }
  std::size_t read(std::size_t size) {
    const auto to = std::make_unique_for_overwrite<char[]>(size);
    const std::size_t n = records.read(to.get(), size);
    FUZZ_REQUIRE(n <= size);
    FUZZ_REQUIRE(n == size || !records.has_text());
    text.append(to.get(), n);
    return n;
  }

  fuzz::dice dice_;
  const bool is_cut_;
};

// --- the plan ------------------------------------------------------------------------------------

class player {
 public:
  player(fuzz::input in, const options& o, std::uint64_t seed)
      : in_(in),
        model_(o),
        peer_(o.suite, theirs, ours, o.written),
        reader_({o.suite, theirs, ours, o.written, o.most_text}, seed) {}

  void play() {
    while (!in_.rest().empty() && model_.received() < most_of_a_plan) step();
    compare();
  }

 private:
  void step() {
    switch (in_.option()) {
      case 't':  // text: size, padding
        return send_text();
      case 's':  // anything that is sealed: type, size, its bytes, padding
        return send_sealed();
      case 'a': {  // an alert: level, description
        const char level = byte();
        return send(record_type::alert, {level, byte()});
      }
      case 'k':  // new keys
        return send_update(test_support::key_update);
      case 'K':
        return send_update(test_support::key_update_request);
      case 'p':  // a KeyUpdate in pieces: their size; what it asks for
        return send_pieces();
      case 'n':  // the next key, and nobody is told
        return renew();
      case 'x':  // a record that is left out
        seal(record_type::application_data, "lost");
        return;
      case 'o':  // more text than there may be, and than the header may say
        return send(record_type::application_data, text_of(tls::most_plain_text + size() / 8, 'o'));
      case 'd':  // one bit is another one: where
        return send_damaged();
      case 'r':  // bytes: how many, and which
        return send_raw(bytes(size()));
      case 'h':  // a header: type, and two bytes of its size
        return send_header();
      case 'w':  // what the other side writes: two sizes
        return write();
      case 'c':
        compare();
        model_.close();
        reader_.records.close();
        return;
      default:  // more than one record at a time
        for (int i = 0; i < 5; ++i) send(record_type::application_data, {});
    }
  }

  void send_text() {
    const std::size_t n = size();
    const std::size_t room = tls::most_in_record - tls::traffic_key::overhead - n;
    const std::size_t padding = std::min(size(), room);
    send(record_type::application_data, text_of(n, next_++), padding);
  }
  void send_sealed() {
    const record_type type{static_cast<std::uint8_t>(byte())};
    const std::string content = bytes(size() % 300);
    send(type, content, size() % 300);
  }
  void send_update(std::string_view message) {
    send(record_type::handshake, std::string(message));
    renew();
  }
  void send_pieces() {
    const std::size_t most = 1 + in_.option() % 5u;
    std::string message = "\x18" + std::string("\0\0\1", 3);
    message += byte();
    for (std::string_view rest = message; !rest.empty();) {
      const std::size_t n = std::min(most, rest.size());
      send(record_type::handshake, std::string(rest.substr(0, n)));
      rest.remove_prefix(n);
    }
    renew();
  }
  void send_damaged() {
    std::string record = seal(record_type::application_data, text_of(20, 'd'));
    const std::size_t bit = (in_.option() * 256u + in_.option()) % (8 * record.size());
    record[bit / 8] = static_cast<char>(record[bit / 8] ^ (1 << bit % 8));
    send_raw(record);
  }
  void send_header() {
    const char type = byte();
    const char high = byte();
    send_raw({type, 3, 3, high, byte()});
  }
  void send_raw(const std::string& bytes) {
    model_.arrive(bytes);
    reader_.arrive(bytes);
  }
  void write() {
    compare();
    const std::size_t first = size();
    const std::string text = text_of(first + 3 * size(), 'w');
    if (model_.has_ended() && model_.peer() != state::failed) return;  // nobody does
    const std::size_t n = reader_.records.write(std::string_view(text).substr(0, first),
                                                std::string_view(text).substr(first));
    FUZZ_REQUIRE(n == model_.write(text));
  }

  std::string seal(record_type type, std::string_view content, std::size_t padding = 0) {
    ++number_;
    return peer_.seal(type, content, padding);
  }
  void send(record_type type, const std::string& content, std::size_t padding = 0) {
    sealed_record r{0, key_, number_, type, content};
    if (type == record_type::invalid) r.content.clear();
    const std::string bytes = seal(type, content, padding);
    if (type == record_type::invalid) find_type(r, content);
    model_.arrive(std::move(r), bytes);
    reader_.arrive(bytes);
  }
  // Where the type is a zero, it is padding: the last byte that is none is the type.
  static void find_type(sealed_record& r, const std::string& content) {
    const std::size_t last = content.find_last_not_of('\0');
    if (last == std::string::npos) return;
    r.type = record_type{static_cast<std::uint8_t>(content[last])};
    r.content = content.substr(0, last);
  }
  void renew() {
    peer_.renew();
    ++key_;
    number_ = 0;
  }

  // All that has come is read now.
  void compare() {
    model_.read();
    reader_.read_all();
    FUZZ_REQUIRE(reader_.text == model_.text);
    FUZZ_REQUIRE(reader_.records.peer() == model_.peer());
    FUZZ_REQUIRE(!reader_.records.has_text());
    const auto said = peer_.open(reader_.take_output());
    FUZZ_REQUIRE(said.has_value());
    FUZZ_REQUIRE(said->size() == model_.said.size());
    for (std::size_t i = 0; i < said->size(); ++i) {
      FUZZ_REQUIRE((*said)[i].type == model_.said[i].type);
      FUZZ_REQUIRE((*said)[i].text == model_.said[i].text);
    }
    reader_.text.clear();
    model_.text.clear();
    model_.said.clear();
  }

  // --- arguments ---

  char byte() noexcept { return static_cast<char>(in_.option()); }
  // Small ones as they are, so that plans can be written by hand.
  std::size_t size() noexcept {
    const std::size_t n = in_.option();
    if (n < 128) return n;
    return n == 255 ? tls::most_plain_text : n < 224 ? 16 * (n - 128) : 528 * (n - 224);
  }
  std::string bytes(std::size_t n) {
    std::string made(n, '\0');
    for (char& c : made) c = byte();
    return made;
  }

  static constexpr std::string_view theirs = "123456789012345678901234567890123456789012345678";
  static constexpr std::string_view ours = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv";

  fuzz::input in_;
  model model_;
  test_support::record_peer peer_;
  reader reader_;
  unsigned key_ = 0;  // of the peer, and its next record
  std::uint64_t number_ = 0;
  char next_ = 'a';
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const options o = take_options(in);
  const std::uint64_t seed = in.option();
  player(in, o, 0).play();
  player(in, o, seed + 1).play();
  return 0;
}
