// SPDX-License-Identifier: BSL-1.0
//
// Uploads of any size, from a page with a progress bar or by PUT, straight into files: the
// program's memory stays the same, and an upload that breaks off leaves nothing behind.
//
//   11_upload DIRECTORY [PORT]        then open http://localhost:8080
//   curl -T film.mkv http://localhost:8080/files/film.mkv

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

using namespace asio_httpd;
using boost::asio::awaitable;

constexpr std::string_view page = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Uploads</title>
<style>
  :root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
  body { max-width: 36rem; margin: 2rem auto; padding: 0 1rem }
  form { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem }
  input { flex: 1; font: inherit }
  button { font: inherit; padding: .4rem 1rem }
  progress { width: 100%; height: 1.2rem; margin-top: 1rem }
  output { display: block; min-height: 1.5rem }
  ul { list-style: none; padding: 0 }
  li { display: flex; gap: 1rem; padding: .2rem 0; border-bottom: 1px solid #8884 }
  a { flex: 1; overflow-wrap: anywhere }
</style>
<h1>Uploads</h1>
<form id="form"><input type="file" name="file" aria-label="Files" multiple required><button>Send</button></form>
<progress id="bar" value="0" aria-label="Sent"></progress>
<output id="state"></output>
<ul id="files"></ul>
<script>
  const [form, bar, state, files] = ["form", "bar", "state", "files"].map(id => document.getElementById(id));
  const item = file => {
    const line = document.createElement("li"), link = document.createElement("a");
    link.href = "/files/" + encodeURIComponent(file.name);
    link.textContent = file.name;
    line.append(link, file.size.toLocaleString() + " bytes");
    return line;
  };
  const show = async () => {
    const list = await (await fetch("/files")).json();
    files.replaceChildren(...list.sort((a, b) => a.name.localeCompare(b.name)).map(item));
  };
  form.onsubmit = event => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.upload.onprogress = sent => { bar.max = sent.total; bar.value = sent.loaded; };
    request.onload = () => { state.textContent = request.responseText; show(); };
    request.onerror = () => state.textContent = "The connection broke.";
    request.open("POST", "/files");
    request.send(new FormData(form));
  };
  show();
</script>
</html>
)";

std::string path_in(const std::string& directory, std::string_view name) {
  const auto safe = safe_filename(name);
  if (!safe || safe->starts_with('.')) {
    throw http_error(status::bad_request, "that is no file name\n");
  }
  return directory + "/" + *safe;
}

// Each file of the form gets its name when it is whole, and only where nothing else has it.
awaitable<response> take_form(const std::string& directory, const request& r, request_body body) {
  int files = 0;
  multipart_reader parts(r, body);
  while (auto* part = co_await parts.next()) {
    if (part->filename.value_or("").empty()) continue;  // no file, or none was chosen
    const std::string path = path_in(directory, *part->filename);
    saved_file file = co_await part->save(directory);
    std::error_code error;
    file.keep_as(path, if_taken::fail, error);
    if (error == std::errc::file_exists) {
      throw http_error(status::conflict, *part->filename + " is there already\n");
    }
    if (error) throw std::system_error(error, path);
    ++files;
  }
  co_return text("Files stored: " + std::to_string(files) + "\n", status::created);
}

awaitable<response> put(const std::string& directory, std::string_view name, request_body body) {
  const std::string path = path_in(directory, name);
  saved_file file = co_await body.save(directory);
  file.keep_as(path, if_taken::replace);
  co_return text(std::to_string(file.size()) + " bytes\n", status::created);
}

nlohmann::json list(const std::string& directory) {
  auto files = nlohmann::json::array();
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') || !entry.is_regular_file()) continue;
    files.push_back({{"name", name}, {"size", entry.file_size()}});
  }
  return files;
}

// What strangers have sent is never shown as a page of this site.
struct as_attachment {
  void after(const request& r, response& to) const {
    if (r.method() == method::get) to.set(field::content_disposition, "attachment");
  }
};

// A page of another site must not send files here in the name of who looks at it.
std::optional<status> refuse_other_sites(const request& r) {
  const std::string_view from = r.get(field::origin);
  const std::string here(r.get(field::host));
  const bool is_ours = from.empty() || from == "http://" + here || from == "https://" + here;
  if (r.method() != method::get && !is_ours) return status::forbidden;
  return std::nullopt;
}

router make_routes(const std::string& directory) {
  constexpr std::uint64_t largest = std::uint64_t{100} << 30;
  router files;
  files.files("/", directory, {.index = ""});
  files
      .put("/{name}",
           [directory](std::string_view name, request_body body) -> awaitable<response> {
             return put(directory, name, std::move(body));
           })
      .body_limit(largest);

  router routes;
  routes.use(before(refuse_other_sites));
  routes.get("/", [] { return html(std::string(page)); });
  routes.get("/files", [directory] { return list(directory); });
  routes
      .post("/files",
            [directory](const request& r, request_body body) -> awaitable<response> {
              return take_form(directory, r, std::move(body));
            })
      .body_limit(largest);
  routes.mount("/files", files).use(as_attachment());
  return routes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: 11_upload DIRECTORY [PORT]\n";
    return 2;
  }
  const int port = argc > 2 ? std::atoi(argv[2]) : 8080;
  return run(make_routes(argv[1]), {.port = static_cast<std::uint16_t>(port)});
}
