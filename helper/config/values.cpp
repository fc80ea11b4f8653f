#include "config/values.hpp"

#include "config/characters.hpp"

#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace helper::config {

namespace {

// What OpenSSH refuses in a user and a host name given on a command line (its CVE-2023-51385 fix), and what would be
// two words.
constexpr std::string_view k_never_in_a_user = "'`\"$;&<>|(){} ";
constexpr std::string_view k_never_in_a_host = "'`\"$\\;&<>|(){}, ";

Check check_name(std::string_view text, const std::string& what, std::size_t longest) {
  if (is_engine_name(text) && text.size() <= longest) return std::nullopt;
  if (text.size() > longest)
    return flaw(text, "is longer than " + std::to_string(longest) + " characters", "choose a shorter name");
  return flaw(text, "cannot be the name of " + what,
              "begin with a letter or digit, then letters, digits, '_', '.' and '-' only");
}

}  // namespace

bool is_ip(std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    const std::string inner(text.substr(1, text.size() - 2));
    return ::inet_pton(AF_INET6, inner.c_str(), bytes.data()) == 1;
  }
  return ::inet_pton(AF_INET, std::string(text).c_str(), bytes.data()) == 1;
}

// "[fe80::1%eth0]": a link-local address means nothing without its interface.
bool is_scoped_ip(std::string_view bracketed) {
  const std::size_t scope = bracketed.find('%');
  if (scope == std::string_view::npos) return is_ip(bracketed);
  if (scope + 2 >= bracketed.size()) return false;
  return is_ip(std::string(bracketed.substr(0, scope)) + "]");
}

Check check_target_name(std::string_view text) { return check_name(text, "a target", 64); }

Check check_container_name(std::string_view text) {
  if (text.size() == 1)
    return flaw(text, "is too short for a container's name", "the engine wants two characters at least");
  return check_name(text, "a container", 128);
}

Check check_hostname(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (is_engine_name(text) && text.size() <= 63 && text.back() != '-' && text.back() != '.') return std::nullopt;
  return flaw(text, "cannot be a host name",
              "use letters, digits, '-' and '.', at most 63, beginning and ending with a letter or digit");
}

Check check_server(std::string_view text) {
  static const std::string k_form = "write \"local\", an alias of ~/.ssh/config, or user@host:port";
  if (text.empty()) return Flaw{"is empty", k_form};
  if (text.size() > 255) return flaw(text, "is too long for a server", k_form);
  if (text.find("://") != std::string_view::npos) return flaw(text, "is a URL", k_form);
  if (has_control(text)) return flaw(text, "has a control character in it", k_form);
  std::string_view host = text;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = text.substr(0, at);
    if (user.empty() || user.front() == '-' || user.back() == '\\' ||
        user.find_first_of(k_never_in_a_user) != std::string_view::npos) {
      return flaw(text, "has no usable user before '@'", k_form);
    }
    host = text.substr(at + 1);
  }
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos || !is_scoped_ip(host.substr(0, end + 1)))
      return flaw(text, "has no IPv6 address between its brackets", k_form);
    host.remove_prefix(end + 1);
    if (host.empty() || (host.front() == ':' && parse_port(host.substr(1)))) return std::nullopt;
    return flaw(text, "has something after ']' that is not a port", k_form);
  }
  // An alias may have colons, but what looks like a port or an address is one.
  const std::size_t colon = host.find(':');
  const bool lone = colon != std::string_view::npos && host.find(':', colon + 1) == std::string_view::npos;
  if (colon != std::string_view::npos && !lone && host.find_first_not_of("0123456789abcdefABCDEF:.") >= host.find('%'))
    return flaw(text, "has more than one ':'", "write an IPv6 address in brackets: \"[2001:db8::1]:22\"");
  if (lone && (colon + 1 == host.size() || k_digits.find(host[colon + 1]) != std::string_view::npos)) {
    if (!parse_port(host.substr(colon + 1)))
      return flaw(text, "has something after ':' that is not a port (1 to 65535)", k_form);
    host = host.substr(0, colon);
  }
  if (host.empty()) return flaw(text, "has no host", k_form);
  if (host.front() == '-') return flaw(text, "begins with '-', which ssh would take for an option", k_form);
  if (const std::size_t bad = host.find_first_of(k_never_in_a_host); bad != std::string_view::npos) {
    return flaw(text, std::string("has '") + host[bad] + "' in it, which ssh takes in no host's name", k_form);
  }
  return std::nullopt;
}

