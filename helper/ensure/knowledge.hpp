// Knowledge is what is known of one target: the last look at it, and what happened since. The rules by which something
// of it is forgotten or becomes invalid are the functions that change it; every answer that needs no look, and what a
// quick look need not ask again, are views of it. All pure.
#pragma once

#include "base/clock.hpp"
#include "base/paths.hpp"
#include "ensure/look_at_server.hpp"
#include "ensure/report.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/step.hpp"
#include "tunnel/tunnels.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace helper::ensure {

// How long a look is trusted by those who ask for what is known. A caller that needs only the way in sees at once
// whether it is still up: an SSH server answers at the local port, or none does.
inline constexpr Milliseconds k_known_for{600'000};

// What was handed to a keeper from here; nothing of it is known after the daemon has started again, since another
// machine may have told it something else.
struct Recorded {
  std::string keeper;       // its container's id; "" until a look has seen it
  std::string container;    // the id; "" = nothing is known
  std::string fingerprint;  // plan::services_fingerprint(); "" = nothing is recorded for it
};

struct Knowledge {
  std::optional<config::Target> config{};       // whose it is; nullopt: nobody has asked about the target yet
  std::optional<plan::Observed> observed{};     // the last look by that config; nullopt: none
  SteadyTime at{};                              // when it was over
  bool fresh = false;                           // nobody has changed the target, or begun to, since that look
  std::string link_down{};                      // why the link went down since that look; "" = it did not
  std::uint64_t link_losses = 0;                // how often it ever went down
  std::vector<tunnel::TunnelStatus> tunnels{};  // as they were last seen, which may be later than the look
  std::string step{};                           // what is being done to the target; "" = nothing
  std::uint64_t revision = 1;                   // changes whenever status_of() changes

  // What the next look and the next request need beyond the last look.
  std::optional<plan::SessionTry> session{};  // the last one; it says itself what it was tried with
  std::string proven{};                       // the Inside::ssh_server that has proven the target's host key; "" = none
  std::string
      jupyter_failed{};  // why Jupyter did not come up in the run that was looked at; "" = it did, or was not tried
  std::string install_refused{};  // "CONTAINER-ID PYTHON" for which somebody wants no Jupyter; "" = none
  std::string keeper_failed{};    // why the keeper could not do its part in the last request; "" = it could
  Recorded recorded{};
  ContextMemory context{};
  // The other owner whose container somebody has agreed to use, by a request for it to run; "" = none.
  std::string agreed_owner{};
  bool openssh_checks = false;  // the server's host key, for helper; as the last look saw
};

// Another config than before: nothing that was seen by the old one is valid. Tunnels and link belong to the server.
void set_config(Knowledge& knowledge, const config::Target& config);
// A look for that power is over. One for a target that will run is fresh; another may leave out what that needs.
void take_look(Knowledge& knowledge, plan::Power power, const plan::Observed& observed,
               std::vector<tunnel::TunnelStatus> tunnels, SteadyTime now);
// A session was tried, on what the last look saw.
void take_session(Knowledge& knowledge, const plan::SessionTry& tried);
// Somebody begins to change the target: what is known may no longer be true.
void doubt(Knowledge& knowledge);
void begin_step(Knowledge& knowledge, const std::string& step, std::vector<tunnel::TunnelStatus> tunnels);
// What was done to it is over, with success or not.
void end_steps(Knowledge& knowledge, std::vector<tunnel::TunnelStatus> tunnels);
// The server does not answer, which counts as a look. Of what was seen only this machine's part is still valid.
void lose_server(Knowledge& knowledge, const Error& error, SteadyTime now);
// No tunnel forwards anything now, and what is on the server may be gone too.
void lose_link(Knowledge& knowledge, const std::string& why);

// The keeper has taken, or forgotten ("" as fingerprint), the services of a container.
void take_record(Knowledge& knowledge, const std::string& container, const std::string& fingerprint);
// Another keeper runs now, of that version: its id is seen by the next look.
void take_keeper(Knowledge& knowledge, const std::string& version);
// The fingerprint of what that keeper has for that container; nullopt: it is not known here.
[[nodiscard]] std::optional<std::string> recorded_of(const Knowledge& knowledge, const std::string& keeper,
                                                     const std::string& container);

// What a look need not ask again; empty when the next one must be a full one.
[[nodiscard]] Memory memory_of(const Knowledge& knowledge, const config::Target& config);
// run_of() the container that was looked into, when its record says that it belongs to that person; "" = none.
[[nodiscard]] std::string run_that_belongs_to(const Knowledge& knowledge, const std::string& owner_id);
// Which run of the container was looked into, and which SSH server was found there; "" = none.
[[nodiscard]] std::string run_of(const Knowledge& knowledge);
[[nodiscard]] std::string ssh_server_of(const Knowledge& knowledge);
// The last look did not reach the server.
[[nodiscard]] bool is_unreachable(const Knowledge& knowledge);
// Of the server's engine; nullopt when it must be asked for.
[[nodiscard]] std::optional<engine::EngineCli> cli_of(const Knowledge& knowledge);
[[nodiscard]] bool holds_port(const Knowledge& knowledge, std::uint16_t port);

// `config` names the target where nobody has asked about it yet.
[[nodiscard]] TargetStatus status_of(const Knowledge& knowledge, const config::Target& config);
// What must be done for that power. It needs a look.
[[nodiscard]] plan::Plan plan_of(const Knowledge& knowledge, plan::Power power);
// The settings by the last look, which it needs. Error: the problem, or not_ready with what is still missing.
// Whether its container runs, and nothing but steps is between it and being ready: no problem, and no other owner.
[[nodiscard]] bool lacks_only_steps(const Knowledge& knowledge);
[[nodiscard]] Result<ide::Access> settings_of(const Knowledge& knowledge, const Paths& paths);
// The settings of a target that lacked nothing at the last look, while that is true by this config. Error: not_ready.
[[nodiscard]] Result<ide::Access> known_settings(const Knowledge& knowledge, const config::Target& config,
                                                 const Paths& paths, SteadyTime now);

}  // namespace helper::ensure
