// Which words of "extra_args" the engine may be given: none that helper decides itself, none that would end the flags.
#pragma once

#include "config/values.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace helper::config {

struct BadArgument {
  std::size_t at = 0;  // its place in the list
  Flaw flaw;
};

[[nodiscard]] std::optional<BadArgument> check_extra_args(const std::vector<std::string>& args);

// Host flags are the engine's flags in "extra_args" that give the container something of the machine that it runs on:
// folders, devices, rights. By letters only.

struct FlagMount {
  std::string host;   // as it is written: "/data"; "" where the flag names no path of the machine
  std::string place;  // in the container; "" where the flag names none
};

// In the order of the flags. Of a volume that is told to be a folder of the machine, that folder.
[[nodiscard]] std::vector<FlagMount> mounts_of_flags(const std::vector<std::string>& args);

// Whether one of the flags opens the machine to the container: a folder of it, a device, one of its namespaces, a right
// that containers do not have, or a file of it that the engine reads.
[[nodiscard]] bool opens_the_machine(const std::vector<std::string>& args);

}  // namespace helper::config
