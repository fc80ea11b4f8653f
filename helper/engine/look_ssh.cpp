#include "engine/look.hpp"

#include <charconv>

namespace helper::engine {
namespace {

// "ssh-ed25519 AAAA…" without the comment.
std::vector<std::string> read_host_keys(const std::vector<Section>& sections) {
  std::vector<std::string> keys;
  for (const auto& line : lines_of(sections, "host_keys")) {
    const auto fields = split(line, ' ');
    if (fields.size() < 2 || !is_printable(line) || !(fields[0].starts_with("ssh-") || fields[0].starts_with("ecdsa-")))
      continue;
    keys.push_back(fields[0] + " " + fields[1]);
  }
  return keys;
}

}  // namespace

std::string_view look_ssh() {
  return R"sh(
# True while process 1, a program of the image's, is younger than 3 s: it may be about to start its own sshd, and would end if
# ours took the port. Times of /proc/1/stat are in hundredths of a second since the machine's start (proc(5), field 22).
may_start_sshd_itself() {
  grep -qF 'sleep 86400 & wait' /proc/1/cmdline 2>/dev/null && return 1
  read -r stat 2>/dev/null < /proc/1/stat || return 1
  read -r now _ 2>/dev/null < /proc/uptime || return 1
  set -- ${stat##*)}
  [ $((${now%%.*} - ${20:-0} / 100)) -lt 3 ]
}
sshd=$(command -v sshd 2>/dev/null)
for candidate in /usr/sbin/sshd /usr/local/sbin/sshd /sbin/sshd; do
  [ -z "$sshd" ] && [ -x "$candidate" ] && sshd=$candidate
done
sec sshd 0
printf '%s\n' "$sshd"
tries=0
while [ -n "$sshd" ] && [ "$tries" -lt 15 ] && ! listens "$ssh_port" && may_start_sshd_itself; do
  sleep 0.2 2>/dev/null || sleep 1
  tries=$((tries + 1))
done
listens "$ssh_port"; sec ssh_listens $?
sec host_keys 0
cat /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/ssh_host_ecdsa_key.pub /etc/ssh/ssh_host_rsa_key.pub 2>/dev/null
installed=1
[ -n "$key" ] && [ -n "$home" ] && grep -F -- "$key" "$home/.ssh/authorized_keys" 2>/dev/null | grep -qv '^[[:space:]]*#' && installed=0
sec key $installed
[ -n "$home" ] && stat -L -c '%u %a' "$home" "$home/.ssh" "$home/.ssh/authorized_keys" 2>/dev/null
)sh";
}

void read_ssh(const std::vector<Section>& sections, plan::Inside& inside) {
  if (const auto* sshd = find_section(sections, "sshd")) inside.sshd_path = trimmed(sshd->body);
  inside.sshd_listening = is_zero(sections, "ssh_listens");
  inside.host_keys = read_host_keys(sections);
  const auto* user = find_section(sections, "user");
  const auto* key = find_section(sections, "key");
  inside.key_installed = user != nullptr && key != nullptr && key->status == 0 &&
                         modes_are_strict(key->body, split(user->body, '\n').front());
}

bool modes_are_strict(const std::string& modes, const std::string& uid) {
  int files = 0;
  for (const auto& line : split(modes, '\n')) {
    if (line.empty()) continue;
    const auto fields = split(trimmed(line), ' ');
    unsigned int mode = 0;
    if (fields.size() != 2) return false;
    const char* const end = fields[1].data() + fields[1].size();
    const auto [read_to, error] = std::from_chars(fields[1].data(), end, mode, 8);
    if (error != std::errc() || read_to != end) return false;
    if ((fields[0] != uid && fields[0] != "0") || (mode & 022U) != 0) return false;
    ++files;
  }
  return files == 3;
}

}  // namespace helper::engine
