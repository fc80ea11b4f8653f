#include "plan/requirements.hpp"

#include <string>

namespace helper::plan {
namespace {

// A machine that is sold with 8 GB shows a little less: the kernel keeps some of it.
constexpr std::int64_t k_kept_of_ten = 1;

std::string gigabytes(std::int64_t bytes) {
  const std::int64_t tenths = bytes / (std::int64_t{1} << 20) * 10 / 1024;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB";
}

}  // namespace

std::vector<std::string> requirement_notes(const config::Target& target, const ServerFacts& server) {
  std::vector<std::string> notes;
  if (!server.engine) return notes;
  const config::HostRequirements& wanted = target.requirements;
  const Engine& engine = *server.engine;
  const std::string where = target.server == "local" ? "this machine" : "server " + target.server;
  if (engine.cpus > 0 && engine.cpus < wanted.cpus) {
    notes.push_back("hostRequirements.cpus: devcontainer.json wants " + std::to_string(wanted.cpus) +
                    " processors, and " + where + " has " + std::to_string(engine.cpus));
  }
  if (engine.memory > 0 && engine.memory < wanted.memory - wanted.memory / 10 * k_kept_of_ten) {
    notes.push_back("hostRequirements.memory: devcontainer.json wants " + gigabytes(wanted.memory) +
                    " of memory, and " + where + " has " + gigabytes(engine.memory));
  }
  return notes;
}

}  // namespace helper::plan
