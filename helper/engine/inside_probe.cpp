#include "engine/inside_probe.hpp"

#include "base/shell.hpp"

#include <algorithm>
#include <charconv>

namespace helper::engine {
namespace {

// Fields of one interpreter's line; the ASCII unit separator occurs in no sane path.
constexpr char k_separator = '\x1f';

std::string assign(const std::string& name, const std::string& value) {
  return name + "=" + shell::quote(value) + "\n";
}

std::string settings(const InsideQuestion& question, const std::string& nonce) {
  char hex[8];
  const auto port_hex = [&](std::uint16_t port) {
    const auto end = std::to_chars(hex, hex + sizeof hex, port, 16).ptr;
    std::string text(hex, end);
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return std::string(4 - std::min<std::size_t>(4, text.size()), '0') + text;
  };
  return assign("nonce", nonce) + assign("user", question.user) + assign("ssh_port", port_hex(question.ssh_port)) +
         assign("jupyter_port", port_hex(question.jupyter_port)) + assign("key", question.key_blob) +
         section_function(nonce);
}

// /proc/net/tcp: "sl local_address rem_address st …", addresses as HEX:PORT, state 0A is LISTEN (Linux,
// net/ipv4/tcp_ipv4.c).
constexpr const char* k_common = R"sh(
listens() {
  for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r _ address _ state _; do
      [ "$state" = 0A ] || continue
      case $address in *:"$1") return 0 ;; esac
    done < "$table"
  done
  return 1
}
# True while process 1, a program of the image's, is younger than 3 s: it may be about to start its own sshd, and would end if
# ours took the port. Times of /proc/1/stat are in hundredths of a second since the machine's start (proc(5), field 22).
may_start_sshd_itself() {
  grep -qF 'sleep 86400 & wait' /proc/1/cmdline 2>/dev/null && return 1
  read -r stat 2>/dev/null < /proc/1/stat || return 1
  read -r now _ 2>/dev/null < /proc/uptime || return 1
  set -- ${stat##*)}
  [ $((${now%%.*} - ${20:-0} / 100)) -lt 3 ]
}
# KILL, because an interactive shell ignores TERM.
limited() { if command -v timeout >/dev/null 2>&1; then timeout -s KILL 5 "$@"; else "$@"; fi; }
entry=$(getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd 2>/dev/null)
IFS=: read -r _ _ uid _ _ home shell <<EOF
$entry
EOF
sec user $?
printf '%s\n%s\n' "$uid" "$home"
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
listens "$jupyter_port"; sec jupyter_listens $?
sec host_keys 0
cat /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/ssh_host_ecdsa_key.pub /etc/ssh/ssh_host_rsa_key.pub 2>/dev/null
installed=1
[ -n "$key" ] && [ -n "$home" ] && grep -F -- "$key" "$home/.ssh/authorized_keys" 2>/dev/null | grep -qv '^[[:space:]]*#' && installed=0
sec key $installed
[ -n "$home" ] && stat -L -c '%u %a' "$home" "$home/.ssh" "$home/.ssh/authorized_keys" 2>/dev/null
report='import sys
sys.stdout.write("\n"+"\x1f".join(sys.argv[1:]+[".".join(map(str,sys.version_info[:3])),sys.prefix])+"\n")'
try() { limited "$2" -c "$report" "$nonce-py" "$1" "$2" </dev/null 2>/dev/null & }
)sh";

// The interpreters are looked for where login shells and conda put them. Start files that block cost 10 s at most; sed
// ends the reading at the answer, for what a start file leaves running keeps the pipe open.
constexpr const char* k_full = R"sh(
if command -v nvidia-smi >/dev/null 2>&1; then
  gpus=$(limited nvidia-smi -L 2>/dev/null); sec gpus $?
  printf '%s\n' "$gpus"
fi
# A start file that prints, or that ends the shell with an error, does not hide the answer.
ask='printf "\n%s-which %s\n%s-which3 %s\n%s-conda %s\n" "$0" "$(command -v python)" "$0" "$(command -v python3)" "$0" "${CONDA_EXE-}"'
login() {
  if [ "$user" = root ]; then limited "${shell:-/bin/sh}" "$@" "$ask" "$nonce" </dev/null 2>/dev/null
  else limited su -s "${shell:-/bin/sh}" "$user" -- "$@" "$ask" "$nonce" </dev/null 2>/dev/null; fi
}
which_python= which_python3= conda_exe=
heard() { limited sed -n -e "/^$nonce-which/p" -e "/^$nonce-conda/{p;q;}"; }
answer=$(HOME=$home login -l -i -c | heard)
case $answer in *"$nonce-which "*) ;; *) answer=$(HOME=$home login -l -c | heard) ;; esac
while read -r tag value; do
  case $tag in
    "$nonce-which") which_python=$value ;;
    "$nonce-which3") which_python3=$value ;;
    "$nonce-conda") conda_exe=$value ;;
  esac
