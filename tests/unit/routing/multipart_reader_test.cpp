// SPDX-License-Identifier: BSL-1.0
//
// Forms while they come in, in pieces of every size; and read_json, which is read likewise.

#include "support/scratch_folder.hpp"

#include <asio_httpd/json.hpp>
#include <asio_httpd/multipart_reader.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace asio_httpd;
using test_support::read_file;
using test_support::scratch_folder;
namespace asio = boost::asio;
using boost::asio::awaitable;

namespace {

// Gives pieces of one size, each in memory of its own that is gone at the next, so that a view that
// is kept too long is seen by the sanitizer. Then the client is gone, or this is the end.
class pieces final : public body_source {
 public:
  pieces(std::string text, std::size_t size) : text_(std::move(text)), size_(size) {}

  awaitable<std::string_view> read() override {
    ++reads;
    const std::string_view next = std::string_view(text_).substr(at_, size_);
    if (next.empty() && breaks) throw boost::system::system_error(asio::error::operation_aborted);
    piece_ = std::make_unique<char[]>(next.size());
    next.copy(piece_.get(), next.size());
    at_ += next.size();
    co_return std::string_view(piece_.get(), next.size());
  }

  bool breaks = false;
  int reads = 0;

 private:
  std::string text_;
  std::size_t size_;
  std::size_t at_ = 0;
  std::unique_ptr<char[]> piece_;
};

fields form_type(std::string_view value = "multipart/form-data; boundary=b") {
  fields made;
  made.append(field::content_type, value);
  return made;
}

// What it came to: "" or what was thrown.
std::string run(const std::function<awaitable<void>()>& f) {
  asio::io_context context;
  std::exception_ptr error;
  asio::co_spawn(context, f, [&](std::exception_ptr e) { error = e; });
  context.run();
  try {
    if (error) std::rethrow_exception(error);
    return "";
  } catch (const http_error& e) {
    return std::to_string(to_integer(e.status())) + " " + e.what();
  } catch (const boost::system::system_error& e) {
    return e.code() == asio::error::operation_aborted ? "aborted" : e.what();
  } catch (const std::exception& e) {
    return e.what();
  }
}

using reads_form = std::function<awaitable<void>(multipart_reader&)>;

std::string read(const std::shared_ptr<pieces>& from, const reads_form& f,
                 const form_limits& limits = {}, fields type = form_type()) {
  const request r(method::post, "/", std::move(type));
  return run([&]() -> awaitable<void> {
    multipart_reader parts(r, request_body(from), limits);
    co_await f(parts);
  });
}

std::string read(std::string_view form, std::size_t size, const reads_form& f,
                 const form_limits& limits = {}) {
  return read(std::make_shared<pieces>(std::string(form), size), f, limits);
}

// All parts as text, "{name|filename|type:content}", into `to`.
reads_form writes_down(std::string& to) {
  return [&to](multipart_reader& parts) -> awaitable<void> {
    while (auto* part = co_await parts.next()) {
      to.append("{").append(part->name).append("|").append(part->filename.value_or("-"));
      to.append("|").append(part->content_type()).append(":");
      for (;;) {
        const std::string_view piece = co_await part->read();
        if (piece.empty()) break;
        to.append(piece);
      }
      to.append("}");
    }
  };
}

const std::string title =
    "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\ntwo words\r\n";
const std::string photo =
    "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n"
    "Content-Type: image/jpeg\r\n\r\n\r\n--\r\n\r\n--a\r\r\n";
const std::string empty =
    "--b\r\nContent-Disposition: form-data; name=\"none\"; filename=\"\"\r\n\r\n\r\n";
const std::string whole = title + photo + empty + "--b--\r\n";

}  // namespace

TEST_CASE("parts come in their order with all of their content, however they are cut") {
  for (std::size_t size = 1; size <= whole.size() + 1; ++size) {
    std::string got;
    CAPTURE(size);
    CHECK(read(whole, size, writes_down(got)) == "");
    REQUIRE(got == "{title|-|:two words}{photo|a.jpg|image/jpeg:\r\n--\r\n\r\n--a\r}{none||:}");
  }
}

TEST_CASE("what is not read of a part is skipped") {
  for (std::size_t size = 1; size <= whole.size(); ++size) {
    std::string names;
    const std::string error = read(whole, size, [&](multipart_reader& parts) -> awaitable<void> {
      while (auto* part = co_await parts.next()) {
        names += part->name + " ";
        if (part->name == "photo") co_await part->read();  // some of it
      }
    });
    CHECK(error == "");
    CHECK(names == "title photo none ");
  }
}

