// A value of ssh.env in pieces: literal text, and ${containerEnv:NAME}, which stands for a variable of the container.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace helper::plan {

struct EnvPiece {
  std::string text;
  bool is_name = false;
  friend bool operator==(const EnvPiece&, const EnvPiece&) = default;
};

// What is no such variable is literal.
[[nodiscard]] std::vector<EnvPiece> env_pieces(std::string_view value);

}  // namespace helper::plan
