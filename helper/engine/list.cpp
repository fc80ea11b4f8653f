#include "engine/list.hpp"

#include "base/text.hpp"
#include "engine/engine_cli.hpp"
#include "engine/read.hpp"
#include "engine/record.hpp"
#include "plan/our_names.hpp"
#include "plan/owner.hpp"

#include <algorithm>

namespace helper::engine {
namespace {

constexpr Milliseconds k_list_limit = std::chrono::seconds(60);  // the engine counts the files of each layer

}  // namespace

std::vector<Made> read_made(std::string_view text) {
  std::vector<Made> made;
  for (const auto& line : split(text, '\n')) {
    auto fields = split(line, '\t');
    if (fields.size() != 8 || fields[0].empty()) continue;
    for (auto& field : fields) field = printable(field, 200);
    // "12.3MB (virtual 1.2GB)"
    made.push_back({fields[0], fields[1], fields[2], fields[3], fields[4], fields[5].substr(0, fields[5].find(" (")),
                    fields[6], fields[7]});
  }
  return made;
}

Result<std::vector<Made>> list_made(CommandRunner& server, const EngineCli& cli, const std::stop_token& stop) {
  const std::string label(plan::k_label_target);
  // Docker has the labels as one text, Podman (ps of 4.3 knows no .Label) as a map.
  const auto of_label = [&](const std::string& name) {
    return cli.program == "podman" ? "{{index .Labels \"" + name + "\"}}" : "{{.Label \"" + name + "\"}}";
  };
  const std::string format = of_label(label) +
                             "\t{{.Names}}\t{{.State}}\t{{.Status}}\t{{.Image}}\t{{.Size}}\t{{.ID}}\t" +
                             of_label(plan::k_label_nonce);
  const Argv argv = cli.argv({"ps", "--all", "--no-trunc", "--size", "--filter", "label=" + label, "--format", format});
  HELPER_TRY_ASSIGN(const auto output, server.run(command(argv, k_list_limit), stop));
  if (output.exit_status == 127)
    return fail(ErrorCode::engine_missing, "engine", "Docker is not installed on the server",
                "on the server: sudo apt-get install -y docker.io");
  if (output.exit_status != 0) return fail(engine_trouble(output.err, cli.program));
  auto made = read_made(output.out);
  HELPER_TRY_ASSIGN(const auto known, list_records(server, cli, stop));
  for (const auto& record : known.records) {
    const std::string owner = record.owner.name + " on " + record.owner.machine;
    const auto of_it = [&](const Made& each) { return each.id == record.container && each.nonce == record.nonce; };
    if (const auto one = std::ranges::find_if(made, of_it); one != made.end()) {
      one->owner = owner;
    } else if (std::ranges::find(known.containers, record.container) == known.containers.end()) {
      const std::string volume = plan::record_volume(record.container);
      made.push_back({"-", volume, "orphan",
                      "its container is gone; on the server: " + cli.program + " volume rm " + volume, "-", "0B",
                      record.container, record.nonce, owner});
    }
  }
  return made;
}

}  // namespace helper::engine
