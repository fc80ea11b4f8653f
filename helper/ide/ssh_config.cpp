#include "ide/ssh_config.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace helper::ide {
namespace {

// This keeps idle links through NAT and firewalls alive, and notices dead ones within a minute and a half.
constexpr const char* k_alive_interval = "30";

// What may be set for all hosts (`Host *`) and would break, or change, a connection to a port of this machine. Lists of
// algorithms with a '+' are OpenSSH's own. Of what is not here, each setting is the person's own choice
// (ForwardAgent, IdentityAgent, SendEnv); a test names every keyword of OpenSSH, and why it is not here.
struct Fixed {
  enum class In { both, block, command, not_scp };
  std::string_view key;
  std::string_view value;
  In in = In::both;
  bool young = false;  // Keywords
};
constexpr std::array k_fixed{
    // Before what older clients do not know: StdinNull and the like. A name list would hide the person's own.
    Fixed{"IgnoreUnknown", "*"}, Fixed{"ProxyJump", "none"}, Fixed{"ProxyUseFdpass", "no"},
    Fixed{"AddressFamily", "any"},
    // `helper connect` may have to start a container before the server greets, and has limits of its own. To OpenSSH
    // "none" is no value, and the next one would count.
    Fixed{"ConnectTimeout", "3600"}, Fixed{"ConnectionAttempts", "1"},
    Fixed{"ServerAliveCountMax", "3"},  // 0 would end the connection at its first idle moment
    Fixed{"CanonicalizeHostname", "no"},
    // A socket that is named by the host alone would go to another target's container.
    Fixed{"ControlMaster", "no"}, Fixed{"ControlPath", "none"}, Fixed{"PubkeyAuthentication", "yes"},
    Fixed{"PreferredAuthentications", "publickey"}, Fixed{"PKCS11Provider", "none"}, Fixed{"VerifyHostKeyDNS", "no"},
    Fixed{"KnownHostsCommand", "none", Fixed::In::both, true}, Fixed{"RevokedHostKeys", "none"},
    Fixed{"UpdateHostKeys", "no"}, Fixed{"Ciphers", "+aes128-ctr"}, Fixed{"MACs", "+hmac-sha2-256"},
    Fixed{"KexAlgorithms", "+curve25519-sha256"}, Fixed{"HostKeyAlgorithms", "+ssh-ed25519"},
    Fixed{"PubkeyAcceptedKeyTypes", "+ssh-ed25519"},  // the name of before OpenSSH 8.5, which all know
    Fixed{"RemoteCommand", "none"}, Fixed{"RequestTTY", "auto"},
    Fixed{"SessionType", "default", Fixed::In::not_scp, true},  // scp's own -s contradicts it
    Fixed{"StdinNull", "no", Fixed::In::both, true}, Fixed{"ForkAfterAuthentication", "no", Fixed::In::both, true},
    Fixed{"PermitLocalCommand", "no"}, Fixed{"Tunnel", "no"},
    // Forwards add up and have no "none": in the block they stay, and one that fails is no reason to end. They cannot
    // be cleared there, since that would clear those of a command line (ssh -L) too.
    Fixed{"ExitOnForwardFailure", "no", Fixed::In::block}, Fixed{"ClearAllForwardings", "no", Fixed::In::block},
    Fixed{"ClearAllForwardings", "yes", Fixed::In::command},
    // Not in the block: an ssh that does not know one of them would refuse the whole file for every other host, where
    // the IgnoreUnknown of the block does not count.
    Fixed{"ChannelTimeout", "none", Fixed::In::command},
    Fixed{"GSSAPIKeyExchange", "no", Fixed::In::command},  // it would wait for a Kerberos server out of reach
    Fixed{"RequiredRSASize", "1024", Fixed::In::command},  // the person's key is what it is
};

std::string doubled(std::string_view text, std::string_view which, char before) {
  std::string out;
  for (const char c : text) {
    if (which.find(c) != std::string_view::npos) out += before;
    out += c;
  }
  return out;
}

}  // namespace

Result<std::string> ssh_config_path(std::string_view path) {
  const bool control =
      std::ranges::any_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (path.empty() || control || path.find("${") != std::string_view::npos) {
    return fail(ErrorCode::file_failed, "path \"" + printable(path, 400) + "\"",
                control ? "has a control character in it, which ssh_config cannot hold"
                        : "is empty or has \"${\" in it, which ssh takes for a variable",
                "move the file to a folder with a plain name");
  }
  const std::string percent = doubled(path, "%", '%');
  const bool plain = percent.find_first_of(" \"'\\#=,") == std::string::npos;
  return plain ? percent : "\"" + doubled(percent, "\"\\", '\\') + "\"";
}

