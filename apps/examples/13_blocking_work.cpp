// SPDX-License-Identifier: BSL-1.0
//
// Handlers that compute for long, or call what blocks. A thread that serves must not wait: all its
// connections would. `run_blocking` does a piece of work on another one and comes back; a route
// that is `.blocking()` has its whole handler done there.
//
//   13_blocking_work [PORT]
//   curl http://localhost:8080/primes/5000000 &
//   curl http://localhost:8080/                     answered meanwhile, by the only thread
//   curl http://localhost:8080/addresses/localhost

#include <asio_httpd/asio_httpd.hpp>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <netdb.h>

namespace {

using namespace asio_httpd;
using boost::asio::awaitable;

constexpr int most = 10'000'000;

bool is_prime(int n) {
  for (int i = 2; i <= n / i; ++i) {
    if (n % i == 0) return false;
  }
  return n > 1;
}

int count_primes(int below) {
  int count = 0;
  for (int n = 2; n < below; ++n) count += is_prime(n) ? 1 : 0;
  return count;
}

// Bounded, because work that has begun is done, also for a client that has left. What waits for a
// thread is bounded, too: beyond it run_blocking answers 503.
awaitable<std::string> primes(int below) {
  if (below > most) throw http_error(status::bad_request, "that would take too long\n");
  const int count = co_await run_blocking([below] { return count_primes(below); });
  co_return std::to_string(count) + "\n";
}

// A function of the C library that waits for other machines.
std::string addresses(std::string_view name) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(std::string(name).c_str(), nullptr, &wanted, &found);
  if (error != 0) throw http_error(status::not_found, std::string(::gai_strerror(error)) + "\n");
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  std::string lines;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    char text[NI_MAXHOST] = "";
    ::getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    lines.append(text).append("\n");
  }
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 8080;
  router routes;
  routes.get("/", [] { return "at your service\n"; });
  routes.get("/primes/{below}", primes);
  routes.get("/addresses/{name}", addresses).blocking();
  return run(std::move(routes), {.port = static_cast<std::uint16_t>(port), .threads = 1});
}
