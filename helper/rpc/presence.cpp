#include "rpc/presence.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "base/process/pipe.hpp"

#ifdef __linux__
#include <sys/inotify.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace helper::rpc {
namespace {

// The pause between looks without a signal; and the short one after a look that was not final.
constexpr int k_look_every = 2'000;  // ms
constexpr int k_look_soon = 150;     // ms
// Who looks whether a daemon runs holds the lock for a moment; a daemon holds it on.
constexpr int k_locked_out = 3;
// A daemon that nobody can find for so long is useless.
constexpr Milliseconds k_give_up{10 * 60'000};

// The system's signal that a folder or a file in it was removed; without such signals the pauses decide.
Fd listen_for_removals(const Paths& paths) {
#ifdef __linux__
  Fd fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!fd) return {};
  constexpr std::uint32_t k_gone = IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_MOVED_TO | IN_ATTRIB;
  ::inotify_add_watch(fd.get(), paths.runtime.c_str(), k_gone | IN_ONLYDIR);
  return fd;
#else
  static_cast<void>(paths);
  return {};
#endif
}

}  // namespace

Presence::Found Presence::failed(const Error& error) {
  trouble_ = to_text(error);
  return Found::cannot_be_made;
}

Presence::Found Presence::look() {
  trouble_.clear();
  bool made = false;
  std::error_code ignored;
  made = !std::filesystem::exists(paths_.runtime, ignored);
  if (const auto own = own_folder(paths_.runtime); !own) return failed(own.error());
  if (!lock_.is_of(paths_.daemon_lock())) {
    auto taken = DaemonLock::try_take(paths_.daemon_lock());
    if (!taken) return failed(taken.error());
    if (!*taken) {
      if (++times_locked_out_ >= k_locked_out) return Found::another_daemon;
      trouble_ = "another process holds " + paths_.daemon_lock().string();
      return Found::cannot_be_made;
    }
    lock_ = std::move(**taken);
    made = true;
  }
  times_locked_out_ = 0;
  if (const auto there = read_endpoint(paths_.endpoint_file()); !there || there->token != endpoint_.token) {
    if (const auto written = write_endpoint(files_, paths_.endpoint_file(), endpoint_); !written)
      return failed(written.error());
    made = true;
  }
  if (rest_) {
    const auto rest = rest_();
    if (!rest) return failed(rest.error());
    made = made || *rest;
  }
  return made ? Found::made_again : Found::as_it_was;
}

PresenceWatch::PresenceWatch(Presence& presence, const Paths& paths, std::function<void()> replaced)
    : presence_(presence),
      paths_(paths),
      replaced_(std::move(replaced)),
      thread_([this](const std::stop_token& stop) { last_resort("the look at our own files", [&] { run(stop); }); }) {}

void PresenceWatch::run(const std::stop_token& stop) {
  auto wake = make_pipe();
  if (!wake) return log_warning("nobody looks whether our files are there: {}", to_text(wake.error()));
  const std::stop_callback end(stop, [&] { wake->write.reset(); });
  std::optional<Fd> removals(listen_for_removals(paths_));
  std::string told;
  std::optional<SteadyTime> missing_since;
  int pause = k_look_every;
  while (!stop.stop_requested()) {
    std::array<pollfd, 2> fds{pollfd{wake->read.get(), POLLIN, 0}, pollfd{removals->get(), POLLIN, 0}};
    const int ready = ::poll(fds.data(), fds.size(), pause);
    if (ready < 0 && errno != EINTR) return;
    if (stop.stop_requested()) return;
    const auto found = presence_.look();
    // This look covers every signal so far; if the folder is another one now, that one is watched instead.
    if (ready > 0 || found != Presence::Found::as_it_was) removals.emplace(listen_for_removals(paths_));
    const bool is_first_failure = found == Presence::Found::cannot_be_made && told.empty();
    pause = is_first_failure ? k_look_soon : std::min(2 * pause, k_look_every);
    if (found != Presence::Found::cannot_be_made) missing_since.reset();
    switch (found) {
      case Presence::Found::as_it_was:
        told.clear();
        break;
      case Presence::Found::made_again:
        told.clear();
        log_warning("files in {} had gone or were others; they are there again", paths_.runtime.string());
        break;
      case Presence::Found::cannot_be_made:
        if (std::exchange(told, presence_.trouble()) != presence_.trouble())
          log_warning("files of ours have gone and cannot be made again yet: {}", presence_.trouble());
        if (!missing_since) missing_since = std::chrono::steady_clock::now();
        if (std::chrono::steady_clock::now() - *missing_since < k_give_up) break;
        log_warning("files of ours could not be made again for {} minutes ({}): this daemon ends",
                    std::chrono::duration_cast<std::chrono::minutes>(k_give_up).count(), presence_.trouble());
        return replaced_();
        break;
      case Presence::Found::another_daemon:
        log_warning("another daemon has taken over ({}): this one ends", paths_.daemon_lock().string());
        return replaced_();
    }
  }
}

}  // namespace helper::rpc
