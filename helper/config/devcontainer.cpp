#include "config/devcontainer.hpp"

#include "base/text.hpp"
#include "config/devcontainer_draft.hpp"
#include "config/validate.hpp"

#include <algorithm>
#include <array>

namespace helper::config {
namespace {

struct KnownKey {
  std::string_view name;
  DevcontainerReader read;  // null: it is read with others, or says nothing that concerns us
};

// In the order in which they are read: of what two keys say, the later one counts, and commands run in this order.
constexpr std::array k_known{
    KnownKey{"$schema", nullptr},
    KnownKey{"name", nullptr},
    KnownKey{"workspaceFolder", nullptr},
    KnownKey{"workspaceMount", nullptr},
    KnownKey{"dockerFile", nullptr},
    KnownKey{"context", nullptr},
    KnownKey{"remoteUser", nullptr},
    KnownKey{"containerUser", nullptr},
    KnownKey{"image", read_image},
    KnownKey{"build", read_build},
    KnownKey{"runArgs", read_run_args},
    KnownKey{"containerEnv", read_container_env},
    KnownKey{"remoteEnv", read_remote_env},
    KnownKey{"mounts", read_mounts},
    KnownKey{"privileged", read_privileged},
    KnownKey{"init", read_init},
    KnownKey{"capAdd", read_cap_add},
    KnownKey{"securityOpt", read_security_opt},
    KnownKey{"overrideCommand", read_override_command},
    KnownKey{"hostRequirements", read_requirements},
    KnownKey{"updateRemoteUserUID", read_update_ids},
    KnownKey{"shutdownAction", read_shutdown},
    KnownKey{"forwardPorts", read_forward_ports},
    KnownKey{"appPort", read_app_port},
    KnownKey{"onCreateCommand", read_create_command},
    KnownKey{"updateContentCommand", read_create_command},
    KnownKey{"postCreateCommand", read_create_command},
    KnownKey{"postStartCommand", read_start_command},
};

Unsupported explain(std::string_view name, int line) {
  const std::string shown = printable(name);
  if (const NotDone* row = not_done(name))
    return {shown, line, std::string(row->cause), std::string(row->fix), std::string(row->row), {}};
  std::vector<std::string_view> names;
  for (const KnownKey& key : k_known) names.push_back(key.name);
  const auto meant = nearest(name, names);
  return {shown,
          line,
          "helper does not know this key",
          meant ? "did you mean \"" + std::string(*meant) + "\"?"
                : "see https://containers.dev/implementors/json_reference/",
          {},
          {}};
}

}  // namespace

Result<Devcontainer> read_devcontainer(std::string_view text, const DevcontainerPlace& place) {
  const std::string file = place.file.filename().string();
  HELPER_TRY_ASSIGN(const JsonNode root, parse_json(text, file, LastComma::allowed));
  DevcontainerDraft draft(place);
  if (root.type != JsonNode::Type::object) {
    return fail(ErrorCode::config_invalid, file, "is " + describe(root) + ", must be an object in { }",
                "see https://containers.dev/implementors/json_reference/");
  }
  HELPER_TRY(read_workspace(draft, root));
  HELPER_TRY(read_users(draft, root));
  for (const KnownKey& key : k_known) {
    const JsonNode* node = find_member(root, key.name);
    if (node != nullptr && key.read != nullptr) HELPER_TRY(key.read(draft, *node, std::string(key.name)));
  }
  HELPER_TRY(read_old_build(draft, root));
  for (std::size_t i = 0; i < root.names.size(); ++i) {
    if (std::ranges::find(k_known, root.names[i], &KnownKey::name) == k_known.end())
      draft.unsupported(explain(root.names[i], root.items[i].line));
  }
  Devcontainer result = draft.take();
  std::ranges::stable_sort(result.unsupported, {}, &Unsupported::line);
  return result;
}

}  // namespace helper::config
