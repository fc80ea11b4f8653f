// Mounts: in our own form where that can say them, else as they are, for the engine.
#include "base/text.hpp"
#include "config/characters.hpp"
#include "config/devcontainer/draft.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace helper::config {
namespace {

using Type = JsonNode::Type;

struct Mount {
  std::string type = "volume";  // as docker run --mount has it
  std::string source;
  std::string target;
  bool is_read_only = false;
  bool is_plain = true;  // nothing else is in it
};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

Mount parse_mount(std::string_view text) {
  Mount mount;
  mount.is_plain = text.find('"') == std::string_view::npos;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const std::string value(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1));
    if (name == "type") {
      mount.type = value;
    } else if (is_one_of(name, {"source", "src"})) {
      mount.source = value;
    } else if (is_one_of(name, {"target", "dst", "destination"})) {
      mount.target = value;
    } else if (is_one_of(name, {"readonly", "ro"}) && is_one_of(value, {"", "true", "1"})) {
      mount.is_read_only = true;
    } else if (name != "consistency") {  // which only macOS ever heeded
      mount.is_plain = false;
    }
  }
  const bool as_pair =
      is_one_of(mount.type, {"bind", "volume"}) && !mount.source.empty() && mount.target.starts_with('/');
  mount.is_plain = mount.is_plain && as_pair && (mount.source + mount.target).find(':') == std::string::npos;
  return mount;
}

// An object of type, source and target.
Result<Expanded> mount_text(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  Expanded whole;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string its = member_key(key, node.names[i]);
    if (node.names[i] == "external" || node.items[i].type == Type::boolean) {
      draft.unsupported({its, node.items[i].line, "helper knows type, source and target of a mount", ""});
      continue;
    }
    HELPER_TRY_ASSIGN(const Expanded part, draft.expanded(node.items[i], its));
    whole.text += (whole.text.empty() ? "" : ",") + node.names[i] + "=" + part.text;
    whole.is_local_path = whole.is_local_path || (part.is_local_path && node.names[i] == "source");
    if (!whole.environment) whole.environment = part.environment;
  }
  return whole;
}

}  // namespace

void read_mount(DevcontainerDraft& draft, const Expanded& its, const std::string& key, int line) {
  if (!draft.may_use(its, key, line)) return;
  const Mount mount = parse_mount(its.text);
  if (its.is_local_path && mount.type == "bind" && !draft.server_is_here()) {
    draft.unsupported_mount(key, line, mount.source, mount.target);
  } else if (mount.is_plain) {
    draft.add_text("container.mounts", key, line,
                   mount.source + ":" + mount.target + (mount.is_read_only ? ":ro" : ""));
  } else {
    draft.add_text("container.extra_args", key, line, "--mount=" + its.text);
  }
}

void read_volume(DevcontainerDraft& draft, const Expanded& its, const std::string& key, int line) {
  if (!draft.may_use(its, key, line)) return;
  auto parts = split(its.text, ':');
  // What only macOS ever heeded.
  if (parts.size() == 3 && is_one_of(parts[2], {"cached", "delegated", "consistent"})) parts.pop_back();
  const bool is_plain = parts.size() == 2 || (parts.size() == 3 && is_one_of(parts[2], {"ro", "rw"}));
  if (parts.size() > 1 && its.is_local_path && !draft.server_is_here()) {
    draft.unsupported_mount(key, line, std::string(parts[0]), std::string(parts[1]));
  } else if (is_plain) {
    std::string text(parts[0]);
    for (std::size_t i = 1; i < parts.size(); ++i) text += ":" + std::string(parts[i]);
    draft.add_text("container.mounts", key, line, std::move(text));
  } else {
    draft.add_text("container.extra_args", key, line, "--volume=" + its.text);
  }
}

Result<void> read_mounts(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::array, key));
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const JsonNode& item = node.items[i];
    const std::string its = item_key(key, i);
    if (item.type == Type::object) {
      HELPER_TRY_ASSIGN(const Expanded mount, mount_text(draft, item, its));
      read_mount(draft, mount, its, item.line);
    } else {
      HELPER_TRY_ASSIGN(const Expanded mount, draft.expanded(item, its));
      read_mount(draft, mount, its, item.line);
    }
  }
  return {};
}

}  // namespace helper::config
