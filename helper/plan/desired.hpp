// Desired is what a target should be: its config, and whether it should run at all.
#pragma once

#include "config/config.hpp"

#include <map>
#include <string>
#include <vector>

namespace helper::plan {

// ejected: as it runs, but with nothing of ours in it.
enum class Power { running, stopped, absent, ejected };

// Who wants it now. What a person stopped, paused or removed stays so until a person asks for it.
enum class Initiative {
  person,   // somebody has asked: everything that it needs is done
  program,  // one that connects by itself, as an IDE does: it may create the first container, and starts none again
  daemon    // it looks after the target by itself: it creates and starts no container
};

// A local port that must be open and forward to a port of the container.
struct DesiredTunnel {
  std::string name;  // "ssh", "jupyter", "port 6006"
  std::uint16_t local_port = 0;
  std::uint16_t container_port = 0;
  friend bool operator==(const DesiredTunnel&, const DesiredTunnel&) = default;
};

struct Desired {
  config::Target target;
  Power power = Power::running;
  std::vector<DesiredTunnel> tunnels;
  std::map<std::string, std::string> fields;  // what the container keeps of its config: fields.hpp
  std::string spec_hash;  // of the config fields that only `docker create` can set; a label on what we create
  // The same with the values of environment variables, as the label of containers from older versions has it. It never
  // leaves this machine.
  std::string older_spec_hash;
  // Where it is not a person, a container that does not run stays as it is: the engine's restart policy starts what
  // should run.
  Initiative initiative = Initiative::person;
  bool was_ended = false;  // the last thing that a person asked for was its end
  // The name of another owner whose container may be changed, since a person has agreed to it; "" = nobody's.
  std::string agreed_owner{};
  // It has been ready here: its host keys were pinned before this request. A container that is gone was removed by
  // somebody.
  bool was_ready = false;
};

using config::k_container_ssh_port;

// Pure; total on a checked config.
[[nodiscard]] Desired desired_state(const config::Target& target, Power power);

// The volume that keeps the IDE's backend, by the container's name, which is unique on a server.
[[nodiscard]] std::string backend_cache_volume(const std::string& container);

[[nodiscard]] std::string to_text(Power power);

}  // namespace helper::plan
