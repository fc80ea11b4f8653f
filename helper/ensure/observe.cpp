#include "ensure/observe.hpp"

#include "base/digest.hpp"
#include "engine/place.hpp"
#include "ensure/banner.hpp"
#include "ensure/build_context.hpp"
#include "ensure/bundles.hpp"
#include "ensure/host_keys.hpp"
#include "ensure/keeper.hpp"
#include "ensure/local_key.hpp"
#include "ensure/look_at_server.hpp"
#include "ensure/person.hpp"
#include "ide/access.hpp"
#include "ide/known_hosts.hpp"
#include "inside/ways.hpp"
#include "plan/make_plan.hpp"
#include "plan/session.hpp"
#include "plan/sshd_setup.hpp"

#include <algorithm>
#include <future>

namespace helper::ensure {
namespace {

// A link that reconnects needs its 6 round trips, and the connection waits for it meanwhile.
constexpr Milliseconds k_shown_limit{10'000};

plan::Tunnel* ssh_tunnel(plan::Observed& observed, const plan::Desired& desired) {
  const auto tunnel =
      std::ranges::find(observed.local.tunnels, desired.target.ssh.local_port, &plan::Tunnel::local_port);
  return tunnel == observed.local.tunnels.end() ? nullptr : &*tunnel;
}

// How the SSH server behind the tunnel is looked at. An exchange of keys proves whose it is, and leaves a process of
// sshd's to process 1 of the container, which some never reap. A greeting tells that it answers, and is enough for a
// server that has proven itself.
enum class KeyProof { exchange, greeting };

// Asked of the tunnel while the server is asked something else; given up when the object goes.
class ShownKeys {
 public:
  using Keys = std::optional<std::vector<std::string>>;
  ShownKeys(SshClient& client, std::uint16_t port, std::vector<std::string> types, KeyProof proof)
      : answer_(
            std::async(std::launch::async, [&client, port, types = std::move(types), proof, stop = stop_.get_token()] {
              if (proof == KeyProof::exchange) return client.host_keys(port, types, k_shown_limit, stop);
              return ssh_answers(port, k_shown_limit, stop) ? Keys(std::in_place) : std::nullopt;
            })) {}
  ~ShownKeys() { stop_.request_stop(); }
  ShownKeys(const ShownKeys&) = delete;
  ShownKeys& operator=(const ShownKeys&) = delete;

  Keys wait(const std::stop_token& stop) {
    const std::stop_callback give_up(stop, [this] { stop_.request_stop(); });
    return answer_.get();
  }

 private:
  std::stop_source stop_;
  std::future<Keys> answer_;
};

// One exchange shows one key. The first is the one that clients prefer.
std::vector<std::string> type_to_ask_for(const std::vector<std::string>& keys) {
  return {keys.front().substr(0, keys.front().find(' '))};
}

// How the server gets to the ports of the place, by the sshd that belongs there.
void add_doors(plan::Observed& observed, const plan::Desired& desired) {
  if (!observed.place.current) return;
  const bool looked_into = observed.place.inside && observed.place.inside->has_shell;
  const auto setup =
      looked_into && observed.local.key ? std::optional(plan::sshd_setup(desired, observed)) : std::nullopt;
  const bool has_bundle = observed.place.inside && plan::takes_bundle(observed);
  observed.place.doors =
      inside::ways(*observed.place.current, desired.tunnels, setup && *setup ? &**setup : nullptr, has_bundle);
}

}  // namespace

Result<plan::Observed> observe_here(const Hands& hands, const Paths& paths, const plan::Desired& desired) {
  plan::Observed observed;
  for (const auto& tunnel : hands.tunnels.status()) {
    observed.local.tunnels.push_back(
        {tunnel.local_port, tunnel.remote, tunnel.link_up ? std::string() : tunnel.trouble, std::nullopt});
  }
  HELPER_TRY_ASSIGN(observed.local.key, find_local_key(hands.files, paths, desired.target.ssh.key));
  if (auto& key = observed.local.key; key && (key->has_passphrase || key->open_to_others))
    key->in_agent = hands.ssh.agent_holds(key->public_line, hands.agent_socket);
  HELPER_TRY_ASSIGN(const auto known_hosts, hands.files.read(paths.known_hosts()));
  HELPER_TRY_ASSIGN(auto host_keys, find_host_keys(hands.files, paths, desired.target));
  observed.local.host_keys = std::move(host_keys.open);
  if (!observed.local.host_keys.empty()) observed.local.host_key_digest = sha256(host_keys.secret.ed25519);
  HELPER_TRY_ASSIGN(observed.local.me, this_person(hands.files, paths));
  const auto& target = desired.target;
  HELPER_TRY_ASSIGN(const auto nonce, hands.files.read(paths.created_nonce(target.server, target.container.name)));
  observed.local.created_nonce = nonce.value_or("");
  HELPER_TRY_ASSIGN(const auto half, hands.files.read(paths.half_recorded(target.server, target.container.name)));
  observed.local.half_recorded = half.value_or("");
  observed.local.pinned_host_keys = ide::host_keys_of(known_hosts.value_or(""), desired.target.ssh_name);
  return observed;
}

Result<plan::Observed> observe(const Hands& hands, const Paths& paths, const plan::Desired& desired,
                               Knowledge& knowledge, const std::stop_token& stop, Depth depth) {
  HELPER_TRY_ASSIGN(auto observed, observe_here(hands, paths, desired));
  plan::Tunnel* const ssh = ssh_tunnel(observed, desired);
  std::optional<ShownKeys> shown;
  const auto proof = knowledge.proven.empty() ? KeyProof::exchange : KeyProof::greeting;
  const auto show = [&](KeyProof how) {
    shown.emplace(hands.ssh, ssh->local_port, type_to_ask_for(observed.local.pinned_host_keys), how);
  };
  if (ssh != nullptr && ssh->remote && !observed.local.pinned_host_keys.empty()) show(proof);

  if (const auto& build = desired.target.container.build; build && desired.power == plan::Power::running)
    observed.local.build = build_inputs(*build, knowledge.context, stop);

  auto memory = depth == Depth::quick ? memory_of(knowledge, desired.target) : Memory{};
  memory.me = observed.local.me.id;
  memory.my_run = run_that_belongs_to(knowledge, memory.me);
  auto look = look_at_server(hands.server, desired, memory, stop);
  const bool quick = !memory.run.empty();
  if (look && look->place.inside && look->place.inside->pythons.empty() && quick)  // the chosen one no longer runs
    look = look_at_server(hands.server, desired, {}, stop);                        // look for all of them again
  if (!look && look.error().code == ErrorCode::cancelled) return fail(std::move(look).error());
  if (look) {
    observed.server = std::move(look->server);
    observed.place = std::move(look->place);
    observed.local.bundle = find_bundle(paths, observed.server.machine);
    observed.local.keeper_image = find_keeper_image(paths, observed.server.machine);
    if (auto& keeper = observed.server.keeper; keeper && observed.server.container)
      keeper->recorded = recorded_of(knowledge, keeper->id, observed.server.container->id);
    observed.attempts.keeper_failed = knowledge.keeper_failed;
    observed.local.other_project = other_project(hands.files, paths, desired, observed);
    add_doors(observed, desired);
    if (observed.server.container && engine::run_of(*observed.server.container) == run_of(knowledge))
      observed.attempts.jupyter_failed = knowledge.jupyter_failed;
  } else {
    observed.server.error = std::move(look).error();
  }

  const auto door = observed.place.doors.find(plan::k_container_ssh_port);
  const bool forwards_to_sshd = shown && door != observed.place.doors.end() && observed.place.inside &&
                                !observed.place.inside->sshd_fingerprint.empty() && ssh->remote == door->second;
  if (forwards_to_sshd) {
    auto keys = shown->wait(stop);
    if (keys && proof == KeyProof::greeting && observed.place.inside->ssh_server != knowledge.proven) {
      show(KeyProof::exchange);
      keys = shown->wait(stop);
    }
    ssh->answers = keys.has_value();
    ssh->host_keys = std::move(keys).value_or(std::vector<std::string>());
    knowledge.proven = plan::proven_server(observed, ssh->local_port, ssh_server_of(knowledge), knowledge.proven);
  }
  if (knowledge.session && knowledge.session->of == plan::session_key(desired, observed))
    observed.local.session = knowledge.session;
  if (stop.stop_requested()) return fail(ErrorCode::cancelled, desired.target.name, "the request was cancelled");
  take_look(knowledge, desired.power, observed, hands.tunnels.status(), hands.clock.now());
  return observed;
}

}  // namespace helper::ensure
