#include "cli/init_sources.hpp"

#include "base/sections.hpp"
#include "base/text.hpp"
#include "cli/verbs/runners.hpp"
#include "config/devcontainer/import.hpp"
#include "config/docker_run/docker_run.hpp"
#include "config/find.hpp"
#include "config/parse.hpp"
#include "engine/describe.hpp"
#include "ssh/host_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace helper::cli {
namespace {

constexpr Milliseconds k_describe_limit{30'000};
constexpr int k_ssh_failed = 255;  // ssh(1): an error of its own
constexpr std::size_t k_max_shown = 300;

Result<std::string> ask_value(Context& context, const std::string& what, const std::string& server) {
  Question question{Question::Kind::text,
                    fmt::format("Value of {} on {}", printable(what), printable(server)),
                    {"A shell there would put a value in place of " + printable(what) + " in the command."}};
  return context.person.ask(question, context.interrupts.token());
}

Result<config::Devcontainer> read_command(Context& context, const std::string& text, const std::string& server) {
  config::DockerRunPlace place{context.folder, server, config::environment_variable};
  for (;;) {
    HELPER_TRY_ASSIGN(config::DockerRun run, config::read_docker_run(text, place));
    if (run.unknown.empty()) return std::move(run.settings);
    if (!context.can_ask) {
      std::vector<std::string> shown;
      for (const auto& what : run.unknown) shown.push_back(printable(what));
      return fail(ErrorCode::usage, "the command of --from",
                  fmt::format("a shell on {} would put values in place of {}, and helper does not know them",
                              printable(server), joined(shown)),
                  "write the values themselves into the command, with paths of " + printable(server));
    }
    for (const auto& what : run.unknown) {
      // An answer is known from then on, so that this ends.
      HELPER_TRY_ASSIGN(place.values[what], ask_value(context, what, server));
    }
  }
}

Result<config::Devcontainer> read_file(Context& context, const std::filesystem::path& path, const std::string& server) {
  HELPER_TRY_ASSIGN(const config::DevcontainerFile opened, config::open_devcontainer(context.files, path));
  const config::DevcontainerPlace place{opened.file, opened.folder, server, config::environment_variable, true};
  return config::read_devcontainer(opened.text, place);
}

Result<config::Devcontainer> read_from(Context& context, const Paths& paths, std::string from,
                                       const std::string& server) {
  if (from == "-") {
    HELPER_TRY_ASSIGN(from, read_standard_input());
    return read_command(context, from, server);
  }
  std::error_code ignored;  // what may not be looked at is no file for us
  const bool is_file = from.size() < 4096 && std::filesystem::exists(context.folder / from, ignored);
  if (!is_file && config::looks_like_a_command(from)) return read_command(context, from, server);
  HELPER_TRY_ASSIGN(const std::filesystem::path path, config::resolve_local_path(from, context.folder, paths.home));
  return read_file(context, path, server);
}

// One round trip by the person's own ssh, which asks nothing here.
Result<config::Devcontainer> read_container(Context& context, const std::string& container, const std::string& server) {
  if (container.empty() || container.starts_with('-') || !is_printable(container))
    return fail(ErrorCode::usage, "--from-container", "that is no container's name",
                "see their names, on the server: docker ps --all");
  const std::string nonce = make_nonce();
  ProcessSpec spec;
  spec.argv = {"sh"};
  if (server != "local")
    spec.argv = {"sh", "-c", ssh::ssh_by_hand(server, {"-o", "BatchMode=yes", "-o", "ConnectTimeout=10"}, "sh")};
  spec.stdin_text = engine::describe_script(container, nonce);
  spec.timeout = k_describe_limit;
  HELPER_TRY_ASSIGN(const CommandOutput output, context.process(spec, {}));
  if (server != "local" && output.exit_status == k_ssh_failed) {
    const std::string words = failure_words(output.err);
    return fail(ErrorCode::server_unreachable, "server " + printable(server),
                words.empty() ? "ssh failed and said nothing" : words,
                "try it by hand, where ssh can ask: " + ssh::ssh_by_hand(server, {}, "true"));
  }
  return engine::read_description(output.out, nonce, container, server);
}

std::string value_text(const config::JsonNode& node) {
  using Type = config::JsonNode::Type;
  std::vector<std::string> parts;
  switch (node.type) {
    case Type::boolean:
      return node.boolean ? "true" : "false";
    case Type::integer:
      return std::to_string(node.integer);
    case Type::object:
      return joined(node.names);
    case Type::array:
      for (const auto& item : node.items) parts.push_back(value_text(item));
      return joined(parts);
    default:
      return node.text;
  }
}

}  // namespace

Result<std::optional<config::Devcontainer>> read_source(Context& context, const Paths& paths,
                                                        const std::string& server) {
  const auto from = context.arguments.given("--from");
  const auto container = context.arguments.given("--from-container");
  if (from && container)
    return fail(ErrorCode::usage, "helper init", "--from and --from-container are both given", "give one of them");
  if (from) return read_from(context, paths, *from, server);
  if (container) return read_container(context, *container, server);
  return std::nullopt;
}

std::vector<std::string> taken_over(const config::Devcontainer& settings) {
  constexpr std::string_view k_prefix = "targets.*.";
  std::vector<std::string> lines;
  for (const auto& setting : settings.settings) {
    const std::string row = setting.row.starts_with(k_prefix) ? setting.row.substr(k_prefix.size()) : setting.row;
    lines.push_back(row + ": " + printable(value_text(setting.value), k_max_shown));
  }
  std::ranges::sort(lines);
  return lines;
}

}  // namespace helper::cli
