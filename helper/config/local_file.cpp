#include "config/local_file.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace helper::config {
namespace {

using Type = JsonNode::Type;

// The object's member at the end of the path; null when there is none.
const JsonNode* member_at(const JsonNode& root, const std::vector<std::string>& path, std::size_t length) {
  const JsonNode* node = &root;
  for (std::size_t i = 0; i < length && node != nullptr; ++i) {
    node = node->type == Type::object ? find_member(*node, path[i]) : nullptr;
  }
  return node;
}

void remove_members(JsonNode& object, const std::set<std::size_t>& gone) {
  JsonNode kept;
  kept.type = Type::object;
  kept.line = object.line;
  kept.is_local = object.is_local;
  for (std::size_t i = 0; i < object.items.size(); ++i) {
    if (gone.contains(i)) continue;
    kept.names.push_back(std::move(object.names[i]));
    kept.items.push_back(std::move(object.items[i]));
  }
  object = std::move(kept);
}

void mark_local(JsonNode& node) {
  node.is_local = true;
  for (JsonNode& item : node.items) mark_local(item);
}

JsonNode joined_with(JsonNode base, JsonNode local) {
  if (local.type != Type::object) return local;
  if (base.type != Type::object) {
    base = {};
    base.type = Type::object;
    base.line = local.line;
    base.is_local = true;
  }
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < base.names.size(); ++i) places.emplace(base.names[i], i);
  std::set<std::size_t> gone;
  for (std::size_t i = 0; i < local.items.size(); ++i) {
    const auto at = places.find(local.names[i]);
    if (local.items[i].type == Type::null) {
      if (at != places.end()) gone.insert(at->second);
    } else if (at != places.end()) {
      JsonNode& its = base.items[at->second];
      its = joined_with(std::move(its), std::move(local.items[i]));
    } else {
      base.names.push_back(std::move(local.names[i]));
      base.items.push_back(joined_with({}, std::move(local.items[i])));
    }
  }
  if (!gone.empty()) remove_members(base, gone);
  return base;
}

}  // namespace

std::filesystem::path local_file_of(const std::filesystem::path& file) {
  if (file.extension() != ".json" || file.stem().extension() == ".local") return {};
  return file.parent_path() / (file.stem().string() + ".local.json");
}

JsonNode merged(JsonNode base, JsonNode local) {
  mark_local(local);
  return joined_with(std::move(base), std::move(local));
}

WrittenIn written_in(const JsonNode& base, const JsonNode& local, const std::vector<std::string>& path) {
  if (member_at(local, path, path.size()) != nullptr) return WrittenIn::local;
  const auto has_object = [&](const JsonNode& root) {
    const JsonNode* object = member_at(root, path, path.size() - 1);
    return object != nullptr && object->type == Type::object;
  };
  return !has_object(base) && has_object(local) ? WrittenIn::local : WrittenIn::base;
}

std::optional<std::string> with_ignored(std::string_view text, std::string_view name) {
  constexpr std::string_view k_ends = " \t\r";
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t last = line.find_last_not_of(k_ends);
    line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (line.starts_with("**/")) line.remove_prefix(3);
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line == name) return std::nullopt;
  }
  const std::string line_end = text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
  const bool is_open = !text.empty() && !text.ends_with('\n');
  return std::string(text) + (is_open ? line_end : "") + std::string(name) + line_end;
}

}  // namespace helper::config
