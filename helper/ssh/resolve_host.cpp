#include "base/process/process.hpp"
#include "base/text.hpp"
#include "ssh/host_config.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <pwd.h>
#include <unistd.h>
#include <utility>

namespace helper::ssh {
namespace {

constexpr int k_max_jump_depth = 8;            // OpenSSH has no limit and loops until processes run out
constexpr Milliseconds k_ssh_g_limit{15'000};  // Match exec may run anything, and CanonicalizeHostname asks the DNS

LocalFacts local_facts() {
  LocalFacts facts;
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    facts.home = entry.pw_dir;
    facts.user = entry.pw_name;
  } else if (const char* home = std::getenv("HOME"); home != nullptr) {
    facts.home = home;
  }
  facts.uid = std::to_string(::getuid());
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0) facts.hostname = name.data();
  facts.environment = [](const std::string& variable) -> std::optional<std::string> {
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
  return facts;
}

Result<ParsedHost> ask_ssh(const std::string& destination, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const Destination to, parse_destination(destination));
  ProcessSpec spec{{"ssh", "-G"}, {}, {}, k_ssh_g_limit};
  std::ranges::move(ssh_words(to), std::back_inserter(spec.argv));
  auto answer = run_process(spec, stop);
  if (!answer && answer.error().code == ErrorCode::server_command) {
    return fail(ErrorCode::server_unreachable, destination,
                "OpenSSH's client, which reads ~/.ssh/config, cannot be started (" + answer.error().cause + ")",
                "sudo apt install openssh-client");
  }
  if (!answer) return fail(std::move(answer).error());
  if (answer->exit_status != 0) {
    std::string words = answer->err;
    while (words.ends_with('\n') || words.ends_with('\r')) words.pop_back();
    if (words.empty()) {
      return fail(ErrorCode::server_unreachable, destination,
                  "ssh -G ended with status " + std::to_string(answer->exit_status) +
                      " and printed nothing; helperd or this machine may have too few descriptors or too little memory",
                  "try it by hand: " + ssh_by_hand(destination, {"-G"}) + "; then: helper rpc shutdown");
    }
    return fail(ErrorCode::server_unreachable, destination,
                "ssh does not accept its configuration: " + printable(words, 400),
                "correct ~/.ssh/config, then check it with: " + ssh_by_hand(destination, {"-G"}));
  }
  return parse_ssh_g(destination, answer->out);
}

Result<HostConfig> resolve(const std::string& destination, const LocalFacts& facts, int depth,
                           const std::stop_token& stop) {
  if (depth > k_max_jump_depth) {
    return fail(ErrorCode::server_unreachable, destination,
                "its ProxyJump goes through more than 8 hosts, or in a circle", "edit ProxyJump in ~/.ssh/config");
  }
  HELPER_TRY_ASSIGN(ParsedHost parsed, ask_ssh(destination, stop));
  HostConfig host = std::move(parsed.host);
  if (!parsed.jump_destinations.empty()) host.proxy_command.clear();
  HELPER_TRY(expand_tokens(host, facts));
  for (std::size_t i = 0; i < parsed.jump_destinations.size(); ++i) {
    HELPER_TRY_ASSIGN(const std::string jump, expand_jump(parsed.jump_destinations[i], host, facts));
    HELPER_TRY_ASSIGN(HostConfig hop, resolve(jump, facts, depth + 1, stop));
    // As `ssh -J a,b` does: only the first hop is reached as its own configuration says, the next ones through it.
    if (i == 0) std::ranges::move(std::exchange(hop.jumps, {}), std::back_inserter(host.jumps));
    if (i != 0) hop.proxy_command.clear();
    hop.jumps.clear();
    host.jumps.push_back(std::move(hop));
  }
  return host;
}

}  // namespace

Result<HostConfig> resolve_host(const std::string& destination, const std::stop_token& stop) {
  return resolve(destination, local_facts(), 0, stop);
}

}  // namespace helper::ssh
