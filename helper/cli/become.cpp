#include "cli/become.hpp"

#include "base/process.hpp"
#include "base/signals.hpp"

#include <cerrno>
#include <cstring>
#include <iostream>
#include <unistd.h>

namespace helper::cli {

Result<int> become(const std::vector<std::string>& argv) {
  HELPER_TRY_ASSIGN(const std::string program, find_program(argv.front()));
  std::vector<std::string> words = argv;
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::cout.flush();
  std::cerr.flush();
  reset_signals_for_exec();
  ::execv(program.c_str(), pointers.data());
  return fail(ErrorCode::server_command, argv.front(), std::string("cannot be run (") + std::strerror(errno) + ")");
}

}  // namespace helper::cli
