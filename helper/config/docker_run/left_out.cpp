#include "config/docker_run/left_out.hpp"

#include "base/text.hpp"
#include "config/characters.hpp"

#include <algorithm>
#include <array>

namespace helper::config {
namespace {

// Flags that have no meaning for a container that helper keeps, and what helper does instead.
constexpr std::string_view k_background = "helper runs the container in the background";
constexpr std::array k_left_out{
    LeftOut{"--interactive", k_background, "a shell in it: helper exec"},
    LeftOut{"--tty", k_background, "a shell in it: helper exec"},
    LeftOut{"--detach", k_background},
    LeftOut{"--attach", k_background, "what it prints: helper logs"},
    LeftOut{"--sig-proxy", k_background},
    LeftOut{"--detach-keys", k_background},
    LeftOut{"--rm", "the container outlives its stop", "helper remove removes it"},
    LeftOut{"--rmi", "helper removes no image"},
    LeftOut{"--replace", "helper recreates a container only after a yes"},
    LeftOut{"--cidfile", "helper finds the container by its name"},
    LeftOut{"--conmon-pidfile", "helper finds the container by its name"},
    LeftOut{"--pidfile", "helper finds the container by its name"},
    LeftOut{"--pod", "helper runs one container, and no pod"},
    LeftOut{"--pod-id-file", "helper runs one container, and no pod"},
    LeftOut{"--pull", "helper pulls an image that the server lacks"},
    LeftOut{"--quiet", "it is about what the command prints"},
    LeftOut{"--help", "it is about what the command prints"},
    LeftOut{"--no-trunc", "it is about what the command prints"},
    LeftOut{"--disable-content-trust", "it is about how the image is fetched"},
    LeftOut{"--publish-all", "helper's tunnels need no published port", R"(write "forwards": ["LOCAL:CONTAINER"])"},
    LeftOut{"--rootfs", "helper makes containers from images"},
};

}  // namespace

const LeftOut* left_out(std::string_view flag) {
  const auto* row = std::ranges::find(k_left_out, flag, &LeftOut::flag);
  return row == k_left_out.end() ? nullptr : row;
}

bool tells_secret(std::string_view value) {
  constexpr std::array<std::string_view, 8> k_words{"password", "passwd",  "passphrase", "secret",
                                                    "token=",   "api_key", "apikey",     "bearer "};
  const std::string plain = lower_case(value);
  if (std::ranges::any_of(k_words, [&](std::string_view word) { return plain.find(word) != std::string::npos; }))
    return true;
  const auto scheme = plain.find("://");  // user:password@host
  if (scheme == std::string::npos) return false;
  const std::string_view rest = std::string_view(plain).substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?# "));
  const auto at = authority.find('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

bool looks_secret(std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 13> k_parts{"TOKEN", "SECRET",     "SECRETS",     "PASSWORD",   "PASSWD",
                                                     "PASS",  "PASSPHRASE", "CREDENTIALS", "CREDENTIAL", "APIKEY",
                                                     "KEY",   "PAT",        "AUTH"};
  constexpr std::array<std::string_view, 9> k_begins{"hf_",  "ghp_",   "github_pat_", "sk-",       "glpat-",
                                                     "AKIA", "nvapi-", "xoxb-",       "-----BEGIN"};
  constexpr std::array<std::string_view, 8> k_switches{"", "0", "1", "true", "false", "yes", "no", "none"};
  const std::string plain = lower_case(value);
  if (std::ranges::find(k_switches, plain) != k_switches.end()) return false;
  if (std::ranges::any_of(k_begins, [&](std::string_view begin) { return value.starts_with(begin); })) return true;
  if (value.starts_with('/')) return false;  // the path of a file
  if (tells_secret(value)) return true;
  std::string upper(name);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (c == '-' || c == '.') c = '_';
  }
  for (const std::string_view part : {"PASSW", "SECRET", "CREDENTIAL"}) {
    if (upper.find(part) != std::string::npos) return true;
  }
  for (const std::string_view end : {"PASS", "TOKEN", "COOKIE"}) {
    if (upper.ends_with(end)) return true;
  }
  return std::ranges::any_of(split(upper, '_'),
                             [&](std::string_view part) { return std::ranges::find(k_parts, part) != k_parts.end(); });
}

bool holds_secret(std::string_view before, std::string_view word) {
  if (before.find('=') != std::string_view::npos) before = {};  // it has its value itself
  // A line for a shell is a word too.
  for (const std::string_view part : split(word, ' ')) {
    const auto equals = part.find('=');
    const bool is_pair = equals != std::string_view::npos;
    if (looks_secret(is_pair ? part.substr(0, equals) : before, is_pair ? part.substr(equals + 1) : part)) return true;
    before = part;
  }
  return false;
}

}  // namespace helper::config
