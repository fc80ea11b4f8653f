// The shells of this machine that a script of ours must run in.
#pragma once

#include "base/process/process.hpp"

#include <string>
#include <vector>

namespace helper::test {

inline std::vector<std::vector<std::string>> shells() {
  std::vector<std::vector<std::string>> found{{"sh"}};
  for (const std::vector<std::string>& shell :
       std::vector<std::vector<std::string>>{{"dash"}, {"bash", "--posix"}, {"busybox", "sh"}, {"mksh"}}) {
    if (find_program(shell.front())) found.push_back(shell);
  }
  return found;
}

}  // namespace helper::test
