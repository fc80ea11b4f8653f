#include "config/devcontainer/draft.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "config/faults.hpp"

#include <algorithm>

namespace helper::config {
namespace {

using Type = JsonNode::Type;

constexpr std::size_t k_max_shown = 200;

std::string id_of(const DevcontainerPlace& place) {
  Fingerprint print;
  print.add(place.folder.string());
  print.add(place.file.string());
  return print.hex();
}

std::string wanted_text(Type type) {
  switch (type) {
    case Type::boolean:
      return "true or false";
    case Type::array:
      return "a list in [ ]";
    case Type::object:
      return "an object in { }";
    default:
      return "text in quotes";
  }
}

}  // namespace

DevcontainerDraft::DevcontainerDraft(const DevcontainerPlace& place)
    : place_(place), variables_{place.variable, place.folder, {}, id_of(place)} {
  result_.file = place.file;
}

Setting& DevcontainerDraft::setting(std::string_view row, Type type, int line) {
  const std::string path = "targets.*." + std::string(row);
  auto at = std::ranges::find(result_.settings, path, &Setting::row);
  if (at == result_.settings.end()) {
    JsonNode value;
    value.type = type;
    value.line = line;
    at = result_.settings.insert(at, Setting{path, std::move(value), {}});
  }
  return *at;
}

void DevcontainerDraft::set(std::string_view row, const std::string& key, JsonNode value) {
  Setting& its = setting(row, value.type, value.line);
  its.value = std::move(value);
  its.keys = {key};
}

void DevcontainerDraft::set_text(std::string_view row, const std::string& key, int line, std::string text) {
  set(row, key, text_node(std::move(text), line));
}

void DevcontainerDraft::add(std::string_view row, const std::string& key, JsonNode item) {
  Setting& its = setting(row, Type::array, item.line);
  its.value.items.push_back(std::move(item));
  its.keys.push_back(key);
}

void DevcontainerDraft::add_text(std::string_view row, const std::string& key, int line, std::string text) {
  add(row, key, text_node(std::move(text), line));
}

void DevcontainerDraft::put(std::string_view row, const std::string& key, const std::string& name, JsonNode member) {
  Setting& its = setting(row, Type::object, member.line);
  const auto at = std::ranges::find(its.value.names, name) - its.value.names.begin();
  if (static_cast<std::size_t>(at) == its.value.names.size()) {
    its.value.names.push_back(name);
    its.value.items.emplace_back();
    its.keys.emplace_back();
  }
  its.value.items[static_cast<std::size_t>(at)] = std::move(member);
  its.keys[static_cast<std::size_t>(at)] = key;
}

void DevcontainerDraft::about(std::string row, std::string mount_point) {
  row_ = row.empty() ? row : "targets.*." + row;
  mount_point_ = std::move(mount_point);
}

void DevcontainerDraft::unsupported(Unsupported what) {
  if (what.row.empty() && what.mount_point.empty()) {
    what.row = row_;
    what.mount_point = mount_point_;
  }
  result_.unsupported.push_back(std::move(what));
}

void DevcontainerDraft::keep(Result<void> read) {
  if (!read) result_.mistakes.push_back({std::move(read).error(), row_, mount_point_});
}

bool DevcontainerDraft::has(std::string_view row) const { return says(result_, row); }

void DevcontainerDraft::unsupported_mount(const std::string& key, int line, const std::string& source,
                                          const std::string& place) {
  unsupported(
      {key,
       line,
       source + " is a folder of this machine, and " + place_.server + " cannot mount it",
       "have its files on " + place_.server + R"( and write "container": {"mounts": ["/FOLDER/THERE:)" + place + "\"]}",
       {},
       place});
}

Result<Expanded> DevcontainerDraft::expanded(const JsonNode& node, const std::string& key) const {
  HELPER_TRY(expect(node, Type::text, key));
  return expand(node.text, variables_);
}

