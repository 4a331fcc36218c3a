// SPDX-License-Identifier: BSL-1.0

#include "features/encoded_file.hpp"

#include <optional>
#include <utility>

#include "features/content_encoder.hpp"
#include "features/file_pieces.hpp"
#include "features/on_pool.hpp"
#include "features/places.hpp"

namespace asio_httpd::features {

namespace {

places encoders(encoded_file::most_at_once);

// What happens away from the connection.
class work {
 public:
  work(std::shared_ptr<const file> opened, const file_state& state, content_coding coding)
      : pieces_(std::move(opened), state), encoder_(coding, state.size) {}

  // Whether there is more. What has come about is in `made`.
  bool advance() {
    made.clear();
    for (std::size_t i = 0; i < most_pieces && made.size() < piece_size; ++i) {
      const std::string_view piece = pieces_.read();
      if (piece.empty()) {
        encoder_.finish(made);
        return false;
      }
      encoder_.encode(piece, made);
    }
    return true;
  }

  std::string made;

 private:
  static constexpr std::size_t piece_size = 16 * 1024;
  // Content that shrinks to nothing comes to an end of its turn, too.
  static constexpr std::size_t most_pieces = 16;
  file_pieces pieces_;
  content_encoder encoder_;
};

// What was sent, as long as it is short enough to be kept.
class kept_content {
 public:
  void add(std::string_view piece) {
    if (!all_) return;
    if (piece.size() > encoded_file::most_to_keep - all_->size()) return all_.reset();
    all_->append(piece);
  }
  std::optional<std::string> take() { return std::move(all_); }

 private:
  std::optional<std::string> all_ = std::string();
};

boost::asio::awaitable<void> send(std::unique_ptr<work> w, const encoded_file::keeper* keep,
                                  body_writer to) {
  kept_content kept;
  for (bool more = true; more;) {
    more = co_await on_pool([&w] { return w->advance(); });
    if (*keep) kept.add(w->made);
    if (!w->made.empty()) co_await to.write(w->made);
  }
  if (auto whole = *keep ? kept.take() : std::nullopt) (*keep)(std::move(*whole));
}

}  // namespace

std::shared_ptr<const body_producer> encoded_file::make(std::shared_ptr<const file> opened,
                                                        const file_state& state,
                                                        content_coding coding, keeper keep) {
  auto taken = encoders.take();
  if (!taken) return nullptr;
  return std::make_shared<const body_producer>(
      body_producer{[taken = std::move(taken), opened = std::move(opened), state, coding,
                     keep = std::move(keep)](body_writer out) {
        return send(std::make_unique<work>(opened, state, coding), &keep, std::move(out));
      }});
}

}  // namespace asio_httpd::features
