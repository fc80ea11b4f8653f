#include "engine/look.hpp"

#include "plan/places.hpp"

#include <algorithm>
#include <charconv>

namespace helper::engine {
namespace {

std::uint32_t id_of(const std::string& text) {
  std::uint32_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

}  // namespace

// /proc/net/tcp: "sl local_address rem_address st …", addresses as HEX:PORT, state 0A is LISTEN (Linux,
// net/ipv4/tcp_ipv4.c).
std::string_view listens_function() {
  return R"sh(
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
)sh";
}

std::string port_hex(std::uint16_t port) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text += k_digits[(port >> shift) & 0xf];
  return text;
}

// Without timeout(1): busybox's leaves a process behind that ends a second later, and stays a zombie for ever where
// process 1 of the container reaps nobody. Here each process is waited for by the one that started it. A sleep that is
// not there, or that is ended, ends nothing. Descriptor 7, because what runs in the background gets no standard input
// otherwise.
std::string_view look_limits() {
  return R"sh(
# Of a session of its own, so that what it has started ends with it.
if command -v setsid >/dev/null 2>&1; then leader=setsid all=-; else leader='' all=''; fi
limited_by() {
  how=$1 seconds=$2; shift 2
  { $leader "$@" <&7 & } 7<&0
  limited_job=$!
  {
    nap='' over=''
    # KILL, because a child that has not yet become the sleep has this very trap.
    trap 'over=yes; [ -z "$nap" ] || kill -KILL "$nap"' TERM
    pause() {
      [ -z "$over" ] || return 1
      sleep "$1" & nap=$!
      [ -z "$over" ] || kill -KILL "$nap"
      wait "$nap"; napped=$?
      wait "$nap"
      nap=''
      return "$napped"
    }
    pause "$seconds" && kill "-$how" "$all$limited_job" && [ "$how" != KILL ] && pause 1 && kill -KILL "$all$limited_job"
  } </dev/null >/dev/null 2>&1 &
  limit_job=$!
  wait "$limited_job"; limited_status=$?
  kill "$limit_job" 2>/dev/null
  wait "$limit_job" 2>/dev/null
  return "$limited_status"
}
# KILL, because an interactive shell ignores TERM.
limited_to() { limited_by KILL "$@"; }
# For what cleans up after itself when its terminal goes, such as a start file that holds a lock: KILL comes a second later.
gently_limited_to() { limited_by HUP "$@"; }
)sh";
}

std::string_view look_begin() {
  static const std::string script = std::string(listens_function()) + std::string(look_limits()) + R"sh(
entry=$(getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd 2>/dev/null)
# An image of one program may have no accounts at all; its root is there nevertheless.
if [ -z "$entry" ] && [ "$user" = root ]; then
  if [ -d /root ]; then entry=root:x:0:0:root:/root:/bin/sh; else entry=root:x:0:0:root:/:/bin/sh; fi
fi
[ -n "$entry" ]
IFS=: read -r _ _ uid gid _ home shell <<EOF
$entry
EOF
sec user $?
printf '%s\n%s\n' "$uid" "$home"
sec account 0
printf '%s\n%s\n' "${uid:-0}" "${gid:-0}"
# Who here has the id of the project's owner on the server. $HELPER_OWNER and $HELPER_RUN come with the command.
if [ -n "$HELPER_OWNER" ]; then
  while IFS=: read -r name _ id _; do
    if [ "$id" = "$HELPER_OWNER" ]; then printf '%s\n' "$name"; break; fi
  done < /etc/passwd
fi
# What the home tells counts too: there helper put the marks of a container that an earlier version made.
marked() {
  for folder in )sh" + std::string(plan::k_marks_folder) +
                                    " " + plan::k_run_folder + R"sh( "$home/.local/state/helper"; do
    mark=''
    [ ! -r "$folder/$1" ] || read -r mark < "$folder/$1"
    [ -z "$mark" ] || [ "$mark" != "$2" ] || return 0
  done
  return 1
}
[ -n "$HELPER_RUN" ] && marked post_create "${HELPER_RUN%%@*}"; sec post_create $?
[ -n "$HELPER_RUN" ] && marked post_start "${HELPER_RUN#*@}"; sec post_start $?
)sh";
  return script;
}

// cd and $PWD instead of readlink: no process is started for a folder. /proc/self/mountinfo (proc(5)): the fourth field
// is the folder of the file system that is shown, the fifth is where, with \040 for a blank; engines keep a volume's
// files in .../_data.
std::string_view look_places() {
  return R"sh(
sec places 0
here=$PWD
for place in /etc /etc/profile.d /run /run/sshd /var/run /var/lib /home /dev "$home" "$home/.cache" "$home/.cache/JetBrains"; do
  if cd -P -- "$place" 2>/dev/null && [ "$PWD" != "$place" ]; then printf '%s\t%s\n' "$place" "$PWD"; fi
done
cd -- "$here" 2>/dev/null || cd /
for place in /etc/passwd /etc/group /etc/shadow; do
  if [ -L "$place" ]; then printf '%s\t%s\n' "$place" "$(readlink -f "$place")"; fi
done
sec bound 0
while read -r _ _ _ root place rest; do
  case $root in */_data | */_data/*) continue ;; esac
  case $rest in *' - tmpfs '*) continue ;; esac
  printf '%b\n' "$place"
done < /proc/self/mountinfo
)sh";
}

void read_user(const std::vector<Section>& sections, plan::Inside& inside) {
  const auto* user = find_section(sections, "user");
  if (user == nullptr) return;
  const auto identity = split(user->body, '\n');
  if (identity.size() >= 2 && !identity[0].empty() && identity[1].starts_with('/') && is_printable(identity[1]))
    inside.user_home = trimmed(identity[1]);
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

std::vector<std::string> lines_of(const std::vector<Section>& sections, std::string_view name) {
  std::vector<std::string> kept;
  const auto* section = find_section(sections, name);
  if (section == nullptr) return kept;
  for (auto& line : split(section->body, '\n')) {
    if (!line.empty()) kept.push_back(std::move(line));
  }
  return kept;
}

bool is_zero(const std::vector<Section>& sections, std::string_view name) {
  const auto* section = find_section(sections, name);
  return section != nullptr && section->status == 0;
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

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace helper::engine
