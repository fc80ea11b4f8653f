// What a login needs: the user, our folders, the sshd.
#include "base/digest.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "inside/look_parts.hpp"
#include "inside/scripts.hpp"
#include "plan/our_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace helper::inside {
namespace {

std::uint32_t id_of(const std::string& text) {
  std::uint32_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

// "         0     165536      65536".
std::optional<plan::IdRange> range_of(const std::string& line) {
  std::array<std::uint32_t, 3> numbers{};
  std::string_view rest = line;
  for (auto& number : numbers) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc()) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  }
  return plan::IdRange{numbers[0], numbers[1], numbers[2]};
}

// Bits of CapEff (capabilities(7)) without which sshd cannot become the user who logs in.
constexpr std::uint64_t k_needed_capabilities = 1U << 6U | 1U << 7U | 1U << 18U;  // SETGID, SETUID, SYS_CHROOT

// A kernel that does not tell is taken to allow it.
bool has_capabilities(const std::string& hex) {
  std::uint64_t bits = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), bits, 16);
  return error != std::errc() || hex.empty() || (bits & k_needed_capabilities) == k_needed_capabilities;
}

std::string first_line(const std::vector<Section>& sections, std::string_view name) {
  const auto lines = lines_of(sections, name);
  return lines.empty() || !is_printable(lines.front()) ? std::string() : lines.front();
}

}  // namespace

std::string look_user() {
  return shell::assign("marks_folders", std::string(plan::k_marks_folder) + " " + plan::k_run_folder) +
         std::string(scripts::look_user);
}

void read_user(const std::vector<Section>& sections, plan::Inside& inside) {
  const auto* user = find_section(sections, "user");
  if (user == nullptr) return;
  const auto identity = split(user->body, '\n');
  if (identity.size() >= 2 && !identity[0].empty() && identity[1].starts_with('/') && is_printable(identity[1]))
    inside.user_home = trimmed(identity[1]);
  if (const auto person = lines_of(sections, "person"); !person.empty() && is_hex(person.front()))
    inside.user_person = person.front();
  for (const auto& line : lines_of(sections, "uid_map")) {
    if (const auto range = range_of(line)) inside.uid_map.push_back(*range);
  }
  const auto account = lines_of(sections, "account");
  if (account.size() >= 2) {
    inside.user_uid = id_of(account[0]);
    inside.user_gid = id_of(account[1]);
  }
  if (account.size() >= 3 && is_printable(account[2])) inside.owner_is = account[2];
  inside.post_create_done = is_zero(sections, "post_create");
  inside.post_start_done = is_zero(sections, "post_start");
}

void read_places(const std::vector<Section>& sections, plan::Inside& inside) {
  for (const auto& line : lines_of(sections, "places")) {
    const auto words = split(line, '\t');
    if (words.size() == 2 && words[0].starts_with('/') && words[1].starts_with('/') && is_printable(words[1]))
      inside.real_places.emplace(words[0], words[1]);
  }
  // Of all mounts; only those that the engine calls volumes are asked about.
  for (const auto& line : lines_of(sections, "bound")) {
    if (line.starts_with('/') && is_printable(line)) inside.bound_volumes.push_back(line);
  }
}

std::string look_ssh() { return shell::assign("cache", plan::k_backend_cache) + std::string(scripts::look_ssh); }

std::string look_root_password() { return std::string(scripts::look_root_password); }

void read_ssh(const std::vector<Section>& sections, plan::Inside& inside) {
  inside.bundle = first_line(sections, "bundle");
  inside.image_sshd = first_line(sections, "sshd");
  inside.can_switch_users = has_capabilities(first_line(sections, "capabilities"));
  inside.sshd_listening = is_zero(sections, "ssh_listens");
  inside.sshd_fingerprint = first_line(sections, "ssh_setup");
  if (const auto setup = lines_of(sections, "ssh_setup"); setup.size() > 1) inside.sshd_env = setup[1];
  inside.authorized_keys = lines_of(sections, "ssh_keys");
  const std::string digest = first_line(sections, "ssh_host_key");
  inside.host_key_digest = digest.substr(0, digest.find(' '));
  inside.ssh_server = first_line(sections, "ssh_server");
  if (inside.ssh_server.find("unknown") != std::string::npos) inside.ssh_server.clear();
  inside.login = first_line(sections, "login");
  inside.traces = is_zero(sections, "traces");
  inside.root_password = is_zero(sections, "root_password");
  inside.cache_linked = find_section(sections, "cache_link") == nullptr || is_zero(sections, "cache_link");
}

}  // namespace helper::inside
