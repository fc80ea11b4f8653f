#include "ssh/control_session.hpp"

#include "base/log.hpp"
#include "ssh/command_errors.hpp"
#include "ssh/file_command.hpp"

#include <algorithm>
#include <utility>

namespace helper::ssh {
namespace {

constexpr Milliseconds k_ping_limit{5'000};
// TCP keepalive asks every 15 s (dial.cpp), so a peer that answers has always sent something within this time.
constexpr Milliseconds k_stale_after{20'000};
// The server needs a moment until it no longer counts a channel that was closed.
constexpr Milliseconds k_again_after{100};
constexpr int k_lonely_tries = 20;

}  // namespace

ControlSession::ControlSession(std::unique_ptr<Session> session, Milliseconds open_limit)
    : shared_(std::move(session)), open_limit_(open_limit) {}

ControlSession::Ended ControlSession::run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output, KeepOutput keep_output, Milliseconds patience) {
  const Limit limit(patience, stop);
  return command.stdin_file.empty() ? run_in_shell(command, limit, on_output, keep_output)
                                    : run_fed(command, limit, on_output);
}

ControlSession::Ended ControlSession::not_begun(Error error) const {
  const bool full = !lost_ && error.code == ErrorCode::timed_out;
  return {fail(std::move(error)), false, full};
}

ControlSession::Ended ControlSession::run_in_shell(const Command& command, const Limit& limit,
                                                   const OutputSink& on_output, KeepOutput keep_output) {
  auto taken = take_shell(limit);
  if (!taken) return not_begun(std::move(taken).error());
  auto output = taken->shell->run(command, limit.stop(), on_output, keep_output);
  put_back(std::move(*taken));
  return {std::move(output)};
}

ControlSession::Ended ControlSession::run_fed(const Command& command, const Limit& limit, const OutputSink& on_output) {
  if (is_stale()) {
    auto taken = take_shell(limit);
    if (!taken) return not_begun(std::move(taken).error());
    put_back(std::move(*taken));
  }
  for (int tries = 0;; ++tries) {
    auto place = claim(limit);
    if (!place) return not_begun(std::move(place).error());
    // An idle shell takes room at the server, too, and what ends a command that is given up needs some.
    while (places_.taken() + idle_shells() > Slots::k_most && drop_idle_shell()) {
    }
    auto end = run_with_file(shared_, command, limit.stop(), on_output);
    if (end.session_is_lost) lost_ = true;
    if (end.start == Start::running) {
      ran_ = true;
      places_.fitted();
    }
    if (end.start == Start::no_room && (drop_idle_shell() || may_get_room(std::move(*place), tries, limit))) continue;
    return {std::move(end.output), end.start == Start::running};
  }
}

Result<Slots::Place> ControlSession::claim(const Limit& limit) {
  auto place = places_.claim(limit);
  if (lost_) return fail(lost_link(shared_.name(), "it ended"));
  if (place) return std::move(*place);
  if (limit.stopped()) return fail(ErrorCode::cancelled, shared_.name(), "the request was cancelled");
  return fail(ErrorCode::timed_out, shared_.name(), "all that may run there at once was busy with other requests",
              "try again when they are done");
}

Result<ControlSession::Taken> ControlSession::take_shell(const Limit& limit) {
  const bool stale = is_stale();
  for (int tries = 0;; ++tries) {
    HELPER_TRY_ASSIGN(Slots::Place place, claim(limit));
    HELPER_TRY_ASSIGN(auto shell, idle_shell());
    if (!shell) {
      auto opened =
          ShellChannel::open(shared_, Limit(stale ? std::min(k_ping_limit, open_limit_) : open_limit_, limit.stop()));
      if (opened.how == Start::no_room && may_get_room(std::move(place), tries, limit)) continue;
      lost_ = lost_ || (!opened.shell && !limit.stopped());
      HELPER_TRY_ASSIGN(shell, std::move(opened.shell));
      ran_ = true;
      places_.fitted();
    } else if (stale) {
      HELPER_TRY(ask_for_life(*shell, limit.stop()));
    }
    return Taken{std::move(place), std::move(shell)};
  }
}

// One that is still up; null when there is none.
Result<std::unique_ptr<ShellChannel>> ControlSession::idle_shell() {
  while (true) {
    std::unique_ptr<ShellChannel> shell;
    {
      const std::scoped_lock lock(mutex_);
      if (idle_.empty()) return shell;
      shell = std::move(idle_.back());
      idle_.pop_back();
    }
    const auto health = shell->look();
    if (health == ShellChannel::Health::good) return shell;
    if (health == ShellChannel::Health::ended) continue;
    lost_ = true;
    return fail(lost_link(shared_.name(), "it ended while it was idle"));
  }
}

Result<void> ControlSession::ask_for_life(ShellChannel& shell, const std::stop_token& stop) {
  const auto answer = shell.run(Command{":", {}, k_ping_limit}, stop, {});
  if (answer) return {};
  if (stop.stop_requested()) return fail(answer.error());
  log_info("{}: no answer after a long silence ({})", shared_.name(), answer.error().cause);
  lost_ = true;
  return fail(answer.error());
}

bool ControlSession::may_get_room(Slots::Place place, int tries, const Limit& limit) {
  if (places_.refused(place)) return true;
  if (!ran_ || tries >= k_lonely_tries) return false;
  static_cast<void>(limit.poll(-1, 0, k_again_after));
  return true;
}

std::size_t ControlSession::idle_shells() const {
  const std::scoped_lock lock(mutex_);
  return idle_.size();
}

bool ControlSession::drop_idle_shell() {
  std::unique_ptr<ShellChannel> shell;
  const std::scoped_lock lock(mutex_);
  if (idle_.empty()) return false;
  shell = std::move(idle_.back());
  idle_.pop_back();
  return true;
}

// The server has been silent for so long that it should be asked before something is sent to it.
bool ControlSession::is_stale() {
  const SharedSession::Turn turn(shared_);
  return turn.silent_for() > k_stale_after;
}

void ControlSession::put_back(Taken taken) {
  if (taken.shell->health() == ShellChannel::Health::lost) lost_ = true;
  if (taken.shell->health() != ShellChannel::Health::good) {
    taken.shell.reset();  // before another gets its place
    return;
  }
  const std::scoped_lock lock(mutex_);
  idle_.push_back(std::move(taken.shell));
}

}  // namespace helper::ssh
