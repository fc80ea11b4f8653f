// One look at a server and into the target's container, in one round trip: the engine's probe carries the look inside.
#pragma once

#include "base/command.hpp"
#include "base/sections.hpp"
#include "engine/engine_cli.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace helper::ensure {

// What is remembered of the files of this machine that an image is built from.
struct ContextMemory {
  std::string facts;        // names, times and sizes, as a fingerprint
  std::string fingerprint;  // BuildInputs::fingerprint
};

// What is remembered of a running container, so that the next look can be quick. It holds for one run of one container.
struct Memory {
  std::string run;      // Place::run; "" = nothing is known
  plan::Inside inside;  // as last seen in full
  std::optional<plan::GpuFacts> server_gpu{};
  plan::Python python;   // the chosen one, run again by every look
  std::string me{};      // the owner id of this person, into whose containers a look goes; "" = into all
  std::string my_run{};  // run_of() of a container that is known to be theirs; "" = none
};

// What it finds: of the place all but the doors, which depend on this machine's key.
struct ServerLook {
  plan::ServerFacts server;
  plan::PlaceFacts place;
};

// Pure: the script, and the reading of what it printed.
[[nodiscard]] std::string server_script(const plan::Desired& desired, const Memory& memory, const Nonces& nonces);
[[nodiscard]] Result<ServerLook> read_answers(std::string_view text, const Nonces& nonces, const plan::Desired& desired,
                                              const Memory& memory);

// Runs it. Errors are the runner's: the server cannot be reached, the limit passed, a stop was requested.
[[nodiscard]] Result<ServerLook> look_at_server(CommandRunner& server, const plan::Desired& desired,
                                                const Memory& memory, const std::stop_token& stop);

}  // namespace helper::ensure
