#include "config/devcontainer/translate.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "config/devcontainer/draft.hpp"
#include "config/faults.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace helper::config {

namespace {

struct KnownKey {
  std::string_view name;
  DevcontainerReader read;    // null: it is read with others, or says nothing about the container
  std::string_view row = {};  // the target's key that takes the place of all that it says
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
    KnownKey{"build", nullptr},
    KnownKey{"runArgs", read_run_args},
    KnownKey{"containerEnv", read_container_env},
    KnownKey{"remoteEnv", read_remote_env},
    KnownKey{"mounts", read_mounts},
    KnownKey{"privileged", read_privileged, "container.privileged"},
    KnownKey{"init", read_init, "container.extra_args"},
    KnownKey{"capAdd", read_cap_add, "container.extra_args"},
    KnownKey{"securityOpt", read_security_opt, "container.extra_args"},
    KnownKey{"overrideCommand", nullptr},
    KnownKey{"hostRequirements", read_requirements},
    KnownKey{"updateRemoteUserUID", read_update_ids, "ssh.match_owner"},
    KnownKey{"shutdownAction", read_shutdown},
    KnownKey{"userEnvProbe", nullptr},
    KnownKey{"forwardPorts", read_forward_ports, "forwards"},
    KnownKey{"appPort", read_app_port, "forwards"},
    KnownKey{"onCreateCommand", read_create_command, "post_create"},
    KnownKey{"updateContentCommand", read_create_command, "post_create"},
    KnownKey{"postCreateCommand", read_create_command, "post_create"},
    KnownKey{"postStartCommand", read_start_command, "post_start"},
};

// The plugins of JetBrains IDEs by their ids; false: there is more, or something else, in `node`.
bool list_plugins(DevcontainerDraft& draft, std::string_view name, const JsonNode& node) {
  if (name != "customizations" || node.type != JsonNode::Type::object) return false;
  const JsonNode* jetbrains = find_member(node, "jetbrains");
  if (jetbrains == nullptr || jetbrains->type != JsonNode::Type::object) return false;
  const JsonNode* plugins = find_member(*jetbrains, "plugins");
  if (plugins == nullptr || plugins->type != JsonNode::Type::array) return false;
  std::vector<std::string> ids;
  for (const JsonNode& plugin : plugins->items) ids.push_back(printable(plugin.text, 80));
  draft.unsupported({"customizations.jetbrains.plugins", plugins->line, "helper installs no plugins",
                     "install them in the IDE, in Settings, Plugins: " + joined(ids)});
  return node.names.size() == 1 && jetbrains->names.size() == 1;
}

Unsupported explain(std::string_view name, int line) {
  const std::string shown = printable(name);
  if (const NotDone* row = not_done(name))
    return {shown, line, std::string(row->cause), std::string(row->fix), std::string(row->row), {}};
  std::vector<std::string_view> names;
  for (const KnownKey& key : k_known) names.push_back(key.name);
  const auto meant = nearest(name, names);
  const bool is_about_the_image = meant && (*meant == "image" || *meant == "build" || *meant == "dockerFile");
  return {shown,
          line,
          "helper does not know this key",
          meant ? "did you mean \"" + std::string(*meant) + "\"?"
                : "see https://containers.dev/implementors/json_reference/",
          is_about_the_image ? "targets.*.container.image" : "",
          {}};
}

}  // namespace

Result<Devcontainer> read_devcontainer(std::string_view text, const DevcontainerPlace& place) {
  const std::string file = place.file.filename().string();
  HELPER_TRY_ASSIGN(const JsonNode root, parse_json(text, file));
  DevcontainerDraft draft(place);
  if (root.type != JsonNode::Type::object) {
    return fail(ErrorCode::config_invalid, file, "is " + describe(root) + ", must be an object in { }",
                "see https://containers.dev/implementors/json_reference/");
  }
  draft.keep(read_workspace(draft, root));
  draft.keep(read_users(draft, root));
  for (const KnownKey& key : k_known) {
    const JsonNode* node = find_member(root, key.name);
    draft.about(std::string(key.row));
    if (node != nullptr && key.read != nullptr) draft.keep(key.read(draft, *node, std::string(key.name)));
  }
  draft.keep(read_build(draft, root));
  draft.keep(read_override_command(draft, root));
  draft.about({});
  draft.keep(read_env_probe(draft, root));
  for (std::size_t i = 0; i < root.names.size(); ++i) {
    if (list_plugins(draft, root.names[i], root.items[i])) continue;
    if (std::ranges::find(k_known, root.names[i], &KnownKey::name) == k_known.end())
      draft.unsupported(explain(root.names[i], root.items[i].line));
  }
  Devcontainer result = draft.take();
  std::ranges::stable_sort(result.unsupported, {}, &Unsupported::line);
  return result;
}

