// SPDX-License-Identifier: BSL-1.0
//
// Forms of requests, in both formats, and how a wrong one is answered.

#include <asio_httpd/form.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace asio_httpd;

namespace {

constexpr std::string_view urlencoded_type = "application/x-www-form-urlencoded";
constexpr std::string_view multipart_type = "multipart/form-data; boundary=b";

std::unique_ptr<request> post(std::string_view type, std::string body) {
  fields f;
  if (!type.empty()) f.set(field::content_type, type);
  return std::make_unique<request>(method::post, "/", std::move(f), std::move(body));
}

status status_of(const request& r, const form_limits& limits = {}) {
  try {
    const form f(r, limits);
    return status::ok;
  } catch (const http_error& e) {
    CHECK(std::string_view(e.what()).ends_with("\n"));
    return e.status();
  }
}

const std::string upload =
    "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\none\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a%22.jpg\"\r\n"
    "Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"\"\r\n\r\n\r\n"
    "--b--\r\n";

}  // namespace

TEST_CASE("urlencoded: names and values, decoded, in their order") {
  const auto r = post(urlencoded_type, "a=1&b=x+y%26z&a=2&c&%65=%zz&a=");
  const form f(*r);
  CHECK(f.size() == 6);
  CHECK(f.get("a") == "1");
  CHECK(f.get("b") == "x y&z");
  CHECK(f.get("c") == "");
  CHECK(f.get("e") == "%zz");
  CHECK_FALSE(f.get("none"));
  CHECK(f.all("a") == std::vector<std::string_view>{"1", "2", ""});
  CHECK(f.all("none").empty());
  CHECK(f.file("a") == nullptr);
  std::string names;
  for (const auto& e : f) names.append(e.name);
  CHECK(names == "abacea");
}

TEST_CASE("urlencoded: what needs no decoding is not copied") {
  const std::string text = "plain=value&x=%41&y=a+b";
  const form f = form::urlencoded(text);
  CHECK(f.begin()->value.data() == text.data() + 6);
  CHECK(f.get("x") == "A");
  CHECK(f.get("y") == "a b");
}

TEST_CASE("an empty form is a form") {
  CHECK(form(*post(urlencoded_type, "")).empty());
  CHECK(form(*post(multipart_type, "--b--\r\n")).empty());
  CHECK(form::urlencoded("&&").empty());
}

TEST_CASE("multipart: values, files, and files that were not chosen") {
  const auto r = post(multipart_type, upload);
  const form f(*r);
  CHECK(f.size() == 4);
  CHECK(f.get("title") == "one");
  CHECK(f.all("title") == std::vector<std::string_view>{"one", ""});
  CHECK_FALSE(f.get("photo"));
  CHECK(f.all("photo").empty());
  CHECK(f.file("title") == nullptr);
  const form::entry* photo = f.file("photo");
  REQUIRE(photo != nullptr);
  CHECK(photo->is_file());
  CHECK(photo->filename == "a\".jpg");
  CHECK(photo->content_type == "image/jpeg");
  CHECK(photo->value == "\xff\xd8\r\n--");
  CHECK(photo->value.data() > r->body().data());
  CHECK(photo->value.data() < r->body().data() + r->body().size());
  const form::entry& none = *(f.end() - 1);
  CHECK(none.filename == "");
  CHECK(none.value.empty());
  CHECK(none.content_type.empty());
}

TEST_CASE("views stay when a form is moved") {
  const std::string text = "a=%78+y&%6e=short";
  form f = form::urlencoded(text);
  const form::entry before = *f.begin();
  const form moved = std::move(f);
  CHECK(moved.get("a") == "x y");
  CHECK(moved.get("n") == "short");
  CHECK(before.value == "x y");
  CHECK(before.value.data() == moved.begin()->value.data());
}

TEST_CASE("another type, or none, is 415") {
  CHECK(status_of(*post(urlencoded_type, "a=1")) == status::ok);
  CHECK(status_of(*post("Application/X-WWW-form-urlencoded; charset=utf-8", "a=1")) == status::ok);
  CHECK(status_of(*post("", "a=1")) == status::unsupported_media_type);
  CHECK(status_of(*post("application/json", "{}")) == status::unsupported_media_type);
  CHECK(status_of(*post("text/plain", "a=1")) == status::unsupported_media_type);
  CHECK(status_of(*post("multipart/mixed; boundary=b", "--b--")) == status::unsupported_media_type);
}

TEST_CASE("two Content-Types, a wrong boundary, a malformed form are 400") {
  fields two;
  two.append(field::content_type, urlencoded_type);
  two.append(field::content_type, multipart_type);
  CHECK(status_of(request(method::post, "/", two, "a=1")) == status::bad_request);
  CHECK(status_of(*post("multipart/form-data", upload)) == status::bad_request);
  CHECK(status_of(*post("multipart/form-data; boundary=c", upload)) == status::bad_request);
  CHECK(status_of(*post(multipart_type, "")) == status::bad_request);
  CHECK(status_of(*post(multipart_type, upload.substr(0, 100))) == status::bad_request);
}

TEST_CASE("above a limit is 413") {
  CHECK(status_of(*post(urlencoded_type, "a&b"), {.parts = 2}) == status::ok);
  CHECK(status_of(*post(urlencoded_type, "a&b&c"), {.parts = 2}) == status::content_too_large);
  CHECK(status_of(*post(multipart_type, upload), {.parts = 4}) == status::ok);
  CHECK(status_of(*post(multipart_type, upload), {.parts = 3}) == status::content_too_large);
  CHECK(status_of(*post(multipart_type, upload), {.part_head = 50}) == status::content_too_large);
  CHECK_THROWS_AS(form::urlencoded("a&b", {.parts = 1}), http_error);
}
