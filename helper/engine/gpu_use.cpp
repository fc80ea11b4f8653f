#include "engine/gpu_use.hpp"

#include "base/sections.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "engine/engine_cli.hpp"
#include "engine/scripts.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace helper::engine {
namespace {

constexpr Milliseconds k_limit{70'000};
constexpr std::size_t k_most_words = 200;

// The first `count` fields of a line, and the rest as the last one: only that one may hold commas.
std::vector<std::string> fields_of(const std::string& line, std::size_t count) {
  std::vector<std::string> fields;
  std::string_view rest = line;
  while (fields.size() < count) {
    const auto comma = rest.find(", ");
    if (comma == std::string_view::npos) return {};
    fields.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(comma + 2);
  }
  fields.emplace_back(trimmed(std::string(rest)));
  return fields;
}

// "[N/A]", "[Not Supported]" and the like are no number.
std::optional<int> number_of(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

struct Owner {
  std::string user;
  std::string container;
};

std::map<int, Owner> read_owners(const std::vector<Section>& sections) {
  std::map<std::string, std::string> names;
  for (const auto& line : lines_of(sections, "containers")) {
    const auto words = split(line, ' ');
    if (words.size() == 2 && is_printable(line)) names[words[0]] = words[1];
  }
  std::map<int, Owner> owners;
  for (const auto& line : lines_of(sections, "owners")) {
    const auto words = split(line, ' ');
    const auto pid = words.size() == 3 && is_printable(line) ? number_of(words[0]) : std::nullopt;
    if (!pid) continue;
    const auto name = names.find(words[2]);
    owners[*pid] = {words[1] == "?" ? std::string() : words[1],
                    name != names.end() ? name->second : words[2].substr(0, 12)};
  }
  return owners;
}

}  // namespace

std::string gpu_use_script(const EngineCli& cli, const plan::Place& place, const std::string& nonce) {
  return script_begin(nonce) + shell::assign("engine", cli.program) +
         shell::assign("inside", shell::quote(plan::entry(place, plan::As::root).words)) + k_engine_path + "\n" +
         std::string(scripts::gpu_use);
}

Result<std::vector<GpuUse>> read_gpu_use(const std::vector<Section>& sections) {
  const auto* answer = find_section(sections, "gpus");
  if (answer == nullptr) {
    return fail(ErrorCode::server_command, "server", "the look at its GPUs ended early: its shell gave no answer",
                "see whether the server runs a command over ssh, such as echo ok, and prints nothing else");
  }
  std::vector<GpuUse> gpus;
  for (const auto& line : lines_of(sections, "gpus")) {
    const auto fields = is_printable(line) ? fields_of(line, 5) : std::vector<std::string>{};
    const auto index = fields.empty() ? std::nullopt : number_of(fields[0]);
    if (!index) continue;
    gpus.push_back(
        {*index, fields[5], fields[1], number_of(fields[2]), number_of(fields[3]), number_of(fields[4]), {}});
  }
  // A status says nothing against a table before it: nvidia-smi exits 14 over a GPU with a damaged infoROM.
  if (answer->status != 0 && gpus.empty()) {
    if (answer->status == k_time_was_up) {
      return fail(ErrorCode::gpu_not_seen, "GPU", "nvidia-smi did not answer within 30 s",
                  "on the server: sudo systemctl enable --now nvidia-persistenced, or: sudo nvidia-smi -pm 1");
    }
    auto lines = lines_of(sections, "gpus");
    std::erase_if(lines, [](const std::string& line) { return !is_printable(line); });
    return fail(ErrorCode::gpu_no_driver, "GPU",
                "nvidia-smi fails: " + (lines.empty() ? "exit status " + std::to_string(answer->status)
                                                      : lines.front().substr(0, k_most_words)),
                "this must list the GPUs, on the server: nvidia-smi");
  }
  const auto owners = read_owners(sections);
  for (const auto& line : lines_of(sections, "processes")) {
    const auto fields = is_printable(line) ? fields_of(line, 3) : std::vector<std::string>{};
    const auto pid = fields.empty() ? std::nullopt : number_of(fields[1]);
    const auto gpu = pid ? std::ranges::find(gpus, fields[0], &GpuUse::uuid) : gpus.end();
    if (gpu == gpus.end()) continue;
    const auto owner = owners.find(*pid);
    const Owner known = owner == owners.end() ? Owner{} : owner->second;
    gpu->processes.push_back({*pid, fields[3], number_of(fields[2]), known.user, known.container});
  }
  return gpus;
}

Result<std::vector<GpuUse>> look_at_gpu_use(CommandRunner& server, const EngineCli& cli, const plan::Place& place,
                                            const std::stop_token& stop) {
  const std::string nonce = make_nonce();
  HELPER_TRY_ASSIGN(const auto output,
                    server.run({gpu_use_script(cli, place, nonce), {}, k_limit, {}, "sh (who uses the GPUs)"}, stop));
  return read_gpu_use(parse_sections(output.out, nonce));
}

}  // namespace helper::engine
