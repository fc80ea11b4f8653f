// What the container is given: environment, users, rights, GPUs, and what it runs.
#include "base/text.hpp"
#include "config/config.hpp"
#include "config/devcontainer/draft.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace helper::config {
namespace {

using Type = JsonNode::Type;

Result<void> read_variable(DevcontainerDraft& draft, std::string_view row, const std::string& name,
                           const JsonNode& node, const std::string& key) {
  if (node.type == Type::null) {
    draft.unsupported({key, node.line, "helper removes no variable", "unset it in a start file of the shell"});
    return {};
  }
  HELPER_TRY_ASSIGN(auto value, draft.value(node, key));
  if (value) draft.put(row, key, name, text_node(std::move(*value), node.line));
  return {};
}

Result<void> read_env(DevcontainerDraft& draft, const std::string& row, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::object, key));
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    draft.about(row + "." + node.names[i]);
    draft.keep(read_variable(draft, row, node.names[i], node.items[i], member_key(key, node.names[i])));
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
    draft.about("container.extra_args");
    HELPER_TRY_ASSIGN(user, draft.name(*container, "containerUser"));
    if (user) draft.add_text("container.extra_args", "containerUser", container->line, "--user=" + *user);
  }
  draft.about("ssh.user");
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
  draft.about("container.command");
  if (node != nullptr) HELPER_TRY(draft.expect(*node, Type::boolean, "overrideCommand"));
  const bool has_image = draft.has("container.image") || draft.has("container.build");
  if (node != nullptr ? !node->boolean : !has_image) return {};
  const int line = node != nullptr ? node->line : root.line;
  for (const char* word : {"sh", "-c", k_wait}) draft.add_text("container.command", "overrideCommand", line, word);
  return {};
}

namespace {

// "8gb", "4096mb", "500000kb", "1tb", or bytes: the units of the specification, of 1024.
std::optional<std::int64_t> bytes_of(const JsonNode& node) {
  constexpr std::int64_t k_most = std::int64_t{1} << 60;
  if (node.type == Type::integer)
    return node.integer >= 0 && node.integer <= k_most ? std::optional(node.integer) : std::nullopt;
  if (node.type != Type::text) return std::nullopt;
  const std::size_t digits = std::min(node.text.find_first_not_of("0123456789"), node.text.size());
  if (digits == 0 || digits > 15) return std::nullopt;
  const std::string unit = lower_case(node.text.substr(digits));
  constexpr std::array<std::string_view, 5> k_units{"", "kb", "mb", "gb", "tb"};
  const auto* at = std::ranges::find(k_units, unit);
  std::int64_t bytes = std::stoll(node.text.substr(0, digits));
  if (at == k_units.end()) return std::nullopt;
  for (auto i = at - k_units.begin(); i > 0; --i) {
    if (bytes > k_most / 1024) return std::nullopt;
    bytes *= 1024;
  }
  return bytes;
}

Result<void> read_requirement(DevcontainerDraft& draft, const std::string& name, const JsonNode& node,
                              const std::string& key) {
  if (name == "gpu") {
    draft.about("container.gpus");
    return read_gpu(draft, node, key);
  }
  const bool is_cpus = name == "cpus";
  if (!is_cpus && name != "memory" && name != "storage") {
    draft.unsupported(
        {key, node.line, "helper does not look at what the server has of it", "choose a server that has it"});
    return {};
  }
  const auto amount = is_cpus && node.type != Type::integer ? std::nullopt : bytes_of(node);
  if (!amount) return draft.wrong(node, key, is_cpus ? "a number of processors" : R"(text such as "8gb")");
  if (name == "storage") {
    draft.unsupported({key, node.line, "helper does not look at the free space of the server",
                       "see it there, with Docker: df -h \"$(docker info -f '{{.DockerRootDir}}')\""});
  } else if (draft.place().is_kept) {
    draft.unsupported({key, node.line, "helper.json has no key for it",
                       R"(write "devcontainer": PATH in the target, and helper looks at what the server has)"});
  } else {
    (is_cpus ? draft.requirements().cpus : draft.requirements().memory) = *amount;
  }
  return {};
}

}  // namespace

Result<void> read_requirements(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::object, key));
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    draft.about({});
    draft.keep(read_requirement(draft, node.names[i], node.items[i], member_key(key, node.names[i])));
  }
  return {};
}

Result<void> read_env_probe(DevcontainerDraft& draft, const JsonNode& root) {
  struct Named {
    std::string_view name;
    EnvProbe probe;
  };
  constexpr std::array k_probes{Named{"none", EnvProbe::none}, Named{"loginShell", EnvProbe::login},
                                Named{"interactiveShell", EnvProbe::interactive},
                                Named{"loginInteractiveShell", EnvProbe::login_interactive}};
  const JsonNode* node = find_member(root, "userEnvProbe");
  const auto* at = k_probes.end() - 1;
  if (node != nullptr) {
    HELPER_TRY(draft.expect(*node, Type::text, "userEnvProbe"));
    at = std::ranges::find(k_probes, std::string_view(node->text), &Named::name);
    if (at == k_probes.end()) {
      return draft.wrong(*node, "userEnvProbe",
                         R"("none", "loginShell", "interactiveShell" or "loginInteractiveShell")");
    }
  }
  if (!draft.place().is_kept) {
    draft.set_env_probe(at->probe);
  } else if (at->probe != EnvProbe::none && (draft.has("post_create") || draft.has("post_start"))) {
    draft.unsupported({"userEnvProbe", node != nullptr ? node->line : root.line,
                       "the commands that are copied run in sh, without the start files of the user's shell",
                       R"(write "devcontainer": PATH in the target, or "bash -lic 'COMMAND'" in post_create)"});
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
