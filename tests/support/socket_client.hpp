// SPDX-License-Identifier: BSL-1.0
//
// A blocking client on a real socket, for tests: every operation has a generous time limit, after
// which the test fails instead of hanging. And what a process can count of itself.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace test_support {

class socket_client {
 public:
  // Connects; throws std::system_error.
  static socket_client to_port(std::uint16_t port);       // 127.0.0.1
  static socket_client to_port_v6(std::uint16_t port);    // ::1
  static socket_client to_path(const std::string& path);  // "@name" is abstract
  socket_client(socket_client&& other) noexcept;
  socket_client& operator=(socket_client&& other) noexcept;
  ~socket_client();

  // All of it; false where the connection is gone.
  bool send(std::string_view bytes);
  void shutdown_send();
  // The next bytes, `most` at most; "" at the end, and where the connection was reset.
  std::string receive_some(std::size_t most = 65536);
  // Everything up to `mark` (or to the end of the connection).
  std::string receive_until(std::string_view mark);
  // One answer whose length is given by Content-Length.
  std::string receive_reply();
  std::string receive_all();
  // Throws away what is under way (RST).
  void reset();
  void close();
  int descriptor() const noexcept { return descriptor_; }

 private:
  explicit socket_client(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_ = -1;
  std::string buffered_;
};

// Waits until `condition` holds; false where that takes more than `at_most`.
bool eventually(const std::function<bool()>& condition,
                std::chrono::seconds at_most = std::chrono::seconds(30));

std::size_t open_descriptors();
std::size_t resident_bytes();
// Processor time of this process.
std::chrono::microseconds processor_time();
// Raises the soft limit of descriptors as far as it goes, and says how far that is.
std::size_t raise_descriptor_limit();

// Whether a sanitizer watches, which takes memory and time of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
inline constexpr bool sanitized =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace test_support
