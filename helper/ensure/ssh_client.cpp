#include "ensure/ssh_client.hpp"

#include "base/log.hpp"
#include "base/process.hpp"
#include "base/random_token.hpp"
#include "base/text.hpp"
#include "ide/ssh_config.hpp"
#include "ssh/shown_key.hpp"

#include <future>
#include <string_view>

namespace helper::ensure {
namespace {

constexpr Milliseconds k_session_limit{20'000};
constexpr std::size_t k_max_line = 200;  // of what is shown to a person, in bytes

std::string first_line(std::string_view text) {
  while (!text.empty() && (text.front() == '\n' || text.front() == '\r')) text.remove_prefix(1);
  return printable(text.substr(0, text.find_first_of("\r\n")), k_max_line);
}

std::string last_line(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  return printable(text.substr(text.find_last_of("\r\n") == std::string_view::npos ? 0 : text.find_last_of("\r\n") + 1),
                   k_max_line);
}

// The person's own settings stay out of it: what counts is the target's key, host keys and port.
std::vector<std::string> strict(std::vector<std::string> program, const std::vector<std::string>& options,
                                const ide::Interpreter& interpreter) {
  program.insert(program.end(), {"-F", "none", "-oBatchMode=yes", "-oConnectTimeout=15", "-oLogLevel=ERROR",
                                 "-oPreferredAuthentications=publickey"});
  program.push_back("-oPort=" + std::to_string(interpreter.port));
  program.insert(program.end(), options.begin(), options.end());
  program.push_back(interpreter.user + "@" + interpreter.host);
  return program;
}

}  // namespace

plan::SessionTry judge_session(const CommandOutput& command, const CommandOutput& sftp, const std::string& mark) {
  plan::SessionTry tried;
  const auto at = command.out.find(mark);
  tried.command = at != std::string::npos && command.exit_status == 0;
  if (at != 0) tried.stray = first_line(std::string_view(command.out).substr(0, at));
  // Where only commands get it, as what ~/.ssh/rc prints, old scp and IDEs take it for data all the same.
  tried.sftp = sftp.exit_status == 0 && tried.stray.empty();
  if (!tried.works()) tried.words = tried.command ? first_line(sftp.err) : last_line(command.err);
  return tried;
}

std::optional<std::vector<std::string>> OpenSshClient::host_keys(std::uint16_t port,
                                                                 const std::vector<std::string>& types,
                                                                 Milliseconds limit, const std::stop_token& stop) {
  std::vector<std::future<Result<std::string>>> asked;
  for (const auto& type : types) {
    asked.push_back(std::async(std::launch::async, [=] { return ssh::shown_host_key(port, type, limit, stop); }));
  }
  std::vector<std::string> keys;
  for (auto& each : asked) {
    auto key = each.get();
    if (key) {
      keys.push_back(std::move(*key));
    } else if (key.error().code != ErrorCode::cancelled) {
      log_info("port {}: no host key was shown: {}", port, to_text(key.error()));
    }
  }
  return keys.empty() ? std::nullopt : std::optional(std::move(keys));
}

Result<plan::SessionTry> OpenSshClient::try_session(const ide::Interpreter& interpreter, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto options, ide::ssh_options(interpreter));
  std::map<std::string, std::string> environment;
  if (!agent_socket.empty()) environment["SSH_AUTH_SOCK"] = agent_socket;
  const std::string mark = "helper-" + random_token().substr(0, 16);
  // "-" is standard input: a word that needs the server's answer, and then the end.
  const ProcessSpec sftp{strict({"sftp", "-b", "-"}, options, interpreter), "pwd\n", environment, k_session_limit};
  ProcessSpec command{strict({"ssh", "-T"}, options, interpreter), {}, environment, k_session_limit};
  command.argv.push_back("echo " + mark);
  auto second = std::async(std::launch::async, [&] { return run_process(sftp, stop); });
  const auto first = run_process(command, stop);
  const auto other = second.get();
  const auto late = [](const Result<CommandOutput>& output) {
    return !output && output.error().code == ErrorCode::timed_out;
  };
  if (!first && !late(first)) return fail(first.error());
  if (!other && !late(other)) return fail(other.error());
  const CommandOutput nothing{255, {}, "no answer within " + std::to_string(k_session_limit.count() / 1000) + " s"};
  return judge_session(first ? *first : nothing, other ? *other : nothing, mark);
}

}  // namespace helper::ensure
