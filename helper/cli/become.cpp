#include "cli/become.hpp"

#include "base/process/process.hpp"
#include "base/process/signals.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <system_error>
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

Result<std::string> own_program() {
  constexpr const char* k_linux_names_it_here = "/proc/self/exe";
  std::error_code problem;
  const auto program = std::filesystem::read_symlink(k_linux_names_it_here, problem);
  if (problem) return fail(ErrorCode::internal, "helper", "its own path is not known (" + problem.message() + ")");
  return program.string();
}

}  // namespace helper::cli
