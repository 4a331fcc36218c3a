// SPDX-License-Identifier: BSL-1.0
//
// A TLS connection for each request.
//
//   handshakes PORT PATH CLIENTS COUNTER [full|resumed]
//
// Each client connects, shakes hands, sends one GET, reads its answer up to the end of the
// connection, and begins anew. `full`: it remembers nothing. `resumed`: it shows the last
// ticket that it got (RFC 8446 section 4.6.1), and a handshake that is not resumed then ends the
// program. TLS 1.3, X25519 and AES-128-GCM, so that all servers do the same arithmetic; the
// certificate is not verified. One thread, which waits by epoll. It goes on until SIGINT; how many
// answers have come is a double in the file COUNTER, which can be read meanwhile.

#include "client_socket.hpp"
#include "counter_file.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

template <auto release>
struct releaser {
  template <class T>
  void operator()(T* it) const {
    release(it);
  }
};
using context_pointer = std::unique_ptr<SSL_CTX, releaser<SSL_CTX_free>>;
using ssl_pointer = std::unique_ptr<SSL, releaser<SSL_free>>;
using session_pointer = std::unique_ptr<SSL_SESSION, releaser<SSL_SESSION_free>>;

[[noreturn]] void fail(const char* why) {
  std::fprintf(stderr, "handshakes: %s\n", why);
  ERR_print_errors_fp(stderr);
  std::exit(2);
}

struct client {
  ssl_pointer tls = {};
  int descriptor = -1;
  session_pointer session = {};  // of the last ticket that came
  std::size_t received = 0;
  bool asked = false;
};

// The newest ticket of a connection is the one for the next.
int take_session(SSL* tls, SSL_SESSION* session) {
  static_cast<client*>(SSL_get_app_data(tls))->session.reset(session);
  return 1;
}

context_pointer make_context(bool resumes) {
  context_pointer made(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(made.get(), TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(made.get(), "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set1_groups_list(made.get(), "X25519");
  if (resumes) {
    SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(made.get(), take_session);
  }
  return made;
}

class shaker {
 public:
  shaker(std::uint16_t port, const std::string& path, std::size_t clients, double* counter,
         bool resumes)
      : port_(port),
        request_("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        context_(make_context(resumes)),
        clients_(clients),
        counter_(counter) {}

  void run() {
    for (std::size_t i = 0; i < clients_.size(); ++i) begin(i);
    while (!load::is_over()) wait();
  }

 private:
  void begin(std::size_t number) {
    client& c = clients_[number];
    c.descriptor = load::connect_to(port_);
    ::fcntl(c.descriptor, F_SETFL, O_NONBLOCK);
    c.tls.reset(SSL_new(context_.get()));
    SSL_set_app_data(c.tls.get(), &c);
    SSL_set_fd(c.tls.get(), c.descriptor);
    SSL_set_tlsext_host_name(c.tls.get(), "localhost");
    SSL_set_connect_state(c.tls.get());
    if (c.session != nullptr) show_ticket(c);
    c.received = 0;
    c.asked = false;
    load::watch(epoll_, c.descriptor, number);
    go_on(number);
  }

  // A copy: OpenSSL lets a session be used once, and not every server has a new ticket for a client
  // that showed one.
  static void show_ticket(client& c) {
    const session_pointer copy(SSL_SESSION_dup(c.session.get()));
    SSL_set_session(c.tls.get(), copy.get());
  }

  void wait() {
    std::array<epoll_event, 64> events;
    const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < n; ++i) {
      go_on(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
    }
  }

  // As far as it gets without waiting.
  void go_on(std::size_t number) {
    client& c = clients_[number];
    if (!c.asked && !ask(c)) return;
    if (!receive(c)) return;
    // Without this, OpenSSL would take the session for broken, and its ticket with it.
    SSL_set_shutdown(c.tls.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    c.tls.reset();
    ::close(c.descriptor);
    count();
    begin(number);
  }

  bool ask(client& c) {
    const bool has_ticket = c.session != nullptr;
    if (!is_done(c, SSL_do_handshake(c.tls.get()))) return false;
    if (has_ticket && SSL_session_reused(c.tls.get()) == 0) fail("a session was not resumed");
    SSL_write(c.tls.get(), request_.data(), static_cast<int>(request_.size()));
    return c.asked = true;
  }

  // Whether all has come.
  bool receive(client& c) {
    std::array<char, 16384> buffer;
    for (;;) {
      const int n = SSL_read(c.tls.get(), buffer.data(), static_cast<int>(buffer.size()));
      if (n <= 0) return is_at_end(c, n);
      if (c.received == 0 && !std::string_view(buffer.data(), 12).starts_with("HTTP/1.1 200")) {
        fail("an answer is no 200");
      }
      c.received += static_cast<std::size_t>(n);
    }
  }

  static bool is_done(client& c, int result) {
    if (result == 1) return true;
    if (SSL_get_error(c.tls.get(), result) != SSL_ERROR_WANT_READ) fail("the handshake");
    return false;
  }

  bool is_at_end(client& c, int result) {
    const int error = SSL_get_error(c.tls.get(), result);
    if (error == SSL_ERROR_WANT_READ) return false;
    if (error != SSL_ERROR_ZERO_RETURN) fail("a connection ended without close_notify");
    if (answer_size_ == 0) answer_size_ = c.received;
    if (c.received != answer_size_) fail("an answer has another length than the first");
    return true;
  }

  void count() { *static_cast<volatile double*>(counter_) = ++count_; }

  std::uint16_t port_;
  std::string request_;
  context_pointer context_;
  std::vector<client> clients_;
  double* counter_;
  int epoll_ = ::epoll_create1(0);
  double count_ = 0;
  std::size_t answer_size_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("usage: handshakes PORT PATH CLIENTS COUNTER [full|resumed]\n", stderr);
    return 2;
  }
  load::end_on_interrupt();
  const bool resumes = argc > 5 && std::string_view(argv[5]) == "resumed";
  shaker(static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2],
         static_cast<std::size_t>(std::atoi(argv[3])), load::map_counter(argv[4]), resumes)
      .run();
}
