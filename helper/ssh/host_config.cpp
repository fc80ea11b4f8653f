#include "ssh/host_config.hpp"

#include "base/shell.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace helper::ssh {
namespace {

std::optional<std::uint16_t> to_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (trouble != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_risky(unsigned char c) {
  return c <= ' ' || c == 0x7f ||
         std::string_view("'\"`$\\;&<>|(){}").find(static_cast<char>(c)) != std::string_view::npos;
}

// A list of paths that `ssh -G` joined with blanks without quoting: a piece that cannot begin a path belongs to the one
// before.
std::vector<std::string> split_paths(std::string_view text) {
  std::vector<std::string> paths;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view piece = text.substr(at, end - at);
    at = end + 1;
    const bool begins = !piece.empty() && std::string_view("/~%$").find(piece.front()) != std::string_view::npos;
    if (paths.empty() || begins || piece == "none") {
      paths.emplace_back(piece);
    } else {
      paths.back().append(" ").append(piece);
    }
  }
  return paths;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (end > at) out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

bool is_yes(std::string_view value) { return value == "yes" || value == "true"; }

std::string written_host(const HostConfig& host) {
  return parse_destination(host.alias).value_or(Destination{host.alias, {}, {}}).host;
}

// nullopt for a token or variable that has no meaning here.
std::optional<std::string> expand(std::string_view text, const HostConfig& host, const LocalFacts& facts,
                                  std::string_view allowed) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '$' && at + 1 < text.size() && text[at + 1] == '{' && allowed.find('$') != std::string_view::npos) {
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos) return std::nullopt;
      const auto value = facts.environment(std::string(text.substr(at + 2, end - at - 2)));
      if (!value) return std::nullopt;
      out += *value;
      at = end;
      continue;
    }
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    if (++at == text.size() || allowed.find(text[at]) == std::string_view::npos) return std::nullopt;
    switch (text[at]) {
      case '%':
        out += '%';
        break;
      case 'd':
        out += facts.home.string();
        break;
      case 'h':
        out += host.hostname;
        break;
      case 'i':
        out += facts.uid;
        break;
      case 'k':
        out += host.host_key_alias.empty() ? written_host(host) : host.host_key_alias;
        break;
      case 'L':
        out += facts.hostname.substr(0, facts.hostname.find('.'));
        break;
      case 'l':
        out += facts.hostname;
        break;
      case 'n':
        out += written_host(host);
        break;
      case 'p':
        out += std::to_string(host.port);
        break;
      case 'r':
        out += host.user;
        break;
      case 'u':
        out += facts.user;
        break;
      default:
        return std::nullopt;
    }
  }
  return out;
}

constexpr std::string_view k_path_tokens =
    "%dhikLlnpru$";  // all of ssh_config(5)'s but %C, a hash that no key file is named by
constexpr std::string_view k_command_tokens = "%hnpr";

std::optional<std::string> expand_path(const std::string& text, const HostConfig& host, const LocalFacts& facts) {
  auto path = expand(text, host, facts, k_path_tokens);
  if (path && (*path == "~" || path->starts_with("~/"))) path = facts.home.string() + path->substr(1);
  return path;
}

void expand_paths(std::vector<std::string>& paths, const HostConfig& host, const LocalFacts& facts) {
  std::vector<std::string> expanded;
  for (const auto& path : paths) {
    if (auto text = expand_path(path, host, facts)) expanded.push_back(std::move(*text));
  }
  paths = std::move(expanded);
}

}  // namespace

Result<Destination> parse_destination(const std::string& text) {
  const auto bad = [&](const std::string& why) {
    return fail(ErrorCode::server_unreachable, text, "is not a server's name: " + why,
                "write an alias of ~/.ssh/config, or user@host:port");
  };
  if (text.empty()) return bad("it is empty");
  if (text.size() > 1024) return bad("it is longer than any name");
  const std::size_t user_end = text.rfind('@') == std::string::npos ? 0 : text.rfind('@');
  const auto is_bad = [&](const char& c) {
    // DOMAIN\user
    const bool in_user = c == '\\' && static_cast<std::size_t>(&c - text.data()) + 1 < user_end;
    return is_risky(static_cast<unsigned char>(c)) && !in_user;
  };
  if (std::ranges::any_of(text, is_bad)) return bad("it has a blank, a control character or shell punctuation");
  Destination destination;
  std::string host = text;
  if (const std::size_t at = text.rfind('@'); at != std::string::npos) {
    destination.user = text.substr(0, at);
    host = text.substr(at + 1);
    if (destination.user.empty()) return bad("there is nothing before the @");
  }
  const std::size_t colon = host.rfind(':');
  const bool bracketed = host.starts_with('[');
  const std::size_t bracket = host.find(']');
  if (bracketed && bracket == std::string::npos) return bad("the [ is not closed");
  // More than one: a bare IPv6 address, or an alias; an alias too where no digit follows.
  const bool lone_colon = colon != std::string::npos && host.find(':') == colon &&
                          (colon + 1 == host.size() || (host[colon + 1] >= '0' && host[colon + 1] <= '9'));
  if (bracketed ? bracket + 1 != host.size() : lone_colon) {
    if (bracketed && host[bracket + 1] != ':') return bad("a port must follow the ]");
    destination.port = to_port(std::string_view(host).substr(colon + 1));
    if (!destination.port) return bad("the port is not a number from 1 to 65535");
    host.resize(colon);
  }
  if (bracketed) host = host.substr(1, bracket - 1);
  if (host.empty()) return bad("no host is named");
  if (host.starts_with('-') || destination.user.starts_with('-')) return bad("it begins with a dash");
  destination.host = host;
  return destination;
}