Check check_user(std::string_view text) {
  const bool good = !text.empty() && text.size() <= 32 && all_of(text.substr(0, 1), std::string(k_letters) + "_") &&
                    all_of(text, std::string(k_letters) + std::string(k_digits) + "_.-");
  if (good) return std::nullopt;
  if (!text.empty() && text.size() <= 10 && all_of(text, k_digits)) {
    return flaw(text, "is the id of a user, and SSH logs in by name",
                "write the user's name, which this shows: docker run --rm IMAGE getent passwd " + std::string(text));
  }
  return flaw(text, "cannot be a user in the container", "write a user's name, such as \"root\"");
}

Check check_python(std::string_view text) {
  static const std::string k_form = "write \"auto\", \"conda:NAME\" or an absolute path in the container";
  if (text == "auto") return std::nullopt;
  if (has_control(text)) return flaw(text, "has a control character in it", k_form);
  if (text.starts_with("conda:")) {
    const std::string_view name = text.substr(6);
    // What conda itself refuses in an environment's name: '/', ' ', ':', '#'.
    const bool good = !name.empty() && name.size() <= 255 && name.front() != '-' && name != "." && name != ".." &&
                      name.find_first_of("/ :#") == std::string_view::npos;
    if (good) return std::nullopt;
    return flaw(text, "does not name a conda environment",
                "write the name that `conda env list` shows: \"conda:CenterNet\"");
  }
  if (text.starts_with('/') && text.back() != '/') return std::nullopt;
  return flaw(text, "is not an interpreter", k_form);
}

Check check_module(std::string_view text) {
  static const std::string k_first = std::string(k_letters) + "_";
  static const std::string k_form = "write it as `import` takes it: \"torch\", not the package's name";
  if (text.size() > 100) return flaw(text, "is too long for a module's name", k_form);
  for (const std::string_view part : split(text, '.')) {
    if (part.empty() || !all_of(part.substr(0, 1), k_first) || !all_of(part, k_first + std::string(k_digits)))
      return flaw(text, "is not a module's name", k_form);
  }
  return std::nullopt;
}

Check check_container_path(std::string_view text) {
  if (has_control(text)) return flaw(text, "has a control character in it", "write an absolute path in the container");
  if (text.starts_with('/')) return std::nullopt;
  return flaw(text, "is not an absolute path", "write the path as it is in the container, beginning with '/'");
}

Check check_local_path(std::string_view text) {
  if (text.empty()) return Flaw{"is empty", "write a path of this machine; \".\" is the folder of this file"};
  if (has_control(text)) return flaw(text, "has a control character in it", "write a path of this machine");
  return std::nullopt;
}

Check check_plain(std::string_view text) {
  if (text.find('\0') == std::string_view::npos) return std::nullopt;
  return flaw(text, "has a NUL byte in it, which no command can take", "remove the \\u0000");
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || !all_of(text, k_digits)) return std::nullopt;
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (value < 1 || value > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

std::optional<PortPair> parse_port_pair(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() > 2) return std::nullopt;
  const auto local = parse_port(parts.front());
  const auto container = parse_port(parts.back());
  if (!local || !container) return std::nullopt;
  return PortPair{*local, *container};
}

std::string image_name(std::string_view target) {
  std::string name;
  for (const char c : target) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      name += static_cast<char>(capital ? c - 'A' + 'a' : c);
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return "helper/" + name;
}

}  // namespace helper::config
