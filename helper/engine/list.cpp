#include "engine/list.hpp"

#include "base/text.hpp"
#include "engine/engine_cli.hpp"
#include "engine/read.hpp"
#include "plan/our_names.hpp"

namespace helper::engine {
namespace {

constexpr Milliseconds k_list_limit = std::chrono::seconds(60);  // the engine counts the files of each layer

}  // namespace

std::vector<Made> read_made(std::string_view text) {
  std::vector<Made> made;
  for (const auto& line : split(text, '\n')) {
    auto fields = split(line, '\t');
    if (fields.size() != 6 || fields[0].empty()) continue;
    for (auto& field : fields) field = printable(field, 200);
    // "12.3MB (virtual 1.2GB)"
    made.push_back({fields[0], fields[1], fields[2], fields[3], fields[4], fields[5].substr(0, fields[5].find(" ("))});
  }
  return made;
}

Result<std::vector<Made>> list_made(CommandRunner& server, const EngineCli& cli, const std::stop_token& stop) {
  const std::string label(plan::k_label_target);
  // Docker has the labels as one text, Podman (ps of 4.3 knows no .Label) as a map.
  const std::string of_label =
      cli.program == "podman" ? "{{index .Labels \"" + label + "\"}}" : "{{.Label \"" + label + "\"}}";
  const std::string format = of_label + "\t{{.Names}}\t{{.State}}\t{{.Status}}\t{{.Image}}\t{{.Size}}";
  const Argv argv = cli.argv({"ps", "--all", "--size", "--filter", "label=" + label, "--format", format});
  HELPER_TRY_ASSIGN(const auto output, server.run(command(argv, k_list_limit), stop));
  if (output.exit_status == 127)
    return fail(ErrorCode::engine_missing, "engine", "Docker is not installed on the server",
                "on the server: sudo apt-get install -y docker.io");
  if (output.exit_status != 0) return fail(engine_trouble(output.err, cli.program));
  return read_made(output.out);
}

}  // namespace helper::engine
