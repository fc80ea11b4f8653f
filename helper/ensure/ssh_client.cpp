#include "ensure/ssh_client.hpp"

#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/process/process.hpp"
#include "base/text.hpp"
#include "ide/ssh_config.hpp"
#include "ssh/agent.hpp"
#include "ssh/host_keys.hpp"

#include <algorithm>
#include <future>
#include <string_view>

namespace helper::ensure {
namespace {

constexpr Milliseconds k_session_limit{20'000};
constexpr Milliseconds k_agent_limit{2'000};  // for its list of keys
// sshconnect2.c, sign_and_send_pubkey: the person said no, or the agent is locked.
constexpr std::string_view k_not_signed = "agent refused operation";
constexpr const char* k_home_mark = "-home";
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

std::string line_with(std::string_view text, std::string_view words) {
  const auto at = text.find(words);
  if (at == std::string_view::npos) return {};
  const auto end = text.find_last_of("\r\n", at);
  return first_line(text.substr(end == std::string_view::npos ? 0 : end + 1));
}

using Ended = std::optional<CommandOutput>;  // nullopt: it did not end within its limit

Result<Ended> run_within_limit(const ProcessSpec& spec, const std::stop_token& stop) {
  auto output = run_process(spec, stop);
  if (output) return Ended(std::move(*output));
  if (output.error().code == ErrorCode::timed_out) return Ended();
  return fail(std::move(output).error());
}

// The person's own settings stay out of it: what counts is the target's key, host keys and port.
std::vector<std::string> strict(std::vector<std::string> program, const std::vector<std::string>& options,
                                const ide::Access& access) {
  program.insert(program.end(), {"-F", "none", "-oBatchMode=yes", "-oConnectTimeout=15", "-oLogLevel=ERROR",
                                 "-oPreferredAuthentications=publickey"});
  program.push_back("-oPort=" + std::to_string(access.port));
  program.insert(program.end(), options.begin(), options.end());
  program.push_back(access.user + "@" + access.host);
  return program;
}

}  // namespace

std::string blob_of(const std::string& public_line) {
  const auto at = public_line.find(' ') + 1;
  return public_line.substr(at, public_line.find(' ', at) - at);
}

plan::SessionTry judge_session(const std::optional<CommandOutput>& command, const std::optional<CommandOutput>& sftp,
                               const std::string& mark) {
  plan::SessionTry tried;
  const std::string out = command ? command->out : std::string();
  const auto at = out.find(mark);
  tried.exit_status = command ? command->exit_status : 0;
  tried.command = at != std::string::npos && tried.exit_status == 0;
  tried.no_home = tried.command && out.find(mark + k_home_mark) == std::string::npos;
  if (at != 0) tried.stray = first_line(std::string_view(out).substr(0, at));
  // Where only commands get it, as what ~/.ssh/rc prints, old scp and IDEs take it for data all the same.
  tried.sftp = tried.command && sftp && sftp->exit_status == 0 && tried.stray.empty();
  if (tried.works()) return tried;
  const auto& failed = tried.command ? sftp : command;
  if (!failed) {
    tried.undecided = true;
    tried.words = "no answer within " + std::to_string(k_session_limit.count() / 1000) + " s";
  } else if (const auto agents = line_with(failed->err, k_not_signed); !agents.empty()) {
    tried.undecided = true;
    tried.words = agents;
  } else {
    tried.words = tried.command ? first_line(failed->err) : last_line(failed->err);
  }
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

Result<plan::SessionTry> OpenSshClient::try_session(const ide::Access& access, const std::string& agent_socket,
                                                    const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto options, ide::ssh_options(access));
  std::map<std::string, std::string> environment;
  if (!agent_socket.empty()) environment["SSH_AUTH_SOCK"] = agent_socket;
  const std::string mark = "helper-" + random_token().substr(0, 16);
  // "-" is standard input: a word that needs the server's answer, and then the end.
  const ProcessSpec sftp{strict({"sftp", "-b", "-"}, options, access), "pwd\n", environment, k_session_limit};
  ProcessSpec command{strict({"ssh", "-T"}, options, access), {}, environment, k_session_limit};
  // Every shell knows these words. IDEs and editors keep what they bring in the home folder.
  command.argv.push_back("echo " + mark + "; test -w ~ && echo " + mark + k_home_mark + "; true");
  if (agent_socket.empty()) {
    auto other = std::async(std::launch::async, [&] { return run_within_limit(sftp, stop); });
    auto one = run_within_limit(command, stop);
    auto two = other.get();
    HELPER_TRY(one);
    HELPER_TRY(two);
    return judge_session(*one, *two, mark);
  }
  // One after the other: an agent may ask the person before it signs, and two questions at once confuse.
  HELPER_TRY_ASSIGN(const auto first, run_within_limit(command, stop));
  const bool goes_on = first && first->exit_status == 0;
  HELPER_TRY_ASSIGN(const auto second, goes_on ? run_within_limit(sftp, stop) : Result<Ended>(std::nullopt));
  return judge_session(first, second, mark);
}

bool OpenSshClient::agent_holds(const std::string& public_line, const std::string& agent_socket) {
  if (agent_socket.empty()) return false;
  const auto keys = ssh::agent_keys(agent_socket, ssh::Limit(k_agent_limit, {}));
  return keys && std::ranges::any_of(*keys, [&, wanted = blob_of(public_line)](const auto& key) {
           return ssh::base64(key.blob) == wanted;
         });
}

}  // namespace helper::ensure
