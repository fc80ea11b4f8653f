#include "rpc/connect.hpp"

#include "base/clock.hpp"
#include "base/daemonize.hpp"
#include "base/log.hpp"
#include "rpc/daemon_lock.hpp"
#include "rpc/ready_line.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

namespace helper::rpc {
namespace {

constexpr Milliseconds k_probe_limit{3'000};
constexpr Milliseconds k_first_pause{10};
constexpr Milliseconds k_longest_pause{320};

bool spawn_forbidden() {
  const char* value = std::getenv("HELPER_NO_SPAWN");
  return value != nullptr && std::string_view(value) == "1";
}

tl::unexpected<Error> not_ready(const Paths& paths, const std::string& cause) {
  return fail(ErrorCode::daemon_unreachable, "helperd", cause, "look at " + paths.daemon_log().string());
}

// Asks a daemon of another version to end, and waits until it has let go of the lock.
Result<void> retire(const Client& client, const Paths& paths, SteadyTime until, const std::stop_token& stop) {
  log_info("a daemon of version {} is asked to end: this is {}", client.endpoint().version, HELPER_VERSION);
  HELPER_TRY(client.call("shutdown", Json::object(), {}, stop, k_probe_limit));
  SystemClock clock;
  while (clock.now() < until) {
    HELPER_TRY_ASSIGN(const auto lock, DaemonLock::try_take(paths.daemon_lock()));
    if (lock) return {};
    if (!clock.sleep(k_first_pause, stop))
      return fail(ErrorCode::cancelled, "helperd", "waiting for the older daemon was cancelled");
  }
  return not_ready(paths, "the daemon of version " + client.endpoint().version + " was asked to end and did not (pid " +
                              std::to_string(client.endpoint().pid) + ")");
}

}  // namespace

std::optional<Client> find_daemon(const Paths& paths, const std::stop_token& stop) {
  const auto endpoint = read_endpoint(paths.endpoint_file());
  // The port of a daemon that was killed may be anybody's by now: a request, and what a person types, would go to them.
  if (!endpoint || !DaemonLock::is_held(paths.daemon_lock())) return std::nullopt;
  Client client(*endpoint, paths.daemon_log());
  if (!client.greet(stop, k_probe_limit)) return std::nullopt;
  return client;
}

Result<Client> connect_or_start(const Paths& paths, const std::filesystem::path& helperd, const std::stop_token& stop) {
  SystemClock clock;
  const SteadyTime until = clock.now() + k_start_limit;
  Milliseconds pause = k_first_pause;
  for (;;) {
    auto client = find_daemon(paths, stop);
    if (client && client->endpoint().version == HELPER_VERSION) return std::move(*client);
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "helperd", "looking for it was cancelled");
    if (spawn_forbidden()) {
      return fail(ErrorCode::daemon_unreachable, "helperd", "it does not run, and HELPER_NO_SPAWN forbids starting it",
                  "helper serve, or unset HELPER_NO_SPAWN");
    }
    if (clock.now() >= until) return not_ready(paths, "it was started and does not answer");
    if (client) HELPER_TRY(retire(*client, paths, until, stop));
    HELPER_TRY_ASSIGN(
        const std::string line,
        spawn_detached({helperd.string()}, std::chrono::duration_cast<Milliseconds>(until - clock.now()), stop));
    HELPER_TRY(parse_ready_line(line));
    // Ready and yet not found: it ended at once, or another command asked it to.
    if (client = find_daemon(paths, stop); client && client->endpoint().version == HELPER_VERSION)
      return std::move(*client);
    if (!clock.sleep(pause, stop)) return fail(ErrorCode::cancelled, "helperd", "starting it was cancelled");
    pause = std::min(2 * pause, k_longest_pause);
  }
}

}  // namespace helper::rpc
