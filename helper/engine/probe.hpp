// The one look at a server: engine, container, image and the container's inside in one script, one round trip.
#pragma once

#include "base/command.hpp"
#include "engine/engine_cli.hpp"
#include "engine/inside_probe.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace helper::engine {

// What is remembered of the files of this machine that an image is built from.
struct ContextMemory {
  std::string facts;  // names, times and sizes, as a fingerprint
  std::string print;  // BuildInputs::print
};

// What is remembered of a running container, so that the next look can be quick. It holds for one run of one container.
struct Memory {
  std::string run;      // container id and start time; "" = nothing is known
  plan::Inside inside;  // as last seen in full
  std::optional<plan::GpuFacts> server_gpu{};
  plan::Python python;                        // the chosen one, run again by every look
  std::string jupyter_failed{};               // why Jupyter did not come up; "" when it did, or was not tried
  std::optional<plan::SessionTry> session{};  // the last one; it says itself what it was tried with
  std::string proven{};                       // the Inside::ssh_server that has proven the target's host key; "" = none
  ContextMemory context{};                    // which outlives the rest
  EngineCli cli{};
};

[[nodiscard]] std::string run_of(const plan::Container& container);

// The server's part of Observed: everything but tunnels, keys of this machine and pinned host keys.
struct ServerFacts {
  std::string machine;  // as uname -m names it
  std::optional<Error> engine_error;
  std::optional<plan::Engine> engine;
  std::optional<plan::Container> container;
  std::optional<plan::Container> aside;
  std::optional<plan::Image> image;
  std::optional<plan::GpuFacts> server_gpu;
  std::optional<plan::Inside> inside;
  std::optional<Error> inside_error;
  std::optional<plan::Owner> project_owner;  // only when the container runs
};

// Pure: the script, and the reading of what it printed.
[[nodiscard]] std::string probe_script(const plan::Desired& desired, const InsideQuestion& question,
                                       const Memory& memory, const Nonces& nonces);
[[nodiscard]] Result<ServerFacts> read_probe(std::string_view text, const Nonces& nonces, const plan::Desired& desired,
                                             const InsideQuestion& question, const Memory& memory);

// Runs it. Errors are the runner's: the server cannot be reached, the limit passed, a stop was requested.
[[nodiscard]] Result<ServerFacts> probe(CommandRunner& server, const plan::Desired& desired, const Memory& memory,
                                        const std::stop_token& stop);

}  // namespace helper::engine
