// SPDX-License-Identifier: BSL-1.0
//
// Problem details and error pages; see the header. JSON is written member by member.

#include <asio_httpd/escape.hpp>
#include <asio_httpd/negotiation.hpp>
#include <asio_httpd/problem.hpp>

#include <algorithm>
#include <stdexcept>

namespace asio_httpd {
namespace {

constexpr std::string_view html_type = "text/html";
constexpr std::string_view text_type = "text/plain";
constexpr std::string_view problem_type = "application/problem+json";
constexpr std::string_view json_type = "application/json";

// ---- JSON

void append_name(std::string& to, std::string_view name) {
  if (to.size() > 1) to += ',';
  append_json_string(to, name);
  to += ':';
}

void append_member(std::string& to, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  append_name(to, name);
  append_json_string(to, value);
}

// What std::visit calls for the value of an extension.
struct append_value {
  std::string& to;
  void operator()(const std::string& text) const { append_json_string(to, text); }
  void operator()(std::int64_t number) const { to += std::to_string(number); }
  void operator()(bool yes) const { to += yes ? "true" : "false"; }
  void operator()(const json_text& json) const { to += json.text; }
};

// Two members of one name would be read in two ways (RFC 8259 section 4).
void require_own_name(const problem_details& p, const problem_extension& extension) {
  const auto same = std::count_if(p.extensions.begin(), p.extensions.end(),
                                  [&](const auto& other) { return other.name == extension.name; });
  for (const std::string_view taken : {"type", "title", "status", "detail", "instance"}) {
    if (extension.name == taken || same > 1) {
      throw std::invalid_argument("asio_httpd: a problem has \"" + extension.name + "\" twice");
    }
  }
}

std::string json_of(const problem_details& p) {
  std::string json = "{";
  append_member(json, "type", p.type);
  append_member(json, "title", p.title.empty() ? std::string(reason_phrase(p.status)) : p.title);
  append_name(json, "status");
  json += std::to_string(to_integer(p.status));
  append_member(json, "detail", p.detail);
  append_member(json, "instance", p.instance);
  for (const problem_extension& extension : p.extensions) {
    require_own_name(p, extension);
    append_name(json, extension.name);
    std::visit(append_value{json}, extension.value);
  }
  return json += '}';
}

// ---- HTML

// Of the page's own; nothing else is loaded, and no script runs.
constexpr std::string_view page_policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

constexpr std::string_view page_begin = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
  :root { --paper: #f6f8f8; --card: #fff; --ink: #14211f; --soft: #5b6b68; --line: #dde5e3;
    --accent: #0f766e }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #0e1413; --card: #172120; --ink: #e6efed; --soft: #93a5a1; --line: #27352f;
      --accent: #2dd4bf }
  }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem;
    box-sizing: border-box; color: var(--ink); background: var(--paper);
    font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif }
  main { box-sizing: border-box; width: 100%; max-width: 32rem; padding: 2.25rem 2.5rem 2.5rem;
    background: var(--card); border: 1px solid var(--line); border-radius: 14px;
    overflow-wrap: anywhere }
  h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em }
  h1 b { display: block; margin-bottom: .35rem; font-size: 4.25rem; line-height: 1;
    font-weight: 700; letter-spacing: -.04em; color: var(--accent);
    font-variant-numeric: tabular-nums }
  p { margin: .75rem 0 0; color: var(--soft) }
  @media (max-width: 30rem) { main { padding: 1.75rem 1.5rem 2rem } h1 b { font-size: 3.5rem } }
</style>
)";

std::string page_of(status s, std::string_view detail) {
  const std::string number = std::to_string(to_integer(s));
  const std::string phrase = escape_html(reason_phrase(s));
  std::string page(page_begin);
  page.append("<title>").append(number).append(" ").append(phrase).append("</title>\n<main>\n");
  page.append("<h1><b>").append(number).append("</b> ").append(phrase).append("</h1>\n");
  if (!detail.empty()) page.append("<p>").append(escape_html(detail)).append("</p>\n");
  return page += "</main>\n</html>\n";
}

response html_page(status s, std::string_view detail) {
  response made = html(page_of(s, detail), s);
  made.set(field::content_security_policy, page_policy);
  return made;
}

// ---- plain text

response text_page(status s, std::string_view detail) {
  response made = error_response(s);
  if (!detail.empty()) made.body(std::string(made.text()).append(detail).append("\n"));
  return made;
}

response page_for(std::string_view type, status s, std::string_view detail) {
  if (type == html_type) return html_page(s, detail);
  if (type == problem_type || type == json_type) {
    return problem({.status = s, .detail = std::string(detail)});
  }
  return text_page(s, detail);
}

}  // namespace

response problem(const problem_details& details) {
  return {details.status, json_of(details), problem_type};
}

response error_page(const request& r, status s, std::string_view detail) {
  const auto type = negotiate(r, {text_type, html_type, problem_type, json_type});
  response made = page_for(type, s, detail);
  made.set(field::vary, "Accept").set(field::x_content_type_options, "nosniff");
  return made;
}

}  // namespace asio_httpd
