#include "tunnel/loop.hpp"

#include "base/log.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <utility>

namespace helper::tunnel {

Loop::Loop() : busy_(boost::asio::make_work_guard(context_)), thread_([this] { serve(); }) {}

Loop::~Loop() { stop(); }

void Loop::serve() {
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (const std::exception& error) {
      log_warning("a tunnel's event failed and was dropped: {}", error.what());
    } catch (...) {
      log_warning("a tunnel's event failed and was dropped");
    }
  }
}

void Loop::post(std::function<void()> work) { boost::asio::post(context_, std::move(work)); }

void Loop::run(const std::function<void()>& work) {
  if (context_.get_executor().running_in_this_thread()) {
    work();
    return;
  }
  const auto done = std::make_shared<std::promise<void>>();
  {
    const std::scoped_lock lock(mutex_);
    if (stopped_) throw LoopStopped();
    waiting_.push_back(done);
  }
  post([this, &work, done] {
    {
      const std::scoped_lock lock(mutex_);
      std::erase(waiting_, done);
    }
    try {
      work();
      done->set_value();
    } catch (...) {
      done->set_exception(std::current_exception());
    }
  });
  done->get_future().get();
}

void Loop::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
  const std::scoped_lock lock(mutex_);
  stopped_ = true;
  for (const auto& each : std::exchange(waiting_, {})) each->set_exception(std::make_exception_ptr(LoopStopped()));
}

// The states outlive their owners while a handler that already completed waits for its turn: it then finds `gone` set.
struct Watch::State {
  State(Loop& loop, int fd, std::function<void()> on_readable, std::function<void()> on_writable)
      : descriptor(loop.context(), fd), readable(std::move(on_readable)), writable(std::move(on_writable)) {}
  boost::asio::posix::stream_descriptor descriptor;
  std::function<void()> readable;
  std::function<void()> writable;
  bool reading = false;
  bool writing = false;
  bool gone = false;
};

Watch::Watch(Loop& loop, int fd, std::function<void()> readable, std::function<void()> writable)
    : state_(std::make_shared<State>(loop, fd, std::move(readable), std::move(writable))) {}

Watch::~Watch() {
  state_->gone = true;
  state_->descriptor.release();
}

void Watch::want_read() {
  if (std::exchange(state_->reading, true)) return;
  state_->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                [state = state_](const boost::system::error_code& error) {
                                  state->reading = false;
                                  if (!error && !state->gone) state->readable();
                                });
}

void Watch::want_write() {
  if (std::exchange(state_->writing, true)) return;
  state_->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                                [state = state_](const boost::system::error_code& error) {
                                  state->writing = false;
                                  if (!error && !state->gone) state->writable();
                                });
}

struct Timer::State {
  State(Loop& loop, std::function<void()> on_fired) : timer(loop.context()), fired(std::move(on_fired)) {}
  boost::asio::steady_timer timer;
  std::function<void()> fired;
  std::uint64_t round = 0;  // a wait that completed before stop() or start() must not count
  bool running = false;
};

Timer::Timer(Loop& loop, std::function<void()> fired) : state_(std::make_shared<State>(loop, std::move(fired))) {}

Timer::~Timer() { stop(); }

void Timer::start(Milliseconds after) {
  state_->running = true;
  state_->timer.expires_after(after);
  state_->timer.async_wait([state = state_, round = ++state_->round](const boost::system::error_code& error) {
    if (error || round != state->round) return;
    state->running = false;
    state->fired();
  });
}

void Timer::stop() {
  ++state_->round;
  state_->running = false;
  state_->timer.cancel();
}

bool Timer::running() const { return state_->running; }

}  // namespace helper::tunnel
