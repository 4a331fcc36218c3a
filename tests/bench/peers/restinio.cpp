// SPDX-License-Identifier: BSL-1.0
//
// The peer: a server of RESTinio in the shape that its examples teach: one thread, the express
// router, sendfile for files. It runs on Boost.Asio here, as the other libraries do.
//
//   restinio PORT SITE [THREADS [ROUTES [DEPTH]]]      THREADS is 1

#define RESTINIO_USE_BOOST_ASIO
#include <restinio/all.hpp>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace router = restinio::router;
using restinio::http_field;

using express = router::express_router_t<>;
struct traits : restinio::default_single_thread_traits_t {
  using request_handler_t = express;
};

template <class Body>
auto answer(const restinio::request_handle_t& request, const char* type, Body body) {
  return request->create_response()
      .append_header(http_field::server, "asio_httpd")
      .append_header_date_field()
      .append_header(http_field::content_type, type)
      .set_body(std::move(body))
      .done();
}

auto hello(const restinio::request_handle_t& request, const router::route_params_t&) {
  return answer(request, "text/plain; charset=utf-8", std::string("hello"));
}

auto echo(const restinio::request_handle_t& request, const router::route_params_t&) {
  return answer(request, "application/octet-stream", request->body());
}

std::unique_ptr<express> make_router(const std::string& site, int more) {
  auto made = std::make_unique<express>();
  made->http_get("/", hello);
  made->http_post("/echo", echo);
  made->http_get("/flag", [site](const auto& request, const auto&) {
    return answer(request, "text/plain", restinio::sendfile(site + "/flag"));
  });
  made->http_get("/files/:name", [site](const auto& request, const auto& parameters) {
    const auto name = restinio::cast_to<std::string>(parameters["name"]);
    return answer(request, "application/octet-stream", restinio::sendfile(site + "/files/" + name));
  });
  for (int i = 0; i < more; ++i) made->http_get("/api/things" + std::to_string(i) + "/list", hello);
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    std::printf("%llu.%llu.%llu\n", RESTINIO_VERSION_MAJOR, RESTINIO_VERSION_MINOR,
                RESTINIO_VERSION_PATCH);
    return 0;
  }
  if (argc < 3) return 2;
  const auto depth = static_cast<std::size_t>(argc > 5 ? std::atoi(argv[5]) : 1);
  std::signal(SIGPIPE, SIG_IGN);  // sendfile(2) to a client that has left
  restinio::run(restinio::on_this_thread<traits>()
                    .address("127.0.0.1")
                    .port(static_cast<std::uint16_t>(std::atoi(argv[1])))
                    .protocol(restinio::asio_ns::ip::tcp::v4())
                    // A client that pipelines more is cut off; the default is one.
                    .max_pipelined_requests(depth)
                    .socket_options_setter([](auto& options) {
                      options.set_option(restinio::asio_ns::ip::tcp::no_delay(true));
                    })
                    .acceptor_options_setter([](auto& options) {
                      options.set_option(restinio::asio_ns::ip::tcp::acceptor::reuse_address(true));
                    })
                    .request_handler(make_router(argv[2], argc > 4 ? std::atoi(argv[4]) : 0)));
}
