#include "cli/own_program.hpp"

#include <filesystem>
#include <system_error>

namespace helper::cli {

Result<std::string> own_program() {
  constexpr const char* k_linux_names_it_here = "/proc/self/exe";
  std::error_code problem;
  const auto program = std::filesystem::read_symlink(k_linux_names_it_here, problem);
  if (problem) return fail(ErrorCode::internal, "helper", "its own path is not known (" + problem.message() + ")");
  return program.string();
}

}  // namespace helper::cli
