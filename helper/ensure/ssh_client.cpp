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

// SSH_FXP_INIT of version 3, and the type of its answer (draft-ietf-secsh-filexfer-02, section 4).
constexpr std::string_view k_sftp_init("\0\0\0\5\1\0\0\0\3", 9);
constexpr char k_sftp_version = 2;

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

// The length of the answer's packet, which is short, and its type.
bool is_sftp(std::string_view out) { return out.size() > 4 && out[0] == 0 && out[1] == 0 && out[4] == k_sftp_version; }

// The person's own settings stay out of it: what counts is the target's key, host keys and port.
Result<std::vector<std::string>> strict_argv(const ide::Interpreter& interpreter) {
  HELPER_TRY_ASSIGN(auto argv, ide::ssh_argv(interpreter));
  argv.insert(argv.begin() + 1, {"-F", "none", "-T", "-oBatchMode=yes", "-oConnectTimeout=15", "-oLogLevel=ERROR",
                                 "-oPreferredAuthentications=publickey"});
  return argv;
}

}  // namespace

plan::SessionTry judge_session(const CommandOutput& command, const CommandOutput& sftp, const std::string& mark) {
  plan::SessionTry tried;
  const auto at = command.out.find(mark);
  tried.command = at != std::string::npos && command.exit_status == 0;
  if (at != 0) tried.stray = first_line(std::string_view(command.out).substr(0, at));
  tried.sftp = is_sftp(sftp.out);
  if (tried.command && tried.stray.empty() && !tried.sftp) tried.stray = first_line(sftp.out);
  if (!tried.works()) tried.words = last_line(tried.command ? sftp.err : command.err);
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
  HELPER_TRY_ASSIGN(auto argv, strict_argv(interpreter));
  std::map<std::string, std::string> environment;
  if (!agent_socket.empty()) environment["SSH_AUTH_SOCK"] = agent_socket;
  const std::string mark = "helper-" + random_token().substr(0, 16);
  ProcessSpec sftp{argv, std::string(k_sftp_init), environment, k_session_limit};
  sftp.argv.insert(sftp.argv.begin() + 1, "-s");
  sftp.argv.emplace_back("sftp");
  ProcessSpec command{std::move(argv), {}, environment, k_session_limit};
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
