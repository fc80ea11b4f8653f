// What is written in a config and its local file: each value, and where.
#pragma once

#include "config/faults.hpp"
#include "config/json_tree.hpp"

#include <string>
#include <vector>

namespace helper::config {

struct WrittenValue {
  std::string key;   // "targets.centernet.container.env.NCCL_DEBUG"
  std::string json;  // as it is written: a variable of the environment is not replaced
  Spot spot;
};

// In the order of the tree (read_tree). A list is one value, as is an object with nothing in it. `target`: only what is
// of this one; "" = all.
[[nodiscard]] std::vector<WrittenValue> written_values(const JsonNode& root, const std::string& target);

}  // namespace helper::config
