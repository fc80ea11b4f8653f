#include "config/written.hpp"

namespace helper::config {
namespace {

void collect(const JsonNode& node, const std::string& path, std::vector<WrittenValue>& values) {
  if (node.type != JsonNode::Type::object || node.items.empty()) {
    values.push_back({path, json_text(node), spot_of(node)});
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    collect(node.items[i], path.empty() ? node.names[i] : path + "." + node.names[i], values);
  }
}

}  // namespace

std::vector<WrittenValue> written_values(const JsonNode& root, const std::string& target) {
  std::vector<WrittenValue> values;
  if (target.empty()) {
    collect(root, "", values);
  } else if (const JsonNode* targets = find_member(root, "targets")) {
    if (const JsonNode* its = find_member(*targets, target)) collect(*its, "targets." + target, values);
  }
  return values;
}

}  // namespace helper::config
