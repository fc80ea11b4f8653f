#include "ssh/known_hosts.hpp"

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

#include <libssh/libssh.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

namespace helper::ssh {
namespace {

constexpr std::uint16_t k_ssh_port = 22;

// libssh 0.10's host key algorithms in OpenSSH's order of preference; ssh-rsa (SHA-1) is left out.
constexpr std::array<std::string_view, 6> k_algorithms{
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"};

// Wildcards by stepping back to the last star: linear in practice, and never exponential on a hostile file.
bool glob(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool hashed_matches(const std::string& name, const std::string& hashed) {
  // libssh compares the hash before it looks at the key, so any key will do.
  const std::string line = hashed + " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
  ssh_knownhosts_entry* entry = nullptr;
  const bool matched = ssh_known_hosts_parse_line(name.c_str(), line.c_str(), &entry) == SSH_OK;
  ssh_knownhosts_entry_free(entry);
  return matched;
}

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> out;
  constexpr std::string_view k_blanks = " \t\r";
  for (std::size_t at = line.find_first_not_of(k_blanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(k_blanks, at), line.size());
    out.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(k_blanks, end);
  }
  return out;
}

}  // namespace

bool host_matches(std::string_view name, const std::string& patterns) {
  if (patterns.starts_with('|')) return hashed_matches(std::string(name), patterns);
  bool matched = false;
  for (std::size_t at = 0; at <= patterns.size();) {
    const std::size_t comma = std::min(patterns.find(',', at), patterns.size());
    std::string pattern = lower_case(std::string_view(patterns).substr(at, comma - at));
    const bool negated = pattern.starts_with('!');
    if (negated) pattern.erase(0, 1);
    if (!pattern.empty() && glob(pattern, lower_case(name))) {
      if (negated) return false;
      matched = true;
    }
    at = comma + 1;
  }
  return matched;
}

std::vector<KnownHostEntry> matching_entries(std::string_view name, const std::string& file, std::string_view text) {
  std::vector<KnownHostEntry> entries;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::vector<std::string_view> fields = words(text.substr(at, end - at));
    at = end + 1;
    ++number;
    if (fields.empty() || fields[0].starts_with('#')) continue;
    const bool revoked = fields[0] == "@revoked";
    const bool authority = fields[0] == "@cert-authority";
    if (fields[0].starts_with('@')) {
      if (!revoked && !authority) continue;
      fields.erase(fields.begin());
    }
    if (fields.size() < 3 || !host_matches(name, std::string(fields[0]))) continue;
    entries.push_back({file, number, revoked, std::string(fields[1]), std::string(fields[2]), authority});
  }
  return entries;
}

std::string lookup_name(const HostConfig& host) {
  if (!host.host_key_alias.empty()) return host.host_key_alias;
  const std::string name = lower_case(host.hostname);
  return host.port == k_ssh_port ? name : "[" + name + "]:" + std::to_string(host.port);
}

KnownHosts::KnownHosts(std::vector<KnownHostEntry> entries, std::vector<KnownHostEntry> portless)
    : entries_(std::move(entries)), portless_(std::move(portless)) {
  // What an authority has signed is for OpenSSH to judge; here only the keys count.
  for (auto* each : {&entries_, &portless_})
    has_authorities_ = std::erase_if(*each, [](const auto& entry) { return entry.authority; }) > 0 || has_authorities_;
}

Result<KnownHosts> KnownHosts::read(const HostConfig& host) {
  DiskFileStore files;
  const std::string name = lookup_name(host);
  const bool other_port = host.host_key_alias.empty() && host.port != k_ssh_port;
  std::vector<KnownHostEntry> entries;
  std::vector<KnownHostEntry> portless;
  const auto take = [&](const std::string& file) -> Result<void> {
    if (file.empty() || file == "none" || file == "/dev/null") return {};
    HELPER_TRY_ASSIGN(const auto text, files.read(file));
    if (!text) return {};
    std::ranges::move(matching_entries(name, file, *text), std::back_inserter(entries));
    if (other_port)
      std::ranges::move(matching_entries(lower_case(host.hostname), file, *text), std::back_inserter(portless));
    return {};
  };
  for (const auto& file : host.user_known_hosts) HELPER_TRY(take(file));
  for (const auto& file : host.global_known_hosts) HELPER_TRY(take(file));
  return KnownHosts(std::move(entries), std::move(portless));
}

KnownHosts::Judgement KnownHosts::judge(std::string_view type, std::string_view base64) const {
  const auto same_key = [&](const KnownHostEntry& entry) { return entry.base64 == base64; };
  for (const auto* entries : {&entries_, &portless_}) {
    for (const auto& entry : *entries) {
      if (entry.revoked && same_key(entry)) return {KeyVerdict::revoked, entry};
    }
  }
  Judgement judgement;
  for (const auto& entry : entries_) {
    if (entry.revoked) continue;
    if (same_key(entry)) return {KeyVerdict::known, entry};
    if (entry.type == type && judgement.verdict != KeyVerdict::changed) judgement = {KeyVerdict::changed, entry};
    if (judgement.verdict == KeyVerdict::unknown) judgement = {KeyVerdict::other_type, entry};
  }
  if (judgement.verdict != KeyVerdict::unknown) return judgement;
  for (const auto& entry : portless_) {
    if (!entry.revoked && same_key(entry)) return {KeyVerdict::known, entry};
  }
  return judgement;
}

std::vector<KnownHostEntry> KnownHosts::revoked() const {
  std::vector<KnownHostEntry> found;
  for (const auto* each : {&entries_, &portless_})
    std::ranges::copy_if(*each, std::back_inserter(found), &KnownHostEntry::revoked);
  return found;
}

std::string fingerprint_of(std::string_view base64_key) {
  const auto key = decode_base64(base64_key);
  if (!key) return {};
  std::string hash;
  const std::string digits = sha256(*key);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    hash += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  std::string text = base64(hash);
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

std::string KnownHosts::algorithms(std::string_view wanted) const {
  const auto type_of = [](std::string_view algorithm) { return algorithm.starts_with("rsa-") ? "ssh-rsa" : algorithm; };
  const auto is_known = [&](std::string_view algorithm) {
    const std::string_view type = type_of(algorithm);
    const auto vouches = [&](const KnownHostEntry& entry) { return !entry.revoked && entry.type == type; };
    return std::ranges::any_of(entries_, vouches) || (entries_.empty() && std::ranges::any_of(portless_, vouches));
  };
  auto order = k_algorithms;
  std::stable_partition(order.begin(), order.end(), is_known);
  std::stable_partition(order.begin(), order.end(),
                        [&](std::string_view algorithm) { return type_of(algorithm) == wanted; });
  std::string list;
  for (const auto algorithm : order) {
    if (!list.empty()) list += ',';
    list += algorithm;
  }
  return list;
}

}  // namespace helper::ssh
