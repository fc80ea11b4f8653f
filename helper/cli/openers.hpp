// An opener is the program of this machine that shows a target to a person: an IDE's launcher, or the desktop's own.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::cli {

enum class Opened { gateway, toolbox, pycharm, jupyter };

// What the choice needs to know of this machine; this_machine() finds it out.
struct Machine {
  std::function<bool(const std::filesystem::path&)> is_program;  // an absolute path of something that can be run
  std::vector<std::filesystem::path> path;                       // $PATH
  std::filesystem::path home;
  bool mac = false;
  bool has_display = false;
  bool over_ssh = false;  // this shell came by SSH
};

[[nodiscard]] Machine this_machine(const std::filesystem::path& home);

// The command that opens `what`: a link, a file, or for PyCharm the project's folder. Pure. Error: file_failed, with
// what is missing and how to do it by hand.
[[nodiscard]] Result<std::vector<std::string>> opener_of(Opened opened, const std::string& what,
                                                         const Machine& machine);

[[nodiscard]] std::optional<Opened> opened_from_text(std::string_view text);

// A page that sends a browser to `link`: so the token in it is in a file that only its owner reads, and on no command
// line.
[[nodiscard]] std::string redirect_page(const std::string& link);

}  // namespace helper::cli