std::vector<std::string> ssh_words(const Destination& to) {
  std::vector<std::string> words;
  if (to.port) words.insert(words.end(), {"-p", std::to_string(*to.port)});
  if (!to.user.empty()) words.insert(words.end(), {"-l", to.user});
  words.insert(words.end(), {"--", to.host});
  return words;
}

std::string ssh_by_hand(const std::string& destination, std::vector<std::string> options, const std::string& command) {
  const Destination to = parse_destination(destination).value_or(Destination{destination, {}, {}});
  std::vector<std::string> argv{"ssh"};
  std::ranges::move(options, std::back_inserter(argv));
  if (to.port) argv.insert(argv.end(), {"-p", std::to_string(*to.port)});
  argv.push_back(to.user.empty() ? to.host : to.user + "@" + to.host);
  if (!command.empty()) argv.push_back(command);
  return shell::quote(argv);
}

Result<ParsedHost> parse_ssh_g(std::string_view alias, std::string_view text) {
  ParsedHost parsed;
  HostConfig& host = parsed.host;
  host.alias = alias;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view key = line.substr(0, blank);
    const std::string_view value = line.substr(std::min(blank + 1, line.size()));
    if (value.empty()) continue;
    if (key == "hostname") host.hostname = value;
    if (key == "user") host.user = value;
    if (key == "identityfile" && value != "none") host.identity_files.emplace_back(value);
    if (key == "identityagent") host.identity_agent = value == "SSH_AUTH_SOCK" ? std::string_view{} : value;
    if (key == "identitiesonly") host.identities_only = is_yes(value);
    if (key == "hostkeyalias") host.host_key_alias = value;
    if (key == "userknownhostsfile") host.user_known_hosts = split_paths(value);
    if (key == "globalknownhostsfile") host.global_known_hosts = split_paths(value);
    if (key == "stricthostkeychecking") host.strict_host_key_checking = value;
    if (key == "proxycommand" && value != "none") host.proxy_command = value;
    if (key == "certificatefile" && value != "none") host.certificate_files.emplace_back(value);
    if (key == "proxyusefdpass") host.proxy_passes_socket = is_yes(value);
    if (key == "knownhostscommand" && value != "none") host.asks_for_host_keys = true;
    if (key == "verifyhostkeydns" && is_yes(value)) host.asks_for_host_keys = true;
    if (key == "revokedhostkeys") host.revokes_host_keys = value != "none";
    if (key == "proxyjump" && value != "none") parsed.jump_destinations = split_list(value);
    if (key == "port") {
      const auto port = to_port(value);
      if (!port)
        return fail(ErrorCode::server_unreachable, std::string(alias),
                    "its port in ~/.ssh/config is not a number from 1 to 65535");
      host.port = *port;
    }
  }
  if (host.hostname.empty() || host.user.empty()) {
    return fail(ErrorCode::server_unreachable, std::string(alias), "what ssh -G says about it names no host or no user",
                "look at: " + ssh_by_hand(std::string(alias), {"-G"}));
  }
  return parsed;
}

Result<std::string> expand_jump(const std::string& text, const HostConfig& host, const LocalFacts& facts) {
  auto jump = expand(text, host, facts, k_command_tokens);
  if (jump) return std::move(*jump);
  return fail(ErrorCode::server_unreachable, host.alias, "its ProxyJump has a % other than %% %h %n %p %r",
              "edit ProxyJump in ~/.ssh/config");
}

Result<void> expand_tokens(HostConfig& host, const LocalFacts& facts) {
  expand_paths(host.identity_files, host, facts);
  expand_paths(host.certificate_files, host, facts);
  expand_paths(host.user_known_hosts, host, facts);
  expand_paths(host.global_known_hosts, host, facts);
  if (host.identity_agent.starts_with('$') && !host.identity_agent.starts_with("${")) {
    host.identity_agent = facts.environment(host.identity_agent.substr(1)).value_or("none");
  } else if (!host.identity_agent.empty()) {
    host.identity_agent = expand_path(host.identity_agent, host, facts).value_or("none");
  }
  if (!host.proxy_command.empty()) {
    auto command = expand(host.proxy_command, host, facts, k_command_tokens);
    if (!command) {
      return fail(ErrorCode::server_unreachable, host.alias, "its ProxyCommand has a % other than %% %h %n %p %r",
                  "edit ProxyCommand in ~/.ssh/config");
    }
    host.proxy_command = std::move(*command);
  }
  return {};
}

}  // namespace helper::ssh
