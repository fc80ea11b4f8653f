#include "ssh/group_ends.hpp"

#include "base/shell.hpp"
#include "ssh/session_channel.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace helper::ssh {
namespace {

constexpr Milliseconds k_limit{1'000};  // for the request to end what a given-up command left running
constexpr Milliseconds k_again_after{50};

}  // namespace

void GroupEnds::end(const std::string& group) {
  const bool is_number = !group.empty() && group.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number || group == "0" || group == "1") return;
  std::unique_lock lock(mutex_);
  due_.push_back(group);
  if (std::exchange(busy_, true)) return;
  while (!due_.empty()) {
    const std::string groups = fmt::format("{}", fmt::join(std::exchange(due_, {}), " "));
    lock.unlock();
    tell(groups);
    lock.lock();
  }
  busy_ = false;
}

void GroupEnds::tell(const std::string& groups) {
  const auto to_all = [&](const std::string& signal) {
    return "for group in " + groups + "; do kill -s " + signal + " -- -$group; done";
  };
  // What waits for the last signal runs on its own: this channel is free again at once, as many may be due.
  const std::string script =
      "exec >/dev/null 2>&1 </dev/null; " + to_all("TERM") + "; { sleep 2; " + to_all("KILL") + "; } &";
  const Limit limit(k_limit, {});
  while (!limit.passed()) {
    SessionChannel channel(shared_);
    if (channel.start("exec sh -c " + shell::quote(script), limit) != SessionChannel::Start::no_room) return;
    static_cast<void>(limit.poll(-1, 0, k_again_after));  // those that were told to end free their places
  }
}

}  // namespace helper::ssh
