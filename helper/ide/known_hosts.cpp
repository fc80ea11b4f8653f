#include "ide/known_hosts.hpp"

#include "base/text.hpp"
#include "ide/access.hpp"

#include <algorithm>
#include <optional>

namespace helper::ide {
namespace {

constexpr std::string_view k_blank = " \t\r";

// Takes the next word off the front of `line`; "" at its end.
std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(k_blank), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(k_blank));
  line.remove_prefix(word.size());
  return word;
}

// Takes the next line off the front of `text`, its '\n' included.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
  text.remove_prefix(line.size());
  return line;
}

std::string_view without_end(std::string_view line) {
  return line.ends_with('\n') ? line.substr(0, line.size() - 1) : line;
}

bool names_host(std::string_view line, std::string_view host) {
  std::string_view names = next_word(line);
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    if (name == host) return true;
    names.remove_prefix(std::min(name.size() + 1, names.size()));
  }
  return false;
}

// "TYPE BASE64" of a public key's line; nullopt when it is none.
std::optional<std::string> key_of(std::string_view line) {
  constexpr std::string_view k_alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const std::string_view type = next_word(line);
  const std::string_view blob = next_word(line);
  const bool good_type =
      !type.empty() && type.find_first_not_of(std::string(k_alphanumeric) + "@.-") == std::string_view::npos;
  const bool good_blob =
      blob.size() >= 16 && blob.find_first_not_of(std::string(k_alphanumeric) + "+/=") == std::string_view::npos;
  const bool one_line = line.find('\n') == std::string_view::npos;
  if (!good_type || !good_blob || !one_line) return std::nullopt;
  return std::string(type) + " " + std::string(blob);
}

}  // namespace

Result<std::string> with_host_keys(std::string_view text, const std::string& ssh_name, std::uint16_t local_port,
                                   const std::vector<std::string>& host_keys) {
  const std::string alias = host_key_alias(ssh_name);
  std::string ours;
  for (const std::string& line : host_keys) {
    const auto key = key_of(without_end(line));
    if (!key)
      return fail(ErrorCode::inside_failed, "host key of " + ssh_name, "is not a public key: " + printable(line));
    ours += alias + ",[127.0.0.1]:" + std::to_string(local_port) + " " + *key + "\n";
  }
  std::string before;
  std::string after;
  bool found = false;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (names_host(without_end(line), alias)) {
      found = true;
    } else {
      (found ? after : before) += line;
    }
  }
  if (!ours.empty() && !before.empty() && !before.ends_with('\n')) before += '\n';
  return before + ours + after;
}

std::vector<std::string> host_keys_of(std::string_view text, const std::string& ssh_name) {
  const std::string alias = host_key_alias(ssh_name);
  std::vector<std::string> keys;
  while (!text.empty()) {
    std::string_view line = without_end(next_line(text));
    if (!names_host(line, alias)) continue;
    next_word(line);
    if (const auto key = key_of(line)) keys.push_back(*key);
  }
  return keys;
}

}  // namespace helper::ide
