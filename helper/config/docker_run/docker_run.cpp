#include "config/docker_run/docker_run.hpp"

#include "config/characters.hpp"
#include "config/config.hpp"
#include "config/devcontainer/draft.hpp"
#include "config/docker_run/translate_run.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <charconv>

namespace helper::config {
namespace {

using Kind = ShellPiece::Kind;

// With the values that are known: all of them only where the server is this machine.
RunText text_of(const ShellWord& word, const DockerRunPlace& place) {
  RunText text{{}, word.line, {}, false};
  const bool here = place.server == "local";
  for (const ShellPiece& piece : word.pieces) {
    std::optional<std::string> value;
    if (piece.kind == Kind::text) {
      value = piece.text;
    } else if (const auto answer = place.values.find(piece.text); answer != place.values.end()) {
      value = answer->second;
    } else if (here && piece.kind == Kind::folder) {
      value = place.folder.string();
    } else if (here && piece.kind == Kind::home) {
      value = place.variable("HOME");
    } else if (here && (piece.name == "USER" || piece.name == "whoami" || piece.name == "id -un")) {
      value = place.variable("USER");
    }
    text.has_folder = text.has_folder || piece.kind == Kind::folder;
    if (!value) text.unknown.push_back(piece.text);
    text.text += value.value_or(piece.text);
  }
  return text;
}

}  // namespace

Result<DockerRun> read_docker_run(std::string_view text, const DockerRunPlace& place) {
  HELPER_TRY_ASSIGN(const auto words, shell_words(text));
  std::vector<RunText> texts;
  for (const ShellWord& word : words) {
    RunText its = text_of(word, place);
    // A shell makes no word of a variable that is empty.
    if (!its.text.empty() || word.is_quoted) texts.push_back(std::move(its));
  }
  HELPER_TRY_ASSIGN(const RunCommand run, read_run_command(texts));
  const DevcontainerPlace its_place{{}, place.folder, place.server, place.variable, true};
  DevcontainerDraft draft(its_place);
  auto unknown = translate_run(draft, run, place.values, RunKind::command);
  return DockerRun{draft.take(), std::move(unknown)};
}

Result<Devcontainer> read_described(const std::vector<std::string>& words, const std::string& server) {
  std::vector<RunText> texts;
  for (const std::string& word : words) texts.push_back({word, 1, {}, false});
  HELPER_TRY_ASSIGN(const RunCommand run, read_run_command(texts));
  const DevcontainerPlace place{{}, {}, server, no_variable, true};
  DevcontainerDraft draft(place);
  static_cast<void>(translate_run(draft, run, {}, RunKind::described));
  return draft.take();
}

std::vector<std::uint16_t> taken_local_ports(const Devcontainer& settings, const std::string& server) {
  std::vector<std::uint16_t> ports;
  for (const Setting& setting : settings.settings) {
    const bool is_forward = setting.row == "targets.*.forwards";
    const bool is_published = setting.row == "targets.*.container.ports" && server == "local";
    if (!is_forward && !is_published) continue;
    for (const JsonNode& item : setting.value.items) {
      const auto parts = split(item.text, ':');
      const bool is_number = item.type == JsonNode::Type::integer;
      const auto pair = parse_port_pair(is_number ? std::to_string(item.integer) : item.text);
      if (is_forward && pair == PortPair{JupyterConfig{}.port, JupyterConfig{}.port}) continue;
      // [ADDRESS:]PORT:CONTAINER; of a tunnel one number is both.
      if (parts.size() < 2 && is_published) continue;
      const std::string_view outside = parts.size() < 2 ? parts[0] : parts[parts.size() - 2];
      std::uint16_t port = item.type == JsonNode::Type::integer ? static_cast<std::uint16_t>(item.integer) : 0;
      std::from_chars(outside.data(), outside.data() + outside.size(), port);
      if (port != 0) ports.push_back(port);
    }
  }
  return ports;
}

}  // namespace helper::config
