// RunCommand is a `docker run` command line taken apart: the engine's program, its flags, the image, and what runs.
#pragma once

#include "base/result.hpp"
#include "config/docker_run/shell_words.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

// A word with the values of its pieces in place, as far as they are known.
struct RunText {
  std::string text;  // what is not known stays as it was written: "$DATA"
  int line = 1;
  std::vector<std::string> unknown;  // what that is
  bool has_folder = false;           // the folder where the command is typed is in it
};

struct RunOption {
  std::string name;              // "--volume", also for -v
  std::optional<RunText> value;  // none for a switch without one
  std::string written;           // the flag as it was written: "-it", "--volume"
  int line = 1;
};

struct RunCommand {
  std::string program;             // "docker", "podman", "nvidia-docker"
  std::vector<RunText> variables;  // assignments before it: NV_GPU=0
  std::vector<RunOption> client;   // options of the program itself, before "run"
  std::vector<RunOption> options;
  RunText image;
  std::vector<RunText> command;  // what comes after the image
};

// Whether a text is meant as a command line, and not as the path of a file: it has words, and one is such a program.
[[nodiscard]] bool looks_like_a_command(std::string_view text);

// Pure. Errors: usage, for what is no `run` or `create` of Docker or Podman, an option that neither has, an option
// without its value, no image.
[[nodiscard]] Result<RunCommand> read_run_command(const std::vector<RunText>& words);

}  // namespace helper::config
