// The one look at a server: engine, container and image, and by another room's scripts the container's inside, all in
// one script, one round trip.
#pragma once

#include "base/command.hpp"
#include "base/sections.hpp"
#include "engine/engine_cli.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/place.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::engine {

// What else the probe is to run. The scripts for the inside are run there as root, with what the engine's part knows in
// the environment: $HELPER_RUN (which run of the container it is) and $HELPER_OWNER (uid of the project's owner).
struct Looks {
  std::string gpu_functions;  // sh: gpu_files NAME and gpu_list NAME, which print sections
  bool gpus = true;           // the target wants GPUs
  bool gpus_again = false;    // those of the server are listed although the run of the container is a known one
  std::string known_run;      // run_of() the container that `quick` is for; "" = none
  std::string quick;          // for the inside of that run
  std::string full;           // for the inside of any other
  std::string me{};           // the owner id of who looks; "" = whose the container is does not matter
  std::string my_run{};       // run_of() of a container that is known to be theirs: its record is not asked for first
};

// What the inside answered, as it came.
struct InsideAnswer {
  bool no_shell = false;  // nothing in the container can run a script
  bool quick = false;     // which of the scripts was run
  std::string text;
  // Where the script did not end well: what the engine says of another program there, and the container's state after
  // it.
  std::string said{};
  std::optional<plan::ContainerState> after{};
  int exit_code = 0;
};

// What the probe answered; the GPUs and the inside as they came, since another room reads them.
struct ProbeAnswer {
  plan::ServerFacts server;          // without gpu
  std::vector<Section> server_gpus;  // those that the GPU functions printed; none: they were not asked
  std::optional<plan::Place> place;  // only when the container runs
  std::optional<InsideAnswer> inside;
};

// Pure. Why nothing can be run in a container that runs, from what the engine said; absent where it said nothing, or
// only that the program is not there.
[[nodiscard]] std::optional<Error> inside_trouble(std::string_view said, const std::string& program,
                                                  const std::string& container);

// Pure: the program of the server's engine, chosen as a probe chooses it, and why there is none.
[[nodiscard]] std::string choice_script(const config::Target& target, const std::string& nonce);
[[nodiscard]] Result<std::string> read_choice(std::string_view text, const std::string& nonce,
                                              const config::Target& target);

// Pure: the script, and the reading of what it printed.
[[nodiscard]] std::string probe_script(const plan::Desired& desired, const Looks& looks, const std::string& nonce);
[[nodiscard]] Result<ProbeAnswer> read_probe(std::string_view text, const std::string& nonce,
                                             const plan::Desired& desired);

}  // namespace helper::engine
