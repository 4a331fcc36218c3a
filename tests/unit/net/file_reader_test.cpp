// SPDX-License-Identifier: BSL-1.0
//
// Reading away from the thread that asks: its end, its being given up, and the end of its context.

#include "net/file_reader.hpp"

#include "support/told_page_cache.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>

using namespace asio_httpd;
using net::file_read;
using test_support::told_page_cache;

namespace {

struct reading {
  reading() { pages.close_gate(); }
  ~reading() { end(); }
  reading(const reading&) = delete;
  reading& operator=(const reading&) = delete;

  std::shared_ptr<file_read> begin() {
    return file_read::begin(context->get_executor(), pages, {source, 1, 2});
  }
  // Whose end is written into `seen`.
  net::completion completion() { return {owner, &reading::note, this}; }
  static void note(void* self, std::shared_ptr<void>, net::error_code ec) {
    static_cast<reading*>(self)->seen += ec ? ec.message() : "done";
  }
  void end() {
    pages.open_gate();
    context.reset();
  }

  told_page_cache pages;
  std::shared_ptr<const file> source = std::make_shared<const file>();
  std::shared_ptr<void> owner = std::make_shared<int>();
  std::string seen;
  std::optional<boost::asio::io_context> context{std::in_place};
};

}  // namespace

TEST_CASE_FIXTURE(reading,
                  "who waits is told when it is there, and the context goes on that long") {
  const auto read = begin();
  REQUIRE(read);
  REQUIRE(pages.wait_for_fills(1));
  context->poll();
  CHECK_FALSE(read->is_done());
  read->async_wait(completion());
  pages.open_gate();
  context->run();
  CHECK(read->is_done());
  CHECK(seen == "done");
  CHECK(pages.filled() == std::vector<told_page_cache::part>{{1, 2}});
}

TEST_CASE_FIXTURE(reading, "nobody has to wait, and nobody has to stay") {
  begin();
  CHECK(source.use_count() != 1);  // open until it is read
  pages.open_gate();
  context->run();
  end();
  CHECK(source.use_count() == 1);
}

TEST_CASE_FIXTURE(reading, "who gives up does not wait for the disk") {
  const auto read = begin();
  read->async_wait(completion());
  REQUIRE(pages.wait_for_fills(1));
  read->cancel();
  CHECK(seen.empty());  // not from inside of the call
  context->poll();
  CHECK(seen == boost::system::error_code(boost::asio::error::operation_aborted).message());
  CHECK(owner.use_count() == 1);
  read->cancel();
  pages.open_gate();
  context->run();
  CHECK(read->is_done());
}

TEST_CASE_FIXTURE(reading, "what nobody wants any more is not read") {
  for (std::size_t i = 0; i < net::file_reader::threads; ++i) begin();
  REQUIRE(pages.wait_for_fills(net::file_reader::threads));
  const auto unwanted = begin();
  unwanted->cancel();
  pages.open_gate();
  context->run();
  CHECK(unwanted->is_done());
  CHECK(pages.filled().size() == net::file_reader::threads);
}

TEST_CASE_FIXTURE(reading,
                  "a context that ends drops who waits, be it that the wait owns the read") {
  struct session {
    std::shared_ptr<file_read> read;
  };
  auto waits = std::make_shared<session>();
  const std::weak_ptr<session> witness = waits;
  waits->read = begin();
  auto& read = *waits->read;
  read.async_wait({std::move(waits), &reading::note, this});
  REQUIRE(pages.wait_for_fills(1));
  end();
  CHECK(seen.empty());
  CHECK(witness.expired());
}