TEST_CASE("content of a part is had as that of a request: whole, in a file, saved") {
  for (const std::size_t size : {std::size_t(1), std::size_t(7), whole.size()}) {
    const scratch_folder folder;
    std::string text;
    const std::string error = read(whole, size, [&](multipart_reader& parts) -> awaitable<void> {
      auto* part = co_await parts.next();
      text = co_await part->read_all(9);
      part = co_await parts.next();
      saved_file saved = co_await part->save(folder.path().string());
      saved.keep_as(folder / "saved");
      part = co_await parts.next();
      CHECK(co_await part->write_to(saved.descriptor()) == 0);
      CHECK(co_await parts.next() == nullptr);
    });
    CHECK(error == "");
    CHECK(text == "two words");
    CHECK(read_file(folder / "saved") == "\r\n--\r\n\r\n--a\r");
  }
}

TEST_CASE("more of a part than is wanted is 413") {
  for (const std::size_t size : {std::size_t(1), whole.size()}) {
    CHECK(read(whole, size, [](multipart_reader& parts) -> awaitable<void> {
            auto* part = co_await parts.next();
            co_await part->read_all(8);
          }) == "413 413 Content Too Large\n");
  }
}

TEST_CASE("the end stays the end, of a part and of the form") {
  CHECK(read(whole, 3, [](multipart_reader& parts) -> awaitable<void> {
          auto* part = co_await parts.next();
          co_await part->read_all(100);
          CHECK((co_await part->read()).empty());
          CHECK(co_await part->read_all(100) == "");
          while (co_await parts.next() != nullptr) continue;
          CHECK(co_await parts.next() == nullptr);
        }) == "");
}

TEST_CASE("a part is of no use once the next one was asked for") {
  const std::string late = "asio_httpd: a part was read after the next one was asked for";
  for (const int more : {1, 3, 4}) {
    CHECK(read(whole, 3, [&](multipart_reader& parts) -> awaitable<void> {
            const auto* part = co_await parts.next();
            multipart_reader::part kept = *part;
            for (int i = 0; i < more; ++i) co_await parts.next();
            co_await kept.read();
          }) == late);
  }
}

