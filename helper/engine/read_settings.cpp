#include "engine/read_settings.hpp"

#include "base/text.hpp"
#include "engine/json_member.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <string>

namespace helper::engine {
namespace {

using nlohmann::json;

// {"Name": "on-failure", "MaximumRetryCount": 3}
std::string restart_of(const json& policy) {
  const std::string name = text(member(policy, "Name"));
  if (name.empty()) return "no";
  const auto most = number(member(policy, "MaximumRetryCount"));
  return name == "on-failure" && most > 0 ? name + ":" + std::to_string(most) : name;
}

// Docker says "memlock", podman "RLIMIT_MEMLOCK".
std::string limit_name(std::string_view given) {
  constexpr std::string_view k_prefix = "rlimit_";
  const std::string name = lower_case(given);
  return name.starts_with(k_prefix) ? name.substr(k_prefix.size()) : name;
}

// {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}
std::vector<std::string> ports_of(const json& bindings) {
  std::vector<std::string> ports;
  if (!bindings.is_object()) return ports;
  for (const auto& [inside, outsides] : bindings.items()) {
    if (!outsides.is_array()) continue;
    for (const auto& outside : outsides) {
      std::string address = text(member(outside, "HostIp"));
      if (address.find(':') != std::string::npos) address = "[" + address + "]";
      std::string port = text(member(outside, "HostPort"));
      if (port == "0") port.clear();  // podman's way to say that it chooses
      ports.push_back((address.empty() ? "0.0.0.0" : address) + ":" + port + ":" + inside);
    }
  }
  return ports;
}

}  // namespace

plan::EngineSettings read_settings(const json& inspect) {
  const json& host = member(inspect, "HostConfig");
  plan::EngineSettings settings;
  settings.restart = restart_of(member(host, "RestartPolicy"));
  const json& privileged = member(host, "Privileged");
  settings.privileged = privileged.is_boolean() && privileged.get<bool>();
  settings.shm_size = number(member(host, "ShmSize"));
  if (const json& limits = member(host, "Ulimits"); limits.is_array()) {
    for (const auto& limit : limits)
      settings.ulimits[limit_name(text(member(limit, "Name")))] = {number(member(limit, "Soft")),
                                                                   number(member(limit, "Hard"))};
  }
  if (const json& binds = member(host, "Binds"); binds.is_array()) {
    for (const auto& bind : binds) settings.mounts.push_back(text(bind));
  }
  settings.ports = ports_of(member(host, "PortBindings"));
  return settings;
}

std::string applied_label(const std::map<std::string, std::string>& fields) {
  return json(fields).dump(-1, ' ', true, json::error_handler_t::replace);
}

std::map<std::string, std::string> read_applied(std::string_view label) {
  std::map<std::string, std::string> fields;
  const json value = json::parse(label, nullptr, false);
  if (!value.is_object()) return fields;
  for (const auto& [name, text] : value.items()) {
    if (text.is_string()) fields.emplace(name, text.get<std::string>());
  }
  return fields;
}

}  // namespace helper::engine