std::vector<std::string> ask_keywords_argv() {
  std::vector<std::string> argv{"ssh", "-G", "-F", "none"};
  for (const auto& fixed : k_fixed) {
    if (fixed.young) argv.push_back(std::string("-o").append(fixed.key).append("=").append(fixed.value));
  }
  argv.emplace_back("localhost");
  return argv;
}

Result<std::string> ssh_config_block(const Access& i, const std::vector<std::string>& proxy, HostNames names,
                                     Keywords keywords) {
  HELPER_TRY_ASSIGN(const std::string key, ssh_config_path(i.key_file));
  HELPER_TRY_ASSIGN(const std::string known_hosts, ssh_config_path(i.known_hosts));
  for (const auto& word : proxy) HELPER_TRY(ssh_config_path(word));  // a line end would end the setting
  std::string block;
  block += "# Target " + i.target + " of helper: its container, through the tunnel that `helper ensure` keeps open.\n";
  if (names == HostNames::both) {
    block += "# Is a server of yours called " + i.ssh_name + " already? Then keep only the second name.\n";
    block += "Host " + i.ssh_name + " " + i.host_key_alias + "\n";
  } else {
    block += "# A server of yours is called " + i.ssh_name + " already: this one answers to its second name.\n";
    block += "Host " + i.host_key_alias + "\n";
  }
  block += "    HostName " + i.host + "\n";
  block += "    Port " + std::to_string(i.port) + "\n";
  block += "    User " + i.user + "\n";
  block += "    IdentityFile " + key + "\n";
  block += "    IdentitiesOnly yes\n";
  block += "    HostKeyAlias " + i.host_key_alias + "\n";
  block += "    UserKnownHostsFile " + known_hosts + "\n";
  block += "    StrictHostKeyChecking yes\n";
  block += "    ServerAliveInterval " + std::string(k_alive_interval) + "\n";
  block += "    # What you set for all hosts (Host *) does not change the way to this port:\n";
  block += "    ProxyCommand " + (proxy.empty() ? "none" : doubled(shell::quote(proxy), "%", '%')) + "\n";
  block += "    BindAddress " + i.host + "\n";
  for (const auto& fixed : k_fixed) {
    if (fixed.in == Fixed::In::command || (fixed.young && keywords == Keywords::of_before)) continue;
    block.append("    ").append(fixed.key).append(" ").append(fixed.value).append("\n");
  }
  return block;
}

Result<std::vector<std::string>> ssh_options(const Access& i) {
  HELPER_TRY_ASSIGN(const std::string key, ssh_config_path(i.key_file));
  HELPER_TRY_ASSIGN(const std::string known_hosts, ssh_config_path(i.known_hosts));
  // "-oKey=value" in one word needs no quotes in a shell. Not "-i KEY": that looks for the file before it expands '%'.
  return std::vector<std::string>{"-oIdentityFile=" + key, "-oIdentitiesOnly=yes", "-oHostKeyAlias=" + i.host_key_alias,
                                  "-oUserKnownHostsFile=" + known_hosts, "-oStrictHostKeyChecking=yes"};
}

std::vector<std::string> fixed_options(const Access& i, Program program) {
  std::vector<std::string> options{"-oProxyCommand=none", "-oHostName=" + i.host, "-oBindAddress=" + i.host};
  for (const auto& [keyword, value, in, young] : k_fixed) {
    if (in == Fixed::In::block || (in == Fixed::In::not_scp && program == Program::scp)) continue;
    options.push_back(std::string("-o").append(keyword).append("=").append(value));
  }
  return options;
}

namespace {

Result<std::vector<std::string>> ssh_with(const Access& i, const std::vector<std::string>& more) {
  HELPER_TRY_ASSIGN(const auto options, ssh_options(i));
  std::vector<std::string> argv{"ssh", "-p", std::to_string(i.port)};
  argv.insert(argv.end(), options.begin(), options.end());
  argv.insert(argv.end(), more.begin(), more.end());
  argv.push_back(i.user + "@" + i.host);
  return argv;
}

}  // namespace

Result<std::vector<std::string>> ssh_argv(const Access& i) {
  // No SessionType, which would contradict a -N that is typed after the line.
  return ssh_with(i, {"-oIgnoreUnknown=*", "-oProxyCommand=none", "-oControlPath=none", "-oRemoteCommand=none"});
}

Result<std::vector<std::string>> ssh_run_argv(const Access& i) { return ssh_with(i, fixed_options(i, Program::ssh)); }

}  // namespace helper::ide
