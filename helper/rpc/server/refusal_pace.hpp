// RefusalPace lets so many refusals go out in a slice of time, and the others in the slices after it. Who must be
// refused asks again at once, with as many connections as there may be; else the refusals take all of a processor
// from the calls of those who may ask.
#pragma once

#include "base/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <deque>
#include <functional>

namespace helper::rpc {

// All of it on the thread of `loop`, which must outlive it.
class RefusalPace {
 public:
  RefusalPace(boost::asio::io_context& loop, std::size_t per_slice, Milliseconds slice)
      : per_slice_(per_slice), slice_(slice), timer_(loop) {}

  // `go` runs now or in a later slice, in the order of the calls; it does not throw. Not at all once the loop has
  // ended.
  void pass(std::function<void()> go);

 private:
  void next_slice();

  const std::size_t per_slice_;
  const Milliseconds slice_;
  boost::asio::steady_timer timer_;
  SteadyTime began_{};    // the slice
  std::size_t gone_ = 0;  // in it
  std::deque<std::function<void()>> waiting_;
};

}  // namespace helper::rpc
