// SPDX-License-Identifier: BSL-1.0
//
// The executor of a handler's coroutine: the connection's, and whatever runs by it says whose
// handler runs. So each resumption of the coroutine is a turn of its handler, whoever resumes it:
// the user's timers and sockets, coroutines that it spawns on its own executor, work that comes
// back from a pool. What it awaits elsewhere is not.
//
// An adaptor like Asio's strand: properties are the inner executor's. A `place` knows the slot of
// the thread that runs, and the route. Users' objects may keep the executor for longer than the
// connection lives, and use it as long as its io_context runs:
//
//   - On a thread of the server's own (`own_place`) the slot is known beforehand. It lies in the
//     core, which the server object keeps for longer than its threads and their io_contexts. The
//     whole fits into an any_io_executor, so a call allocates nothing for it.
//   - On an executor of the user's (`any_place`), which outlives the server object, the place keeps
//     the counters; the slot is looked up on the thread that runs. The route may be gone by then,
//     and so is the watchdog, the only one who looks at it.

#pragma once

#include "server/metrics.hpp"
#include "server/running_handler.hpp"

#include <boost/asio/execution/executor.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace asio_httpd::serving {

struct own_place {
  turn_slot* at;
  const route* running;
  turn_slot& slot() const noexcept { return *at; }
  bool operator==(const own_place&) const = default;
};

struct any_place {
  std::shared_ptr<metrics> counters;
  const route* running;
  turn_slot& slot() const noexcept { return counters->local().turn; }
  bool operator==(const any_place&) const = default;
};

template <class Property, class Executor>
concept queried_by = boost::asio::can_query<const Executor&, Property>::value;
template <class Property, class Executor>
concept required_of = boost::asio::can_require<const Executor&, Property>::value;
template <class Property, class Executor>
concept preferred_of = boost::asio::can_prefer<const Executor&, Property>::value;

template <class Inner, class Place>
class watched_executor {
 public:
  watched_executor(Inner inner, Place place) noexcept
      : inner_(std::move(inner)), place_(std::move(place)) {}

  template <queried_by<Inner> Property>
  decltype(auto) query(const Property& p) const {
    return boost::asio::query(inner_, p);
  }
  template <required_of<Inner> Property>
  auto require(const Property& p) const {
    return around(boost::asio::require(inner_, p));
  }
  template <preferred_of<Inner> Property>
  auto prefer(const Property& p) const {
    return around(boost::asio::prefer(inner_, p));
  }

  template <class Function>
  void execute(Function&& f) const {
    inner_.execute(turn<std::decay_t<Function>>{std::forward<Function>(f), place_});
  }

  bool operator==(const watched_executor&) const noexcept = default;

 private:
  template <class Function>
  struct turn {
    void operator()() {
      const running_handler holds(place.slot(), place.running);
      std::move(function)();
    }
    Function function;
    Place place;
  };

  template <class Other>
  watched_executor<Other, Place> around(Other inner) const noexcept {
    return {std::move(inner), place_};
  }

  Inner inner_;
  Place place_;
};

}  // namespace asio_httpd::serving
