#include "ide/ssh_config.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace helper::ide {
namespace {

// This keeps idle links through NAT and firewalls alive, and notices dead ones within a minute and a half.
constexpr const char* k_alive_interval = "30";

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

Result<std::string> ssh_config_block(const Access& i, const std::vector<std::string>& proxy, HostNames names) {
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
  if (!proxy.empty()) block += "    ProxyCommand " + doubled(shell::quote(proxy), "%", '%') + "\n";
  return block;
}

Result<std::vector<std::string>> ssh_options(const Access& i) {
  HELPER_TRY_ASSIGN(const std::string key, ssh_config_path(i.key_file));
  HELPER_TRY_ASSIGN(const std::string known_hosts, ssh_config_path(i.known_hosts));
  // "-oKey=value" in one word needs no quotes in a shell. Not "-i KEY": that looks for the file before it expands '%'.
  return std::vector<std::string>{"-oIdentityFile=" + key, "-oIdentitiesOnly=yes", "-oHostKeyAlias=" + i.host_key_alias,
                                  "-oUserKnownHostsFile=" + known_hosts, "-oStrictHostKeyChecking=yes"};
}

Result<std::vector<std::string>> ssh_argv(const Access& i) {
  HELPER_TRY_ASSIGN(const auto options, ssh_options(i));
  std::vector<std::string> argv{"ssh", "-p", std::to_string(i.port)};
  argv.insert(argv.end(), options.begin(), options.end());
  argv.push_back(i.user + "@" + i.host);
  return argv;
}

}  // namespace helper::ide
