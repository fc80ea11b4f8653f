#include "config/import_devcontainer.hpp"

#include "config/inherit.hpp"

#include <nlohmann/json.hpp>

namespace helper::config {
namespace {

using Json = nlohmann::ordered_json;
using Type = JsonNode::Type;

Json to_json(const JsonNode& node) {
  switch (node.type) {
    case Type::boolean:
      return node.boolean;
    case Type::integer:
      return node.integer;
    case Type::text:
      return node.text;
    case Type::array: {
      Json list = Json::array();
      for (const JsonNode& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case Type::object: {
      Json object = Json::object();
      for (std::size_t i = 0; i < node.items.size(); ++i) object[node.names[i]] = to_json(node.items[i]);
      return object;
    }
    default:
      return nullptr;
  }
}

std::string below(const std::filesystem::path& folder, const std::string& path) {
  const auto relative = std::filesystem::path(path).lexically_relative(folder);
  return relative.empty() || *relative.begin() == ".." ? path : relative.string();
}

bool is_local_path(const std::string& row) {
  return row == "targets.*.project.local" || row == "targets.*.container.build.context";
}

// Rows that the answers have fields for, filled from the target: mounts and tunnels of both are joined there.
bool is_joined(const std::string& row) { return row == "targets.*.container.mounts" || row == "targets.*.forwards"; }

bool is_about_the_image(std::string_view row) {
  return row == "targets.*.container.image" || row.starts_with("targets.*.container.build");
}

}  // namespace

Result<void> import_devcontainer(TemplateAnswers& answers, const Devcontainer& devcontainer,
                                 const std::filesystem::path& folder) {
  Target target;
  HELPER_TRY(inherit(target, devcontainer));
  const std::vector<std::string> inherited = target.container.mounts;
  if (!answers.mounts.empty()) target.container.mounts = answers.mounts;
  target.ssh.local_port = answers.ssh_local_port;
  target.jupyter = answers.jupyter;
  const bool own_image = !answers.image.empty();
  settle(target, devcontainer, inherited, [&](std::string_view row) {
    return (row == "targets.*.container.mounts" && !answers.mounts.empty()) || (is_about_the_image(row) && own_image);
  });
  answers.mounts = target.container.mounts;
  answers.forwards = target.forwards;
  answers.remarks = target.remarks;
  for (const Setting& setting : devcontainer.settings) {
    // What is in "build" has rows of its own.
    if (is_joined(setting.row) || setting.row == "targets.*.container.build") continue;
    if (own_image && is_about_the_image(setting.row)) continue;
    JsonNode value = setting.value;
    if (is_local_path(setting.row)) value.text = below(folder, value.text);
    answers.others[setting.row] = to_json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return {};
}

}  // namespace helper::config
