// The containers of a server that helper made, on whichever machine.
#pragma once

#include "base/command.hpp"
#include "engine/engine_cli.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace helper::engine {

struct Made {
  std::string target;  // by its label
  std::string name;
  std::string state;   // "running"
  std::string status;  // "Up 2 hours"
  std::string image;
  std::string size;  // of the writable layer: "12.3MB"
  std::string id{};
  std::string nonce{};  // k_label_nonce
  std::string owner{};  // by its valid record: "alice on laptop"; "" without one
};

[[nodiscard]] Result<std::vector<Made>> list_made(CommandRunner& server, const EngineCli& cli,
                                                  const std::stop_token& stop);

// Pure: lines of `docker ps --format`, fields separated by tabs. Lines that are not such are left out.
[[nodiscard]] std::vector<Made> read_made(std::string_view text);

}  // namespace helper::engine
