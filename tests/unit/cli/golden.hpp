// golden() is the text of a file under tests/golden/cli, as rendering must give it.
#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace helper::test {

inline std::string golden(const std::string& name) {
  std::ifstream in(std::string(TEST_SOURCE_DIR) + "/golden/cli/" + name);
  if (!in) throw std::runtime_error("tests/golden/cli/" + name + " is missing");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace helper::test
