// HostConfig is what OpenSSH's own configuration says about a destination, as `ssh -G` resolves it (Host, Match,
// Include and all): the person's ssh and this helper always agree, since the same program reads the file.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ssh {

struct HostConfig {
  std::string alias;     // what the person wrote: "gpu1", "root@gpu1:2200"
  std::string hostname;  // what to dial
  std::uint16_t port = 22;
  std::string user;
  std::vector<std::string> identity_files;  // private keys, ~ and tokens expanded; may not exist
  std::string identity_agent;               // "" = $SSH_AUTH_SOCK; "none" = no agent
  bool identities_only = false;
  std::string host_key_alias;                 // "" = by hostname and port
  std::vector<std::string> user_known_hosts;  // files
  std::vector<std::string> global_known_hosts;
  std::string strict_host_key_checking;          // "ask", "yes", "accept-new", "no", as ssh_config(5)
  std::vector<HostConfig> jumps;                 // ProxyJump, first hop first; only the first may have a proxy command
  std::string proxy_command;                     // run by sh -c, tokens expanded
  std::vector<std::string> certificate_files{};  // about keys of the person
  bool proxy_passes_socket = false;              // ProxyUseFdpass: the command hands a connected socket over
  // The host key is judged by more than files of known keys, which only OpenSSH itself knows how to ask:
  bool asks_for_host_keys = false;  // KnownHostsCommand, VerifyHostKeyDNS
  bool revokes_host_keys = false;   // RevokedHostKeys
  friend bool operator==(const HostConfig&, const HostConfig&) = default;
};

// Pure: the lines that `ssh -G` prints. `jumps` stay unresolved names in `jump_destinations`.
struct ParsedHost {
  HostConfig host;
  std::vector<std::string> jump_destinations;  // "[user@]host[:port]", first hop first
};
[[nodiscard]] Result<ParsedHost> parse_ssh_g(std::string_view alias, std::string_view text);

// A destination taken apart: "gpu1", "root@gpu1:2200", "root@[::1]:22". What could be an option or a piece of shell
// text (a ProxyCommand gets the name) is refused.
struct Destination {
  std::string host;
  std::string user;  // "" when none is named
  std::optional<std::uint16_t> port;
  friend bool operator==(const Destination&, const Destination&) = default;
};
[[nodiscard]] Result<Destination> parse_destination(const std::string& text);

// The words of a command line of ssh(1) that name it: {"-p", "2200", "-l", "root", "--", "gpu1"}.
[[nodiscard]] std::vector<std::string> ssh_words(const Destination& to);

// The ssh(1) command that a person types to see for themselves: ssh_by_hand("root@gpu1:2200", {"-v"}, "true") is
// "ssh -v -p 2200 root@gpu1 true".
[[nodiscard]] std::string ssh_by_hand(const std::string& destination, std::vector<std::string> options = {},
                                      const std::string& command = {});

// What this machine puts in for ~, %-tokens and ${NAME} (ssh_config(5), TOKENS), which `ssh -G` leaves as they are.
struct LocalFacts {
  std::filesystem::path home;  // of the passwd entry, as OpenSSH takes it
  std::string user;
  std::string uid;
  std::string hostname;
  std::function<std::optional<std::string>(const std::string& name)> environment;
};
// Pure but for facts.environment. An identity or known_hosts file with a token that means nothing there is left out, as
// OpenSSH would not find it either; a ProxyCommand with one is an error.
[[nodiscard]] Result<void> expand_tokens(HostConfig& host, const LocalFacts& facts);
// One destination of the ProxyJump of `host`. Pure. Error: server_unreachable for a token that means nothing there.
[[nodiscard]] Result<std::string> expand_jump(const std::string& text, const HostConfig& host, const LocalFacts& facts);

// Runs `ssh -G` for the destination ("alias", "[user@]host[:port]") and for each jump host. Errors: server_unreachable
// (ssh is not installed, the configuration has a mistake: ssh's own message is quoted).
[[nodiscard]] Result<HostConfig> resolve_host(const std::string& destination, const std::stop_token& stop);

}  // namespace helper::ssh
