#include "base/shell.hpp"
#include "engine/look.hpp"
#include "plan/places.hpp"

#include <charconv>

namespace helper::engine {
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

std::string_view look_ssh() {
  static const std::string script = "cache=" + shell::quote(plan::k_backend_cache) + R"sh(
complete=
[ -r /dev/helper/ssh/complete ] && read -r complete < /dev/helper/ssh/complete
sec bundle 0
printf '%s\n' "$complete"
sshd=$(command -v sshd 2>/dev/null)
for candidate in /usr/sbin/sshd /usr/local/sbin/sshd /sbin/sshd; do
  [ -z "$sshd" ] && [ -x "$candidate" ] && sshd=$candidate
done
sec sshd 0
printf '%s\n' "$sshd"
sec capabilities 0
while read -r name value; do
  [ "$name" = CapEff: ] && printf '%s\n' "$value"
done < /proc/self/status
listens "$ssh_port"; sec ssh_listens $?
# The setup that our sshd was started with, if its keeper still runs, or if it needs none.
sec ssh_setup 0
for folder in /dev/helper/run /dev/helper/user; do
  [ -r "$folder/setup" ] || continue
  read -r print keeper < "$folder/setup"
  if [ "$keeper" = pipe ] || grep -q "$folder/keep" "/proc/$keeper/cmdline" 2>/dev/null; then printf '%s\n' "$print"; fi
done
# Which SSH server that is: its listening sockets, whose inodes change whenever it starts or reads its keys again (on HUP
# too), and the files: each connection's sshd may read the keys again.
sec ssh_server 0
for table in /proc/net/tcp /proc/net/tcp6; do
  [ -r "$table" ] || continue
  while read -r _ address _ state _ _ _ _ _ inode _; do
    case $state$address in 0A*:"$ssh_port") printf '%s ' "$inode" ;; esac
  done < "$table"
done
for folder in /dev/helper/run /dev/helper/user; do
  [ -r "$folder/setup" ] || continue
  printf '%s ' $(stat -c '%i %Z' "$folder/host_ed25519" "$folder/host_ecdsa" "$folder/sshd_config" 2>/dev/null || echo unknown)
done
# What a login depends on beside that server.
sec login 0
printf '%s ' $(stat -c '%n %i %Z' /dev/helper/run/authorized_keys /dev/helper/user/authorized_keys /dev/helper/run/passwd /etc/passwd /etc/shadow /etc/nologin /run/nologin \
  /etc/bash.bashrc /etc/bashrc /etc/zsh/zshenv /etc/zshenv /etc/csh.cshrc /etc/ssh/sshrc \
  "$home/.bashrc" "$home/.zshenv" "$home/.cshrc" "$home/.tcshrc" "$home/.config/fish/config.fish" "$home/.ssh/rc" 2>/dev/null)
mounted() { while read -r _ place _; do [ "$place" = /dev/helper/ssh ] && return 0; done < /proc/mounts; return 1; }
[ -e /dev/helper/run ] || [ -e /dev/helper/user ] || grep -q /dev/helper/run/profile /etc/profile.d/helper.sh 2>/dev/null || { [ -n "$complete" ] && ! mounted; }
sec traces $?
if [ -d "$cache" ]; then [ "$(readlink "$home/.cache/JetBrains")" = "$cache" ]; sec cache_link $?; fi
)sh";
  return script;
}

void read_ssh(const std::vector<Section>& sections, plan::Inside& inside) {
  inside.bundle = first_line(sections, "bundle");
  inside.image_sshd = first_line(sections, "sshd");
  inside.can_switch_users = has_capabilities(first_line(sections, "capabilities"));
  inside.sshd_listening = is_zero(sections, "ssh_listens");
  inside.sshd_print = first_line(sections, "ssh_setup");
  inside.ssh_server = first_line(sections, "ssh_server");
  if (inside.ssh_server.find("unknown") != std::string::npos) inside.ssh_server.clear();
  inside.login = first_line(sections, "login");
  inside.traces = is_zero(sections, "traces");
  inside.cache_linked = find_section(sections, "cache_link") == nullptr || is_zero(sections, "cache_link");
}

}  // namespace helper::engine