bool DevcontainerDraft::may_use(const Expanded& its, const std::string& key, int line) {
  if (!its.environment) return true;
  if (its.unset || its.text.empty()) {
    const std::string name = its.unset.value_or(*its.environment);
    unsupported({key, line,
                 name + " is not set on this machine, so this is " +
                     (its.text.empty() ? "empty" : '"' + printable(its.text, 200) + '"'),
                 "export " + name});
    if (its.unset) return !place_.is_kept;
  }
  if (place_.is_kept) {
    unsupported(
        {key, line,
         "the value of " + *its.environment + " on this machine may be a secret, and is not written into a file",
         R"(write "devcontainer": PATH in the target, which reads it each time)"});
    return false;
  }
  return true;
}

Result<std::optional<std::string>> DevcontainerDraft::text(const JsonNode& node, const std::string& key,
                                                           bool folder_ok) {
  HELPER_TRY_ASSIGN(Expanded its, expanded(node, key));
  if (!may_use(its, key, node.line)) return std::nullopt;
  if (its.is_local_path && !folder_ok && !server_is_here()) {
    unsupported({key, node.line, "it names a path of this machine, which is not there on " + place_.server,
                 "write it in the target, with a path of " + place_.server});
    return std::nullopt;
  }
  return std::move(its.text);
}

Result<std::optional<std::string>> DevcontainerDraft::name(const JsonNode& node, const std::string& key,
                                                           bool folder_ok) {
  HELPER_TRY_ASSIGN(auto its, text(node, key, folder_ok));
  if (its && its->empty() && !node.text.empty()) its = std::nullopt;
  return its;
}

Result<std::optional<std::string>> DevcontainerDraft::value(const JsonNode& node, const std::string& key) {
  switch (node.type) {
    case Type::integer:
      return std::to_string(node.integer);
    case Type::boolean:
      return node.boolean ? "true" : "false";
    case Type::real:
      unsupported({key, node.line,
                   "it is the number " + printable(node.text) + ", which other tools may write otherwise",
                   "write it in quotes: \"" + printable(node.text) + '"'});
      return node.text;
    default:
      return text(node, key, true);
  }
}

Result<void> DevcontainerDraft::expect(const JsonNode& node, Type type, const std::string& key) const {
  if (node.type != type) return wrong(node, key, wanted_text(type));
  return {};
}

tl::unexpected<Error> DevcontainerDraft::wrong(const JsonNode& node, const std::string& key,
                                               const std::string& wanted) const {
  return fail(ErrorCode::config_invalid, thing_at(place_.file, node.line, key),
              "is " + describe(node) + ", must be " + wanted,
              "see https://containers.dev/implementors/json_reference/");
}

JsonNode text_node(std::string text, int line) {
  JsonNode node;
  node.type = Type::text;
  node.line = line;
  node.text = std::move(text);
  return node;
}

JsonNode flag_node(bool flag, int line) {
  JsonNode node;
  node.type = Type::boolean;
  node.line = line;
  node.boolean = flag;
  return node;
}

std::string item_key(const std::string& key, std::size_t index) { return key + "[" + std::to_string(index) + "]"; }

std::string member_key(const std::string& key, const std::string& name) { return key + "." + printable(name); }

bool says(const Devcontainer& devcontainer, std::string_view row) {
  const auto& settings = devcontainer.settings;
  return std::ranges::find(settings, "targets.*." + std::string(row), &Setting::row) != settings.end();
}

std::string why_no_image(const Devcontainer& devcontainer) {
  const auto why =
      std::ranges::find(devcontainer.unsupported, std::string_view("targets.*.container.image"), &Unsupported::row);
  return why == devcontainer.unsupported.end() ? std::string() : to_text(devcontainer.file, *why);
}

std::string origin(const std::filesystem::path& file, int line, const std::string& key) {
  return file.empty() ? key : thing_at(file, line, key);
}

std::string to_text(const std::filesystem::path& file, const Unsupported& unsupported) {
  std::string text = origin(file, unsupported.line, unsupported.key) + ": " + printable(unsupported.cause, k_max_shown);
  if (!unsupported.fix.empty()) text += "; " + printable(unsupported.fix, k_max_shown);
  return text;
}

}  // namespace helper::config
