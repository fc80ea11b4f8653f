#include "cli/complete.hpp"
#include "cli/context.hpp"
#include "cli/render/help.hpp"
#include "cli/render/text.hpp"
#include "cli/request.hpp"
#include "cli/rpc_daemon.hpp"
#include "cli/verbs/runners.hpp"
#include "config/find.hpp"
#include "rpc/methods.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <iterator>
#include <unistd.h>

namespace helper::cli {

namespace {

// What a person hands to `helper rpc METHOD -`; the daemon refuses more than 1 MiB anyway.
constexpr std::size_t k_max_params = 1u << 20;

}  // namespace

Result<std::string> read_standard_input() {
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      return fail(ErrorCode::file_failed, "standard input",
                  std::string("cannot be read (") + std::strerror(errno) + ")");
    if (n == 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > k_max_params) return fail(ErrorCode::usage, "standard input", "it holds more than 1 MiB");
  }
}

namespace {

constexpr std::string_view k_protocol = "JSON-RPC 2.0";

Result<rpc::Json> read_params(const std::optional<std::string>& argument) {
  if (!argument) return rpc::Json::object();
  std::string text = *argument;
  if (text == "-") {
    HELPER_TRY_ASSIGN(text, read_standard_input());
  }
  auto json = rpc::parse_json(text);
  if (!json)
    return fail(ErrorCode::usage, "PARAMS", json.error().cause, "give one JSON object, as in: helper rpc version '{}'");
  if (!json->is_object())
    return fail(ErrorCode::usage, "PARAMS", "it is not a JSON object", "give one, as in: helper rpc version '{}'");
  return json;
}

std::string method_list() {
  std::string text = "\nmethods\n";
  for (const rpc::Method& method : rpc::methods()) text += rpc::to_text(method);
  return text;
}

std::string daemon_text(const Context& context, const std::optional<rpc::Json>& daemon) {
  if (!daemon) return "not running";
  const std::string version = daemon->value("version", std::string("?"));
  return fmt::format("{} (pid {})", safe_line(version, context.out_style.utf8), daemon->value("pid", 0));
}

}  // namespace

Result<int> run_version(Context& context) {
  HELPER_TRY_ASSIGN(Daemon * daemon, context.daemon());
  HELPER_TRY_ASSIGN(const auto running, daemon->version_if_running(context.interrupts.token()));
  if (context.json) {
    HELPER_TRY_ASSIGN(const Paths paths, context.paths());
    write_json(context, {{"helper", HELPER_VERSION},
                         {"api", rpc::k_api},
                         {"daemon", running ? *running : rpc::Json()},
                         {"protocol", k_protocol},
                         {"endpoint_file", paths.endpoint_file().string()},
                         {"log_file", paths.daemon_log().string()}});
  } else {
    context.out << fmt::format("helper    {}\ndaemon    {}\nprotocol  {}\n", HELPER_VERSION,
                               daemon_text(context, running), k_protocol);
  }
  return 0;
}

Result<int> run_none(Context& context) {
  if (context.json || context.arguments.given("--config") || config_file(context)) return run_status(context);
  context.out << "There is no helper.json here or above. To write one: helper init\n\n";
  context.out << render_help(context.out_style);
  return 0;
}

Result<int> run_help(Context& context) {
  const std::string topic = context.arguments.text("TOPIC");
  if (topic == "errors") {
    context.out << render_error_table(context.out_style);
  } else if (topic.empty()) {
    context.out << render_help(context.out_style);
  } else if (const Verb* verb = find_verb(topic); verb != nullptr) {
    context.out << render_verb_help(context.out_style, *verb);
    if (verb->runner == run_rpc) context.out << method_list();
  } else {
    return fail(ErrorCode::usage, "helper help", fmt::format("there is no verb or topic \"{}\"", topic),
                "helper --help");
  }
  return 0;
}

Result<int> run_rpc(Context& context) {
  const std::string method = context.arguments.text("METHOD");
  HELPER_TRY_ASSIGN(const rpc::Json params, read_params(context.arguments.given("PARAMS")));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, method, params));
  write_json(context, answer.result);
  return 0;
}

Result<int> run_serve(Context&) {
  HELPER_TRY_ASSIGN(const std::filesystem::path helperd, find_helperd());
  const std::string program = helperd.string();
  const char* const argv[] = {program.c_str(), "--foreground", nullptr};
  ::execv(program.c_str(), const_cast<char* const*>(argv));
  return fail(ErrorCode::daemon_unreachable, program, std::string("cannot be run (") + std::strerror(errno) + ")");
}

namespace {

// A person who types a line must get no error message in it: without a readable config there are no names.
std::vector<std::string> target_names(Context& context, const std::string& config) {
  const auto paths = context.paths();
  if (!paths) return {};
  config::FindOptions where{
      .explicit_file = {}, .folder = context.folder, .home = paths->home, .user_config_file = paths->user_config_file};
  if (config.starts_with("~/")) {  // as it is typed: a shell has not expanded it yet
    where.explicit_file = paths->home / config.substr(2);
  } else if (!config.empty()) {
    where.explicit_file = config;
  }
  const auto file = config::find_config(where);
  if (!file) return {};
  auto names = config::target_names(context.files, *file);
  if (!names) return {};
  std::ranges::sort(*names);
  return std::move(*names);
}

}  // namespace

Result<int> run_completion(Context& context) {
  const std::string shell = context.arguments.text("SHELL");
  if (shell == "words") {
    context.out << to_text(
        complete(context.arguments.rest(), [&](const std::string& config) { return target_names(context, config); }));
  } else {
    context.out << completion_script(shell);
  }
  return 0;
}

}  // namespace helper::cli
