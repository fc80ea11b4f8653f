#include "plan/env_pieces.hpp"

#include "config/values.hpp"

namespace helper::plan {

std::vector<EnvPiece> env_pieces(std::string_view value) {
  constexpr std::string_view k_begin = "${containerEnv:";
  std::vector<EnvPiece> pieces;
  std::size_t from = 0;
  for (std::size_t at = value.find(k_begin); at != std::string_view::npos; at = value.find(k_begin, at + 1)) {
    const std::size_t name = at + k_begin.size();
    const std::size_t end = value.find('}', name);
    if (end == std::string_view::npos) break;
    if (config::check_env_name(value.substr(name, end - name))) continue;
    if (at > from) pieces.push_back({std::string(value.substr(from, at - from)), false});
    pieces.push_back({std::string(value.substr(name, end - name)), true});
    from = end + 1;
  }
  if (from < value.size()) pieces.push_back({std::string(value.substr(from)), false});
  return pieces;
}

}  // namespace helper::plan
