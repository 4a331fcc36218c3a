// SPDX-License-Identifier: BSL-1.0
//
// Uploads of any size, straight into a file, and downloads that are made while they are sent. The
// program's memory stays the same: who sends is held up by the disk, who makes by the client.
//
//   11_upload DIRECTORY [PORT]
//   curl -T film.mkv http://localhost:8080/files/film.mkv
//   curl http://localhost:8080/squares/1000000

#include <asio_httpd/asio_httpd.hpp>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace asio_httpd;
using boost::asio::awaitable;

class descriptor {
 public:
  explicit descriptor(int d) noexcept : value_(d) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const noexcept { return value_; }

 private:
  int value_;
};

// Under another name until it is whole: an upload that breaks off leaves what was there before.
awaitable<response> store(const std::string& directory, std::string_view name, request_body body) {
  const auto safe = safe_filename(name);
  if (!safe) throw http_error(status::bad_request, "that is no file name\n");
  const std::string path = directory + "/" + *safe;
  std::string temporary = directory + "/.upload-XXXXXX";
  const descriptor file(::mkstemp(temporary.data()));
  if (file.get() < 0) throw std::system_error(errno, std::generic_category(), directory);
  std::uint64_t size = 0;
  try {
    size = co_await body.write_to(file.get());
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
      throw std::system_error(errno, std::generic_category(), path);
    }
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  co_return text(std::to_string(size) + " bytes\n", status::created);
}

response squares(int count) {
  return streaming("text/plain", [count](body_writer out) -> awaitable<void> {
    std::string lines;
    for (std::uint64_t i = 1; i <= static_cast<std::uint64_t>(count); ++i) {
      lines += std::to_string(i * i) + "\n";
      if (lines.size() < 16 * 1024) continue;
      co_await out.write(lines);
      lines.clear();
    }
    co_await out.write(lines);
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: 11_upload DIRECTORY [PORT]\n";
    return 2;
  }
  const int port = argc > 2 ? std::atoi(argv[2]) : 8080;
  router routes;
  routes
      .put("/files/{name}",
           [directory = std::string(argv[1])](std::string_view name, request_body body)
               -> awaitable<response> { return store(directory, name, std::move(body)); })
      .body_limit(std::uint64_t{100} << 30);
  routes.get("/squares/{count}", squares);
  return run(std::move(routes), {.port = static_cast<std::uint16_t>(port)});
}
