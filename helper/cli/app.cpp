#include "cli/app.hpp"

#include "cli/become.hpp"
#include "cli/context.hpp"
#include "cli/parse.hpp"
#include "cli/render/render.hpp"
#include "cli/rpc_daemon.hpp"
#include "cli/tty.hpp"
#include "cli/typed_here.hpp"
#include "rpc/types.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <system_error>
#include <unistd.h>

namespace helper::cli {
namespace {

int exit_status(ErrorCode code) { return error_kind(code).exit_status; }

int show_error(const Error& error, bool json, const Style& err_style) {
  if (json) {
    rpc::Json body = rpc::to_json(error);
    body["exit_status"] = exit_status(error.code);
    std::cout << to_document({{"error", std::move(body)}}, ::isatty(STDOUT_FILENO) == 1);
  } else {
    std::cerr << render_error(err_style, error);
  }
  return exit_status(error.code);
}

// A result that could not be written is not a success: a full disk, a closed descriptor.
int flushed(int status, bool json, const Style& err_style) {
  if (std::cout.flush()) return status;
  const Error error{ErrorCode::file_failed, "standard output", "the result cannot be written", ""};
  return json ? exit_status(error.code) : show_error(error, false, err_style);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

Typed typed_of(const Arguments& arguments) { return {arguments.given("--config"), arguments.text("TARGET")}; }

std::optional<Milliseconds> time_limit(const Arguments& arguments) {
  if (!arguments.has("--timeout")) return std::nullopt;
  return Milliseconds(1000LL * arguments.number("--timeout"));
}

Result<int> run_verb(const Invocation& invocation, bool json) {
  const Arguments& arguments = invocation.arguments;
  HELPER_TRY_ASSIGN(const auto interrupts, Interrupts::watch(time_limit(arguments)));
  const bool no_color = arguments.has("--no-color");
  const Style err_style = read_style(STDERR_FILENO, no_color);

  // Whoever watches neither the terminal nor our standard error would not see a question.
  Fd terminal = ::isatty(STDERR_FILENO) == 1 ? open_terminal() : Fd();
  const bool can_ask = static_cast<bool>(terminal);
  TtyPrompter tty(std::move(terminal), err_style.utf8);
  NobodyToAsk nobody;

  DiskFileStore files;
  SystemClock clock;
  std::optional<RpcDaemon> daemon;
  std::optional<CompletedDaemon> completed;
  std::error_code no_folder;
  Context context{
      .arguments = arguments,
      .out = std::cout,
      .err = std::cerr,
      .out_style = read_style(STDOUT_FILENO, no_color),
      .err_style = err_style,
      .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
      .json = json,
      .quiet = arguments.has("--quiet"),
      .folder = std::filesystem::current_path(no_folder),
      .agent_socket = environment("SSH_AUTH_SOCK"),
      .files = files,
      .person = can_ask ? static_cast<Prompter&>(tty) : nobody,
      .can_ask = can_ask,
      .interrupts = *interrupts,
      .clock = clock,
      .paths = find_paths,
      .daemon = [&]() -> Result<Daemon*> {
        if (!daemon) {
          HELPER_TRY_ASSIGN(Paths paths, find_paths());
          rpc::OtherVersion other;
          if (can_ask) {
            other.ask = [&](const Question& question, const std::stop_token& stop) -> Result<bool> {
              HELPER_TRY_ASSIGN(const std::string answer, tty.ask(question, stop));
              return answer == "yes";
            };
          }
          if (!json && !arguments.has("--quiet"))
            other.say = [&](const std::string& line) { std::cerr << render_note(err_style, line); };
          daemon.emplace(std::move(paths), std::move(other));
          completed.emplace(*daemon, typed_of(arguments));
        }
        return &*completed;
      },
      .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
      .become = become,
      .process = [&](const ProcessSpec& spec,
                     const OutputSink& on_output) { return run_process(spec, interrupts->token(), on_output); }};
  if (no_folder)
    return fail(ErrorCode::file_failed, "the current folder", no_folder.message(), "cd to a folder that exists");
  return invocation.verb->runner(context);
}

Result<int> run_guarded(const Invocation& invocation, bool json) {
  try {
    return run_verb(invocation, json);
  } catch (const std::exception& error) {  // memory is out, or a defect of ours: still one clear error
    return fail(ErrorCode::internal, "helper", error.what());
  }
}

}  // namespace

int run(const std::vector<std::string>& words) {
  const bool json = wants_json(words);
  std::cerr.tie(nullptr);  // to tell something waits for no reader of the output
  auto invocation = parse(words);
  const Style err_style = read_style(STDERR_FILENO, invocation && invocation->arguments.has("--no-color"));
  if (!invocation) return flushed(show_error(invocation.error(), json, err_style), json, err_style);
  const auto status = run_guarded(*invocation, json);
  if (status) return flushed(*status, json, err_style);
  const Error error = as_typed_here(status.error(), typed_of(invocation->arguments));
  return flushed(show_error(error, json, err_style), json, err_style);
}

}  // namespace helper::cli