done <<EOF
$answer
EOF
seen=:
candidate() {
  case $2 in /*) ;; *) return ;; esac
  case $seen in *":$2:"*) return ;; esac
  [ -x "$2" ] || return
  count=$((count + 1)); [ "$count" -le 24 ] || return
  [ "$1" = login:python3 ] || [ "$1" = login:python ] || seen=$seen$2:
  try "$1" "$2"
}
count=0
sec pythons 0
candidate login:python "$which_python"
candidate login:python3 "$which_python3"
[ -n "$wanted" ] && candidate path "$wanted"
for root in "${conda_exe%/bin/conda}" /opt/conda /opt/miniconda3 /opt/anaconda3 /opt/miniforge3 /opt/mambaforge /usr/local/miniconda3 \
  /usr/local/anaconda3 "$home/miniconda3" "$home/anaconda3" "$home/miniforge3" "$home/mambaforge"; do
  [ -n "$root" ] && [ -d "$root/conda-meta" ] || continue
  candidate conda:base "$root/bin/python"
  for environment in "$root"/envs/*; do candidate "conda:${environment##*/}" "$environment/bin/python"; done
done
if [ -r "$home/.conda/environments.txt" ]; then
  while read -r environment; do
    case $environment in */envs/*) candidate "conda:${environment##*/}" "$environment/bin/python" ;; esac
  done < "$home/.conda/environments.txt"
fi
for candidate in /usr/bin/python3 /usr/local/bin/python3; do candidate system "$candidate"; done
wait
)sh";

constexpr const char* k_known = R"sh(
sec pythons 0
try "$known_source" "$known_path"
wait
)sh";

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> lines(const Section* section) {
  std::vector<std::string> kept;
  if (section == nullptr) return kept;
  for (auto& line : split(section->body, '\n')) {
    if (!line.empty()) kept.push_back(std::move(line));
  }
  return kept;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

// "ssh-ed25519 AAAA…" without the comment.
std::vector<std::string> read_host_keys(const Section* section) {
  std::vector<std::string> keys;
  for (const auto& line : lines(section)) {
    const auto fields = split(line, ' ');
    if (fields.size() < 2 || !is_printable(line) || !(fields[0].starts_with("ssh-") || fields[0].starts_with("ecdsa-")))
      continue;
    keys.push_back(fields[0] + " " + fields[1]);
  }
  return keys;
}

std::vector<plan::Python> read_pythons(const Section* section) {
  std::vector<plan::Python> pythons;
  for (const auto& line : lines(section)) {
    const auto fields = split(line, k_separator);
    if (fields.size() != 5 || !fields[0].ends_with("-py") || !std::ranges::all_of(fields, is_printable)) continue;
    pythons.push_back({fields[2], fields[3], fields[4], fields[1]});
  }
  std::ranges::sort(pythons, {}, [](const plan::Python& p) { return std::pair(p.source, p.path); });
  return pythons;
}

}  // namespace

std::string inside_script(const InsideQuestion& question, const std::string& nonce) {
  const bool is_path = question.python.starts_with('/');
  return settings(question, nonce) + assign("wanted", is_path ? question.python : "") + k_common + k_full;
}

std::string inside_script(const InsideQuestion& question, const std::string& nonce, const plan::Python& known) {
  return settings(question, nonce) + assign("known_source", known.source) + assign("known_path", known.path) +
         k_common + k_known;
}

Result<plan::Inside> read_inside(const std::vector<Section>& sections, const InsideQuestion& question) {
  const Section* user = find_section(sections, "user");
  const Section* pythons = find_section(sections, "pythons");
  if (user == nullptr || pythons == nullptr) {
    return fail(ErrorCode::inside_failed, "container", "the look inside it ended early",
                "try: helper ensure again; a container without /bin/sh cannot be looked into");
  }
  plan::Inside inside;
  const auto identity = split(user->body, '\n');
  if (identity.size() >= 2 && !identity[0].empty() && identity[1].starts_with('/') && is_printable(identity[1]))
    inside.user_home = trimmed(identity[1]);
  if (const auto* sshd = find_section(sections, "sshd")) inside.sshd_path = trimmed(sshd->body);
  const auto is_zero = [&](const char* name) {
    const auto* section = find_section(sections, name);
    return section != nullptr && section->status == 0;
  };
  inside.sshd_listening = is_zero("ssh_listens");
  inside.jupyter_listening = question.jupyter_port != 0 && is_zero("jupyter_listens");
  inside.host_keys = read_host_keys(find_section(sections, "host_keys"));
  if (const auto* key = find_section(sections, "key"))
    inside.key_installed = key->status == 0 && modes_are_strict(key->body, identity[0]);
  if (const auto* gpus = find_section(sections, "gpus")) {
    inside.nvidia_smi = gpus->status == 0;
    if (inside.nvidia_smi) {
      for (auto& line : lines(gpus)) {
        if (line.starts_with("GPU ") && is_printable(line)) inside.gpus.push_back(std::move(line));
      }
    }
  }
  inside.pythons = read_pythons(pythons);
  return inside;
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
