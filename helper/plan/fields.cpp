#include "plan/fields.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace helper::plan {
namespace {

using config::Target;

std::string ulimits_text(const Target& target) {
  std::vector<std::string> limits;
  for (const auto& [name, limit] : target.container.ulimits)
    limits.push_back(name + "=" + std::to_string(limit.soft) + ":" + std::to_string(limit.hard));
  return joined(limits);
}

std::string env_names(const Target& target) {
  std::vector<std::string> names;
  for (const auto& [name, value] : target.container.env) names.push_back(name);
  return joined(names);
}

std::string command_text(const Target& target) {
  if (!target.container.command) return "(the image's own)";
  return shell::quote(*target.container.command);
}

// "on-failure:0" is the engine's way to say that there is no limit.
std::string restart_text(const Target& target) {
  return target.container.restart == "on-failure:0" ? "on-failure" : target.container.restart;
}

constexpr std::array k_fields{
    Field{"server", Need::live, nullptr},  // another server has another container
    Field{"engine", Need::live, nullptr},
    Field{"container.name", Need::live, nullptr},
    Field{"container.image", Need::recreate, [](const Target& t) { return t.container.image; }},
    Field{"container.build.context", Need::recreate, nullptr},  // of a build its fingerprint tells: BuildInputs
    Field{"container.build.dockerfile", Need::recreate, nullptr},
    Field{"container.build.args", Need::recreate, nullptr},
    Field{"container.build.target", Need::recreate, nullptr},
    Field{"container.hostname", Need::recreate, [](const Target& t) { return t.container.hostname; }},
    Field{"container.gpus", Need::recreate, [](const Target& t) { return t.container.gpus; }},
    Field{"container.runtime", Need::recreate, [](const Target& t) { return t.container.runtime; }},
    Field{"container.shm_size", Need::recreate, [](const Target& t) { return t.container.shm_size; }},
    Field{"container.ulimits", Need::recreate, ulimits_text},
    Field{"container.privileged", Need::recreate,
          [](const Target& t) { return std::string(t.container.privileged ? "true" : "false"); }},
    Field{k_share_key, Need::recreate, [](const Target& t) { return std::string(t.container.share ? "true" : ""); }},
    Field{"container.mounts", Need::recreate, [](const Target& t) { return joined(t.container.mounts); }},
    Field{"container.ports", Need::recreate, [](const Target& t) { return joined(t.container.ports); }},
    Field{"container.env", Need::recreate, env_names},
    Field{"container.command", Need::recreate, command_text},
    Field{"container.restart", Need::live, restart_text},
    Field{"container.extra_args", Need::recreate, [](const Target& t) { return shell::quote(t.container.extra_args); }},
    Field{"ssh.user", Need::live, nullptr},
    Field{"ssh.create", Need::live, nullptr},
    Field{"ssh.match_owner", Need::live, nullptr},
    Field{"ssh.env", Need::live, nullptr},
    Field{"ssh.key", Need::live, nullptr},
    Field{"ssh.local_port", Need::live, nullptr},
    Field{"keeper", Need::live, nullptr},
    Field{"security_notes", Need::live, nullptr},
    Field{"jupyter.dir", Need::restart, nullptr},  // of Jupyter
    Field{"jupyter.port", Need::restart, nullptr},
    Field{"jupyter.install", Need::live, nullptr},
    Field{"jupyter.local_port", Need::live, nullptr},
    Field{"forwards", Need::live, nullptr},
    Field{"project.local", Need::live, nullptr},
    Field{"project.remote", Need::live, nullptr},
    Field{"project.imports", Need::live, nullptr},
    Field{k_backend_cache_key, Need::recreate,
          [](const Target& t) { return std::string(t.ide.backend_cache ? "true" : ""); }},
    Field{"ide.project_model", Need::live, nullptr},  // of the next settings apply
    Field{"post_create", Need::live, nullptr},        // of containers that are made from then on
    Field{"post_start", Need::live, nullptr},
    Field{"python", Need::live, nullptr},
};

}  // namespace

std::span<const Field> fields() { return k_fields; }

const Field* find_field(std::string_view key) {
  const auto* row = std::ranges::find(k_fields, key, &Field::key);
  return row == k_fields.end() ? nullptr : row;
}

std::map<std::string, std::string> fields_of(const Target& target) {
  std::map<std::string, std::string> texts;
  for (const Field& field : k_fields) {
    if (field.text != nullptr) texts.emplace(field.key, field.text(target));
  }
  return texts;
}

std::string_view to_text(Need need) {
  switch (need) {
    case Need::live:
      return "live";
    case Need::restart:
      return "restart";
    case Need::recreate:
      break;
  }
  return "recreate";
}

}  // namespace helper::plan