// The commands of a devcontainer.json as lines of sh.
namespace {

using Type = JsonNode::Type;

constexpr std::string_view k_container_env = "${containerEnv:";

// In sh the container's variables are the shell's own.
std::string with_shell_variables(std::string text) {
  for (std::size_t at = text.find(k_container_env); at != std::string::npos; at = text.find(k_container_env, at)) {
    text.replace(at, k_container_env.size(), "${");
  }
  return text;
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

// A string is a line of sh, a list a command with its words as they are; nullopt: there is nothing to run.
Result<std::optional<std::string>> one_command(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  if (node.type == Type::text) {
    HELPER_TRY_ASSIGN(auto line, draft.text(node, key, true));
    if (!line || is_blank(*line)) return std::nullopt;
    return with_shell_variables(std::move(*line));
  }
  if (node.type != Type::array) return draft.wrong(node, key, "text in quotes, or a list of texts in [ ]");
  std::vector<std::string> words;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    HELPER_TRY_ASSIGN(auto word, draft.text(node.items[i], item_key(key, i), true));
    if (!word) return std::nullopt;
    if (word->find(k_container_env) != std::string::npos) {
      draft.unsupported({item_key(key, i), node.items[i].line,
                         "no shell runs this list, and so none knows the container's variables",
                         "write the command as one text"});
    }
    words.push_back(std::move(*word));
  }
  if (words.empty()) return std::nullopt;
  return shell::quote(words);
}

// All at once; fails when one of them does, once all have ended.
std::string parallel(const std::vector<std::string>& lines) {
  std::string text = "pids=\n";
  for (const std::string& line : lines) text += "sh -c " + shell::quote(line) + " & pids=\"$pids $!\"\n";
  return text + "status=0\nfor pid in $pids; do wait \"$pid\" || status=$?; done\nexit \"$status\"";
}

Result<void> read_command(DevcontainerDraft& draft, std::string_view row, const JsonNode& node,
                          const std::string& key) {
  if (node.type != Type::object) {
    HELPER_TRY_ASSIGN(auto line, one_command(draft, node, key));
    if (line) draft.add_text(row, key, node.line, std::move(*line));
    return {};
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    HELPER_TRY_ASSIGN(auto line, one_command(draft, node.items[i], member_key(key, node.names[i])));
    if (line) lines.push_back(std::move(*line));
  }
  if (!lines.empty()) draft.add_text(row, key, node.line, lines.size() == 1 ? lines.front() : parallel(lines));
  return {};
}

}  // namespace

Result<void> read_create_command(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  return read_command(draft, "post_create", node, key);
}

Result<void> read_start_command(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  return read_command(draft, "post_start", node, key);
}

// Ports: each is a tunnel where it can be one.
namespace {

using Type = JsonNode::Type;

// "localhost:3000" is a port of the container itself.
std::string_view without_local_host(std::string_view text) {
  for (const std::string_view host : {"localhost:", "127.0.0.1:"}) {
    if (text.starts_with(host)) return text.substr(host.size());
  }
  return text;
}

Result<void> read_one_app_port(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  if (node.type == Type::integer) {
    draft.add("forwards", key, node);
    return {};
  }
  if (node.type != Type::text) return draft.wrong(node, key, "a port number, or text such as \"8000:8010\"");
  HELPER_TRY_ASSIGN(const auto port, draft.text(node, key));
  if (port) read_port(draft, *port, key, node.line);
  return {};
}

}  // namespace

void read_port(DevcontainerDraft& draft, const std::string& port, const std::string& key, int line) {
  const std::string plain(without_local_host(port));
  const bool is_tunnel = parse_port_pair(plain).has_value();
  draft.add_text(is_tunnel ? "forwards" : "container.ports", key, line, is_tunnel ? plain : port);
}

Result<void> read_forward_ports(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::array, key));
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const JsonNode& item = node.items[i];
    const std::string its = item_key(key, i);
    if (item.type == Type::integer) {
      draft.add("forwards", its, item);
      continue;
    }
    if (item.type != Type::text) return draft.wrong(item, its, "a port number, or text such as \"localhost:3000\"");
    const std::string plain(without_local_host(item.text));
    if (plain.find(':') == std::string::npos) {
      draft.add_text("forwards", its, item.line, plain);
    } else {
      draft.unsupported({its, item.line, "it is a port of another container, and helper runs one only",
                         "serve it in this container, or tunnel to it on your own"});
    }
  }
  return {};
}

Result<void> read_app_port(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  if (node.type != Type::array) return read_one_app_port(draft, node, key);
  for (std::size_t i = 0; i < node.items.size(); ++i)
    HELPER_TRY(read_one_app_port(draft, node.items[i], item_key(key, i)));
  return {};
}

// The keys that helper knows and does nothing for.
namespace {

constexpr std::string_view k_compose = "helper runs one container, and no services of Docker Compose";
constexpr std::string_view k_one_image = R"(write "image" or "build", and run the other services on your own)";
constexpr std::string_view k_editor = "it is for an editor";
constexpr std::string_view k_ports = "helper opens its tunnels and shows nothing";

constexpr std::array k_not_done{
    NotDone{"features", "helper installs none",
            "build an image that has them (devcontainer build --workspace-folder . --image-name NAME; see "
            "docs/devcontainer.md), and name it in the target",
            "targets.*.container.build"},
    NotDone{"overrideFeatureInstallOrder", "helper installs no features", ""},
    NotDone{"dockerComposeFile", k_compose, k_one_image, "targets.*.container.image"},
    NotDone{"service", k_compose, k_one_image},
    NotDone{"runServices", k_compose, k_one_image},
    NotDone{"initializeCommand", "helper runs nothing of a config on your own machine",
            "run it by hand before helper ensure"},
    NotDone{"postAttachCommand", "helper does not know when an editor attaches",
            "put it in postStartCommand, or in a start file of the shell"},
    NotDone{"waitFor", "helper waits for every command before it says that the target is ready", ""},
    NotDone{"customizations", k_editor, "install its plugins there"},
    NotDone{"extensions", k_editor, "install its plugins there"},
    NotDone{"settings", k_editor, "set them there"},
    NotDone{"devPort", k_editor, ""},
    NotDone{"portsAttributes", k_ports, "", "targets.*.forwards"},
    NotDone{"otherPortsAttributes", k_ports, "", "targets.*.forwards"},
    NotDone{"secrets", "helper asks for none", R"(put them in a file of the server, and mount that)"},
};

}  // namespace

const NotDone* not_done(std::string_view key) {
  const auto* row = std::ranges::find(k_not_done, key, &NotDone::key);
  return row == k_not_done.end() ? nullptr : row;
}

}  // namespace helper::config