TEST_CASE("each rule that is broken is said, where it is and from then on") {
  const std::string head = "--b\r\nContent-Disposition: form-data; name=a";
  const std::vector<std::pair<std::string, multipart_rule>> forms = {
      {"", multipart_rule::incomplete},
      {"--bx\r\n", multipart_rule::boundary_line},
      {head + "\r\n\r\nabc", multipart_rule::incomplete},
      {head + "\r\n\r\nabc\r\n--b", multipart_rule::incomplete},
      {head + "\n\n", multipart_rule::part_line_end},
      {head + "\r\n b\r\n", multipart_rule::part_field_syntax},
      {head + "\r\nContent-Disposition: form-data\r\n", multipart_rule::part_field_repeated},
      {"--b\r\n\r\n", multipart_rule::disposition_missing},
      {"--b\r\nContent-Disposition: attachment\r\n\r\n", multipart_rule::disposition_syntax},
      {"--b\r\nContent-Disposition: form-data\r\n\r\n", multipart_rule::name_missing},
      {head + "; name=b\r\n\r\n", multipart_rule::name_repeated},
      {head + "\r\nContent-Transfer-Encoding: base64\r\n\r\n",
       multipart_rule::part_transfer_coding},
      {head + "\r\n\r\nx\r\n" + head, multipart_rule::too_many_parts},
      {head + "\r\nA: 1\r\nB: 2\r\n", multipart_rule::too_many_part_fields},
      {head + "\r\nA: " + std::string(200, 'x'), multipart_rule::part_head_too_large},
      {std::string(200, 'x'), multipart_rule::preamble_too_large},
  };
  const form_limits limits{.parts = 2, .part_head = 150, .part_fields = 2, .preamble = 100};
  for (const auto& [text, rule] : forms) {
    const bool first_is_good = rule != multipart_rule::preamble_too_large && !text.empty();
    const std::string form = first_is_good ? title + text : text;
    const std::string says =
        std::to_string(to_integer(answer_to(rule))) + " " + std::string(to_string(rule)) + "\n";
    for (const std::size_t size : {std::size_t(1), std::size_t(5), std::size_t(10'000)}) {
      CAPTURE(form);
      CAPTURE(size);
      std::string got;
      CHECK(read(form, size, writes_down(got), limits) == says);
      CHECK(got.starts_with("{title|-|:two words}") == first_is_good);
      CHECK(read(
                form, size,
                [&](multipart_reader& parts) -> awaitable<void> {
                  try {
                    while (co_await parts.next() != nullptr) continue;
                  } catch (const http_error&) {
                    got = "failed";
                  }
                  CHECK(got == "failed");
                  co_await parts.next();
                },
                limits) == says);
    }
  }
}

TEST_CASE("a form that is none, or is said twice to be one, is refused before it is read") {
  const auto refused = [](fields type) {
    const auto from = std::make_shared<pieces>(whole, 100);
    std::string got;
    std::string error = read(from, writes_down(got), {}, std::move(type));
    CHECK(from->reads == 0);
    return error;
  };
  CHECK(refused(fields()) == "415 Content-Type must be multipart/form-data\n");
  CHECK(refused(form_type("text/plain")) == "415 Content-Type must be multipart/form-data\n");
  CHECK(refused(form_type("multipart/form-data")).starts_with("400 "));
  fields twice = form_type();
  twice.append(field::content_type, "multipart/form-data; boundary=b");
  CHECK(refused(std::move(twice)) == "400 There must be one Content-Type\n");
}

TEST_CASE("a client that leaves is no end of a form, wherever that is") {
  const std::string form = "preamble\r\n" + whole + "epilogue";
  for (std::size_t sent = 0; sent <= form.size(); ++sent) {
    const auto from = std::make_shared<pieces>(form.substr(0, sent), 10);
    from->breaks = true;
    std::string got;
    CHECK(read(from, writes_down(got)) == "aborted");
  }
}

TEST_CASE("one that leaves while a part is saved leaves nothing behind") {
  const scratch_folder folder;
  const auto from = std::make_shared<pieces>(photo.substr(0, photo.size() - 3), 10);
  from->breaks = true;
  CHECK(read(from, [&](multipart_reader& parts) -> awaitable<void> {
          auto* part = co_await parts.next();
          (co_await part->save(folder.path().string())).keep_as(folder / "a");
        }) == "aborted");
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a directory that is none is said before anything is read") {
  const auto from = std::make_shared<pieces>("content", 3);
  const std::string error = run([&]() -> awaitable<void> {
    request_body body(from);
    co_await body.save("/nowhere");
  });
  CHECK(error == "cannot make a file in \"/nowhere\": No such file or directory");
  CHECK(from->reads == 0);
}

TEST_CASE("short names of directories and files") {
  const auto from = std::make_shared<pieces>("content", 3);
  CHECK(run([&]() -> awaitable<void> {
          request_body body(from);
          saved_file saved = co_await body.save("/tmp", 0600);
          CHECK(saved.size() == 7);
          co_await saved.keep_durably_as("/");
        }) == "cannot make \"/\": File exists");
}

// --- JSON ----------------------------------------------------------------------------------------

namespace {

std::string read_as_json(std::string text, std::size_t limit, std::string_view type,
                         nlohmann::json& to, int depth = 64) {
  const auto from = std::make_shared<pieces>(std::move(text), 3);
  const request r(method::post, "/", type.empty() ? fields() : form_type(type));
  const std::string error = run(
      [&]() -> awaitable<void> { to = co_await read_json(r, request_body(from), limit, depth); });
  if (error.starts_with("415")) CHECK(from->reads == 0);
  return error;
}

}  // namespace

TEST_CASE("JSON that is read by its handler is checked as JSON that is here") {
  nlohmann::json got;
  CHECK(read_as_json("{\"a\": [1]}", 10, "application/json; charset=utf-8", got) == "");
  CHECK(got["a"][0] == 1);
  CHECK(read_as_json("[1]", 3, "", got) == "");
  CHECK(read_as_json("[1]", 2, "application/json", got) == "413 413 Content Too Large\n");
  CHECK(read_as_json("[1", 9, "application/json", got) == "400 The body is not JSON\n");
  CHECK(read_as_json("[[1]]", 9, "application/json", got, 1) == "400 JSON is nested too deep\n");
  CHECK(read_as_json("[1]", 9, "text/plain", got) == "415 Content-Type must be application/json\n");
}
