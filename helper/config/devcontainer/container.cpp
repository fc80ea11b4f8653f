// What the container is given: environment, users, rights, GPUs, and what it runs.
#include "base/text.hpp"
#include "config/config.hpp"
#include "config/devcontainer/draft.hpp"

#include <algorithm>

namespace helper::config {
namespace {

using Type = JsonNode::Type;

Result<void> read_env(DevcontainerDraft& draft, std::string_view row, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::object, key));
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const JsonNode& item = node.items[i];
    const std::string its = member_key(key, node.names[i]);
    if (item.type == Type::null) {
      draft.unsupported({its, item.line, "helper removes no variable", "unset it in a start file of the shell"});
      continue;
    }
    HELPER_TRY_ASSIGN(auto value, draft.value(item, its));
    if (value) draft.put(row, its, node.names[i], text_node(std::move(*value), item.line));
  }
  return {};
}

// Each entry as one flag with its value.
Result<void> read_flags(DevcontainerDraft& draft, const std::string& flag, const JsonNode& node,
                        const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::array, key));
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string its = item_key(key, i);
    HELPER_TRY_ASSIGN(const auto value, draft.name(node.items[i], its));
    if (value) draft.add_text("container.extra_args", its, node.items[i].line, flag + "=" + *value);
  }
  return {};
}

Result<void> read_gpu(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  const bool optional = node.type == Type::text && node.text == "optional";
  if (node.type == Type::object) {
    draft.unsupported({key, node.line, "helper does not look at the cores and memory of GPUs",
                       R"(name those that fit: "container": {"gpus": "0,1"})", "targets.*.container.gpus"});
  } else if (node.type != Type::boolean && !optional) {
    return draft.wrong(node, key, "true, false, \"optional\" or an object in { }");
  }
  // runArgs say it more exactly.
  if (!draft.has("container.gpus"))
    draft.set_text("container.gpus", key, node.line, node.type != Type::boolean || node.boolean ? "all" : "none");
  return {};
}

}  // namespace

Result<void> read_container_env(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  return read_env(draft, "container.env", node, key);
}

Result<void> read_remote_env(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  return read_env(draft, "ssh.env", node, key);
}

Result<void> read_users(DevcontainerDraft& draft, const JsonNode& root) {
  const JsonNode* remote = find_member(root, "remoteUser");
  const JsonNode* container = find_member(root, "containerUser");
  std::optional<std::string> user;
  if (container != nullptr) {
    HELPER_TRY_ASSIGN(user, draft.name(*container, "containerUser"));
    if (user) draft.add_text("container.extra_args", "containerUser", container->line, "--user=" + *user);
  }
  if (remote != nullptr) {
    HELPER_TRY_ASSIGN(user, draft.name(*remote, "remoteUser"));
  }
  if (user) {
    const JsonNode& from = remote != nullptr ? *remote : *container;
    draft.set_text("ssh.user", remote != nullptr ? "remoteUser" : "containerUser", from.line, std::move(*user));
  } else {
    draft.unsupported({"remoteUser", root.line,
                       "it is not given, and helper logs in as root whatever user the image names",
                       R"(write it, or "ssh": {"user": NAME} in the target)", "targets.*.ssh.user"});
  }
  return {};
}

Result<void> read_update_ids(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::boolean, key));
  draft.set("ssh.match_owner", key, flag_node(node.boolean, node.line));
  return {};
}

Result<void> read_privileged(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::boolean, key));
  draft.set("container.privileged", key, flag_node(node.boolean, node.line));
  return {};
}

Result<void> read_init(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::boolean, key));
  if (node.boolean) draft.add_text("container.extra_args", key, node.line, "--init");
  return {};
}

Result<void> read_cap_add(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  return read_flags(draft, "--cap-add", node, key);
}

Result<void> read_security_opt(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  return read_flags(draft, "--security-opt", node, key);
}

Result<void> read_override_command(DevcontainerDraft& draft, const JsonNode& root) {
  const JsonNode* node = find_member(root, "overrideCommand");
  if (node != nullptr) HELPER_TRY(draft.expect(*node, Type::boolean, "overrideCommand"));
  const bool has_image = draft.has("container.image") || draft.has("container.build");
  if (node != nullptr ? !node->boolean : !has_image) return {};
  const int line = node != nullptr ? node->line : root.line;
  for (const char* word : {"sh", "-c", k_wait}) draft.add_text("container.command", "overrideCommand", line, word);
  return {};
}

Result<void> read_requirements(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::object, key));
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string its = member_key(key, node.names[i]);
    if (node.names[i] == "gpu") {
      HELPER_TRY(read_gpu(draft, node.items[i], its));
    } else {
      draft.unsupported({its, node.items[i].line, "helper does not look at what the server has of it",
                         "choose a server that has it"});
    }
  }
  return {};
}

Result<void> read_shutdown(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::text, key));
  if (node.text != "none")
    draft.unsupported({key, node.line, "the container goes on when you leave", "stop it with `helper stop`"});
  return {};
}

}  // namespace helper::config
