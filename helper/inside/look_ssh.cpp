#include "base/shell.hpp"
#include "base/text.hpp"
#include "inside/look_parts.hpp"
#include "inside/scripts.hpp"
#include "plan/places.hpp"

#include <charconv>

namespace helper::inside {
namespace {

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

std::string look_ssh() { return shell::assign("cache", plan::k_backend_cache) + std::string(scripts::look_ssh); }

void read_ssh(const std::vector<Section>& sections, plan::Inside& inside) {
  inside.bundle = first_line(sections, "bundle");
  inside.image_sshd = first_line(sections, "sshd");
  inside.can_switch_users = has_capabilities(first_line(sections, "capabilities"));
  inside.sshd_listening = is_zero(sections, "ssh_listens");
  inside.sshd_fingerprint = first_line(sections, "ssh_setup");
  inside.ssh_server = first_line(sections, "ssh_server");
  if (inside.ssh_server.find("unknown") != std::string::npos) inside.ssh_server.clear();
  inside.login = first_line(sections, "login");
  inside.traces = is_zero(sections, "traces");
  inside.cache_linked = find_section(sections, "cache_link") == nullptr || is_zero(sections, "cache_link");
}

}  // namespace helper::inside
