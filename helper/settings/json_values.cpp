#include "settings/json_values.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace helper::settings {
namespace {

using ide::Access;
using ide::FileKind;
using ide::Wanted;

constexpr std::array<std::pair<FileKind, const char*>, 12> k_kinds{
    {{FileKind::ssh_configs, "ssh_configs"},
     {FileKind::web_servers, "web_servers"},
     {FileKind::jdk_table, "jdk_table"},
     {FileKind::external_tools, "external_tools"},
     {FileKind::recent_connections, "recent_connections"},
     {FileKind::recent_hosts, "recent_hosts"},
     {FileKind::deployment, "deployment"},
     {FileKind::misc, "misc"},
     {FileKind::modules, "modules"},
     {FileKind::module, "module"},
     {FileKind::run_configuration, "run_configuration"},
     {FileKind::project_model, "project_model"}}};
constexpr const char* k_ssh_config = "ssh_config";

// Not jupyter_url, which is a secret, and which no file of an IDE has.
constexpr std::array<std::pair<const char*, std::string Access::*>, 12> k_interpreter{
    {{"target", &Access::target},
     {"host", &Access::host},
     {"user", &Access::user},
     {"key_file", &Access::key_file},
     {"known_hosts", &Access::known_hosts},
     {"host_key_alias", &Access::host_key_alias},
     {"python", &Access::python},
     {"python_version", &Access::python_version},
     {"python_prefix", &Access::python_prefix},
     {"python_cause", &Access::python_cause},
     {"project_local", &Access::project_local},
     {"project_remote", &Access::project_remote}}};

constexpr std::array<std::pair<const char*, std::string Wanted::*>, 8> k_wanted{{{"name", &Wanted::name},
                                                                                 {"ssh_id", &Wanted::ssh_id},
                                                                                 {"server_id", &Wanted::server_id},
                                                                                 {"sdk_id", &Wanted::sdk_id},
                                                                                 {"helper", &Wanted::helper},
                                                                                 {"config_file", &Wanted::config_file},
                                                                                 {"home", &Wanted::home},
                                                                                 {"script", &Wanted::script}}};

// Records of earlier versions do not have these.
constexpr std::array<std::pair<const char*, std::string Wanted::*>, 4> k_later{
    {{"module", &Wanted::module},
     {"module_file", &Wanted::module_file},
     {"configuration", &Wanted::configuration},
     {"tool_group", &Wanted::tool_group}}};

}  // namespace

Json to_json(const Wanted& wanted) {
  Json json = Json::object();
  for (const auto& [name, member] : k_interpreter) json[name] = wanted.access.*member;
  for (const auto& [name, member] : k_wanted) json[name] = wanted.*member;
  for (const auto& [name, member] : k_later) json[name] = wanted.*member;
  json["has_pyproject"] = wanted.has_pyproject;
  json["old_model"] = wanted.old_model;
  json["ssh_name"] = wanted.access.ssh_name;
  json["port"] = wanted.access.port;
  json["jupyter_port"] = wanted.access.jupyter_port;
  json["upload"] = wanted.upload;
  json["date"] = wanted.date;
  return json;
}

Wanted wanted_from_json(const Json& json) {
  Wanted wanted;
  for (const auto& [name, member] : k_interpreter) wanted.access.*member = json.at(name).get<std::string>();
  for (const auto& [name, member] : k_wanted) wanted.*member = json.at(name).get<std::string>();
  for (const auto& [name, member] : k_later) wanted.*member = json.value(name, "");
  wanted.has_pyproject = json.value("has_pyproject", false);
  wanted.old_model = json.value("old_model", false);
  wanted.access.ssh_name = json.value("ssh_name", wanted.access.target);  // the same, in records of earlier versions
  wanted.access.port = json.at("port").get<std::uint16_t>();
  wanted.access.jupyter_port = json.at("jupyter_port").get<std::uint16_t>();
  wanted.upload = json.at("upload").get<bool>();
  wanted.date = json.at("date").get<std::int64_t>();
  return wanted;
}

Json to_json(const Place& place) {
  const char* kind = k_ssh_config;
  for (const auto& [each, name] : k_kinds) {
    if (place.kind == each) kind = name;
  }
  return {{"kind", kind}, {"file", place.file.string()}, {"owner", place.owner}, {"folder", place.folder.string()}};
}

Place place_from_json(const Json& json) {
  const auto kind = json.at("kind").get<std::string>();
  Place place{std::nullopt, json.at("file").get<std::string>(), json.at("owner").get<std::string>(),
              json.at("folder").get<std::string>()};
  for (const auto& [each, name] : k_kinds) {
    if (kind == name) place.kind = each;
  }
  if (!place.kind && kind != k_ssh_config)
    throw Json::other_error::create(501, "kind " + kind + " is not known", &json);
  return place;
}

std::string to_document(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

Error unreadable(const std::filesystem::path& file, const std::string& cause) {
  return {ErrorCode::file_failed, file.string(), "cannot be understood: " + printable(cause, 300),
          "what was written stays as it is; to begin again: mv " + shell::quote(file.string()) + " " +
              shell::quote(file.string() + ".broken")};
}

}  // namespace helper::settings
