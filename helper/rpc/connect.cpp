#include "rpc/connect.hpp"

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/process/daemonize.hpp"
#include "rpc/daemon_lock.hpp"
#include "rpc/load.hpp"
#include "rpc/methods.hpp"
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

struct Found {
  Client client;
  int api = 0;
};

std::optional<Found> find(const Paths& paths, const std::stop_token& stop) {
  const auto endpoint = read_endpoint(paths.endpoint_file());
  // The port of a killed daemon may belong to anybody by now: a request, and what a person types, would go to them.
  if (!endpoint || !DaemonLock::is_held(paths.daemon_lock())) return std::nullopt;
  Client client(*endpoint, paths.daemon_log());
  const auto version = client.greet(stop, k_probe_limit);
  if (!version) return std::nullopt;
  const auto api = version->find("api");
  const bool tells_api = api != version->end() && api->is_number_integer();
  return Found{std::move(client), tells_api ? api->get<int>() : 0};
}

bool is_ours(const std::optional<Found>& found) { return found && found->client.endpoint().version == HELPER_VERSION; }

// One daemon and one version of the command.
std::string name_of(const DaemonEndpoint& endpoint) {
  return std::to_string(endpoint.pid) + " " + endpoint.started + " " + endpoint.version + " " HELPER_VERSION "\n";
}

bool was_spared(const Paths& paths, const DaemonEndpoint& endpoint) {
  const auto name = DiskFileStore().read(paths.spared_daemon());
  return name && *name == name_of(endpoint);
}

// The question is put once: the next command does as it was answered.
void spare(const Paths& paths, const DaemonEndpoint& endpoint) {
  if (const auto written = DiskFileStore().write(paths.spared_daemon(), name_of(endpoint), 0600); !written)
    log_warning("{}", to_text(written.error()));
}

// What happens to a daemon of another version.
enum class Way {
  ends,     // it was asked to
  is_used,  // by us, as it is
  is_gone   // while a person thought about it
};

Result<Way> make_way(const Found& found, const Paths& paths, const OtherVersion& other, const std::stop_token& stop) {
  const DaemonEndpoint& endpoint = found.client.endpoint();
  const auto say = [&](const std::string& line) {
    log_info("{}", line);
    if (other.say) other.say(line);
  };
  log_info("a daemon of version {} is asked to end: this is {}", endpoint.version, HELPER_VERSION);
  HELPER_TRY_ASSIGN(const Json answer, found.client.call("shutdown", {{"unless_used", true}}, {}, stop, k_probe_limit));
  const auto load = load_from_json(answer);
  const bool can_ask = other.ask && !was_spared(paths, endpoint);
  const bool same_api = found.api == k_api;
  switch (replacement_of(load, can_ask, same_api)) {
    case Replacement::silent:
      return Way::ends;
    case Replacement::told:
      say(replaced_untold(endpoint.version));
      return Way::ends;
    case Replacement::asked: {
      HELPER_TRY_ASSIGN(const bool agreed, other.ask(replacement_question(endpoint.version, *load), stop));
      const auto there = read_endpoint(paths.endpoint_file());
      if (!there || there->token != endpoint.token || !DaemonLock::is_held(paths.daemon_lock())) return Way::is_gone;
      if (agreed) {
        HELPER_TRY(found.client.call("shutdown", Json::object(), {}, stop, k_probe_limit));
        return Way::ends;
      }
      spare(paths, endpoint);
      if (same_api) return Way::is_used;
      return fail(replacement_refused(endpoint.version, *load));
    }
    case Replacement::used:
      say(used_as_it_is(endpoint.version, *load));
      return Way::is_used;
    case Replacement::refused:
      break;
  }
  return fail(replacement_refused(endpoint.version, *load));
}

// Waits until that daemon has let go of the lock. Another command may have started the next one by then.
Result<void> wait_for_end(const DaemonEndpoint& endpoint, const Paths& paths, const std::stop_token& stop) {
  SystemClock clock;
  const SteadyTime until = clock.now() + k_start_limit;
  while (clock.now() < until) {
    HELPER_TRY_ASSIGN(const auto lock, DaemonLock::try_take(paths.daemon_lock()));
    if (lock) return {};
    if (const auto there = read_endpoint(paths.endpoint_file()); there && there->token != endpoint.token) return {};
    if (!clock.sleep(k_first_pause, stop))
      return fail(ErrorCode::cancelled, "helperd", "waiting for the older daemon was cancelled");
  }
  return not_ready(paths, "the daemon of version " + endpoint.version + " was asked to end and did not (pid " +
                              std::to_string(endpoint.pid) + ")");
}

}  // namespace

std::optional<Client> find_daemon(const Paths& paths, const std::stop_token& stop) {
  auto found = find(paths, stop);
  return found ? std::optional(std::move(found->client)) : std::nullopt;
}

Result<Client> connect_or_start(const Paths& paths, const std::filesystem::path& helperd, const std::stop_token& stop,
                                const OtherVersion& other) {
  SystemClock clock;
  SteadyTime until = clock.now() + k_start_limit;
  Milliseconds pause = k_first_pause;
  for (;;) {
    auto found = find(paths, stop);
    if (is_ours(found)) return std::move(found->client);
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "helperd", "looking for it was cancelled");
    if (spawn_forbidden()) {
      return fail(ErrorCode::daemon_unreachable, "helperd", "it does not run, and HELPER_NO_SPAWN forbids starting it",
                  "unset HELPER_NO_SPAWN; or start it yourself: helper serve");
    }
    if (clock.now() >= until) return not_ready(paths, "it was started and does not answer");
    if (found) {
      HELPER_TRY_ASSIGN(const Way way, make_way(*found, paths, other, stop));
      if (way == Way::is_used) return std::move(found->client);
      if (way == Way::ends) HELPER_TRY(wait_for_end(found->client.endpoint(), paths, stop));
      until = clock.now() + k_start_limit;  // a person may have thought about it
      if (way == Way::is_gone) continue;
    }
    HELPER_TRY_ASSIGN(
        const std::string line,
        spawn_detached({helperd.string()}, std::chrono::duration_cast<Milliseconds>(until - clock.now()), stop));
    HELPER_TRY(parse_ready_line(line));
    // Ready and yet not found: it ended at once, or another command asked it to.
    if (found = find(paths, stop); is_ours(found)) return std::move(found->client);
    if (!clock.sleep(pause, stop)) return fail(ErrorCode::cancelled, "helperd", "starting it was cancelled");
    pause = std::min(2 * pause, k_longest_pause);
  }
}

}  // namespace helper::rpc
