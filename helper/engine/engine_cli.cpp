#include "engine/engine_cli.hpp"

namespace helper::engine {
namespace {

constexpr Milliseconds k_find_limit{20'000};

constexpr const char* k_find = R"sh(
for engine in docker podman; do
  info=$("$engine" info --format '{{json .}}' 2>/dev/null) || continue
  case $info in '' | *'"ServerErrors":["'*) continue ;; esac
  echo "$engine"
  exit 0
done
)sh";

}  // namespace

Argv EngineCli::argv(std::initializer_list<std::string> words) const {
  Argv line{program};
  line.insert(line.end(), words.begin(), words.end());
  return line;
}

EngineCli cli_of(const plan::Engine& engine) { return {engine.program}; }

Result<EngineCli> find_cli(CommandRunner& server, const std::string& wanted, const std::stop_token& stop) {
  if (wanted != "auto") return EngineCli{wanted};
  HELPER_TRY_ASSIGN(const auto output, server.run({std::string(k_engine_path) + k_find, {}, k_find_limit}, stop));
  for (const char* program : {"docker", "podman"}) {
    if (output.out == std::string(program) + "\n") return EngineCli{program};
  }
  return fail(ErrorCode::engine_missing, "engine", "neither Docker nor Podman answers on the server",
              "on the server, look at: docker info; podman info");
}

}  // namespace helper::engine
