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

// The fields of a record of CSV; a field that begins with a quote ends with one, and two in it are one.
std::vector<std::string> fields_of(std::string_view text) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_quote = text[i] == '"';
    if (is_quoted && is_quote && i + 1 < text.size() && text[i + 1] == '"') {
      fields.back() += text[++i];
    } else if (is_quote && (is_quoted || fields.back().empty())) {
      is_quoted = !is_quoted;
    } else if (text[i] == ',' && !is_quoted) {
      fields.emplace_back();
    } else {
      fields.back() += text[i];
    }
  }
  return fields;
}

Mount parse_mount(std::string_view text) {
  Mount mount;
  for (const std::string& part : fields_of(text)) {
    const std::size_t equals = part.find('=');
    const std::string name = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? std::string() : part.substr(equals + 1);
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

// Where the field that begins here ends: a comma in ${localEnv:NAME:a,b} parts nothing.
std::size_t end_of_field(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ',') return at;
    if (text.substr(at).starts_with("${")) at = std::min(text.find('}', at), text.size() - 1);
  }
  return text.size();
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
    whole.text += (whole.text.empty() ? "" : ",") + mount_field(node.names[i] + "=" + part.text);
    whole.is_local_path = whole.is_local_path || (part.is_local_path && node.names[i] == "source");
    if (!whole.environment) whole.environment = part.environment;
    if (!whole.unset) whole.unset = part.unset;
  }
  return whole;
}

}  // namespace

std::string mount_field(const std::string& field) {
  if (field.find_first_of(",\"") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

Expanded expand_mount(std::string_view text, const Variables& variables) {
  if (text.find('"') != std::string_view::npos) return expand(text, variables);
  Expanded whole;
  for (bool is_first = true; is_first || !text.empty(); is_first = false) {
    if (!is_first) text.remove_prefix(1);
    const std::string_view field = text.substr(0, end_of_field(text));
    text.remove_prefix(field.size());
    const Expanded its = expand(field, variables);
    whole.text += (is_first ? "" : ",") + (its.is_local_path ? mount_field(its.text) : its.text);
    whole.is_local_path = whole.is_local_path || its.is_local_path;
    if (!whole.environment) whole.environment = its.environment;
    if (!whole.unset) whole.unset = its.unset;
  }
  return whole;
}

void read_mount(DevcontainerDraft& draft, const Expanded& its, const std::string& key, int line) {
  const Mount mount = parse_mount(its.text);
  draft.about({}, mount.target);
  if (!draft.may_use(its, key, line)) return;
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
  auto parts = split(its.text, ':');
  draft.about({}, parts.size() > 1 ? std::string(parts[1]) : std::string());
  if (!draft.may_use(its, key, line)) return;
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

namespace {

Result<void> read_one_mount(DevcontainerDraft& draft, const JsonNode& item, const std::string& key) {
  Expanded mount;
  if (item.type == Type::object) {
    HELPER_TRY_ASSIGN(mount, mount_text(draft, item, key));
  } else {
    HELPER_TRY(draft.expect(item, Type::text, key));
    mount = expand_mount(item.text, draft.variables());
  }
  read_mount(draft, mount, key, item.line);
  return {};
}

}  // namespace

Result<void> read_mounts(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::array, key));
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    draft.about({});
    draft.keep(read_one_mount(draft, node.items[i], item_key(key, i)));
  }
  return {};
}

}  // namespace helper::config
