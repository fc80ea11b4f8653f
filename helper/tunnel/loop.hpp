// Loop is one thread that waits for sockets and timers: everything that a set of tunnels owns lives on it.
#pragma once

#include "base/clock.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace helper::tunnel {

// What run() throws when there is no thread any more to run on.
class LoopStopped : public std::runtime_error {
 public:
  LoopStopped() : std::runtime_error("the tunnels' loop has ended") {}
};

class Loop {
 public:
  Loop();
  ~Loop();  // ends the thread; what is still posted is dropped
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs `work` on the loop's thread, later. From any thread.
  void post(std::function<void()> work);
  // Runs `work` on the loop's thread and waits for it. From any thread, the loop's own included. Throws what `work`
  // throws, and LoopStopped when the loop has ended, or ends first: then `work` was not run.
  void run(const std::function<void()>& work);
  // Ends the thread, and every run() that still waits. Not from the loop's own thread.
  void stop();
  [[nodiscard]] boost::asio::io_context& context() { return context_; }

 private:
  void serve();
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::vector<std::shared_ptr<std::promise<void>>> waiting_;  // those of run() whose work has not begun
  std::thread thread_;
};

// Watch tells when a descriptor, which stays its owner's, can be read or written: once for each want_*() call. Errors
// and hang-ups count as readable and writable. Its handlers must not destroy it; they may post() that.
class Watch {
 public:
  Watch(Loop& loop, int fd, std::function<void()> readable, std::function<void()> writable);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  void want_read();
  void want_write();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Timer calls back once for each start(). Its handler must not destroy it.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> fired);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  void start(Milliseconds after);  // again from now, if it was running
  void stop();
  [[nodiscard]] bool running() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Destroys `dead` in a later turn of the loop: for what may be in the middle of a call just now.
template <class T>
void bury(Loop& loop, std::unique_ptr<T> dead) {
  loop.post([grave = std::shared_ptr<T>(std::move(dead))] {});
}

}  // namespace helper::tunnel
