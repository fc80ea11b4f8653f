#include "engine/act_user.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "engine/act_run.hpp"
#include "plan/env_pieces.hpp"
#include "plan/places.hpp"

namespace helper::engine {
namespace {

constexpr std::size_t k_max_words = 300;  // of a command's last line, in bytes
constexpr Milliseconds k_hook_limit = std::chrono::minutes(60);

// The files are edited here, because minimal images have neither useradd nor usermod. `replace FILE MODE` puts standard
// input in a file's place; a file that is a mount of its own (Podman may do that) takes no mv, and is written in place.
constexpr const char* k_accounts = R"sh(set -e
umask 022
replace() {
  cat > "$1.helper"
  chmod "$2" "$1.helper"
  mv -f "$1.helper" "$1" 2>/dev/null || { cat "$1.helper" > "$1"; rm -f "$1.helper"; }
}
# The name of the first entry of FILE whose third field is ID.
with_id() {
  while IFS=: read -r name _ id _; do
    if [ "$id" = "$2" ]; then printf '%s' "$name"; return; fi
  done < "$1"
}
has_name() { grep -q "^$2:" "$1" 2>/dev/null; }
# A group of the user's own with the id, unless some group has it.
make_group() {
  [ -z "$(with_id /etc/group "$gid")" ] || return 0
  group=$user
  if has_name /etc/group "$group"; then group=$user-$gid; fi
  printf '%s:x:%s:\n' "$group" "$gid" >> /etc/group
}
)sh";

// The '*' in shadow is no password and, unlike '!', no lock that keeps a key out.
constexpr const char* k_make_user = R"sh(
has_name /etc/passwd "$user" && { echo "Error: there is a user $user already" >&2; exit 1; }
taken=$(with_id /etc/passwd "$uid")
[ -z "$taken" ] || { echo "Error: the user id $uid is that of $taken" >&2; exit 1; }
shell=/bin/sh
[ ! -x /bin/bash ] || shell=/bin/bash
home=/home/$user
if [ ! -d "$home" ]; then
  [ "$own_home" = yes ] || { echo "Error: $home would be a folder of the server, which is mounted there, and helper makes none" >&2; exit 1; }
  mkdir -p /home
  if [ -d /etc/skel ]; then cp -R /etc/skel "$home"; else mkdir "$home"; fi
  chown -R "$uid:$gid" "$home"
  chmod 755 "$home"
fi
make_group
[ ! -f /etc/shadow ] || has_name /etc/shadow "$user" || printf '%s:*:19000:0:99999:7:::\n' "$user" >> /etc/shadow
printf '%s:x:%s:%s::%s:%s\n' "$user" "$uid" "$gid" "$home" "$shell" >> /etc/passwd
)sh";

// A mounted project below the home is the server's, and stays as it is: $leave are the words by which find leaves such
// places out. -xdev keeps to the container's own file system where a mount of the engine's is on another.
constexpr const char* k_match_user = R"sh(
taken=$(with_id /etc/passwd "$uid")
[ -z "$taken" ] || [ "$taken" = "$user" ] || { echo "Error: the user id $uid is that of $taken" >&2; exit 1; }
entry=$(grep "^$user:" /etc/passwd) || { echo "Error: there is no user $user in /etc/passwd" >&2; exit 1; }
IFS=: read -r _ _ old_uid old_gid _ home _ <<EOF
$entry
EOF
make_group
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    "$user:"*)
      password=${line#*:}
      printf '%s:%s:%s:%s:%s\n' "$user" "${password%%:*}" "$uid" "$gid" "${line#*:*:*:*:}"
      ;;
    *) printf '%s\n' "$line" ;;
  esac
done < /etc/passwd | replace /etc/passwd 644
find=find
command -v find >/dev/null 2>&1 || find="/dev/helper/ssh/bin/busybox find"
case $own_home:$home in
  no:* | yes:/ | yes:/root | yes:) ;;
  *)
    if [ -d "$home" ]; then
      eval "set -- $leave"
      $find "$home" -xdev "$@" -user "$old_uid" -exec chown -h "$uid" {} +
      [ "$old_gid" = "$gid" ] || $find "$home" -xdev "$@" -group "$old_gid" -exec chgrp -h "$gid" {} +
    fi
    ;;
esac
)sh";

std::string who(const std::string& user, std::uint32_t uid, std::uint32_t gid) {
  return assign("user", user) + assign("uid", std::to_string(uid)) + assign("gid", std::to_string(gid));
}

std::string yes(bool value) { return value ? "yes" : "no"; }

// Words of a shell. find's -path takes a pattern (find(1)), so that what is special in one is written with a backslash.
std::string left_out(const std::vector<std::string>& places) {
  std::string words;
  for (const auto& place : places) {
    std::string pattern;
    for (const char c : place) {
      if (std::string_view("*?[]\\").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
    words += " -path " + shell::quote(pattern) + " -prune -o";
  }
  return words;
}

const char* name_of(plan::RunHooks::Moment moment) {
  return moment == plan::RunHooks::Moment::create ? "post_create" : "post_start";
}

// In one command, so that each ${containerEnv:NAME} is what the container has.
std::string exports(const std::map<std::string, std::string>& env) {
  std::string text;
  for (const auto& [name, value] : env) {
    text += " " + name + "=";
    for (const auto& piece : plan::env_pieces(value))
      text += piece.is_name ? "\"${" + piece.text + "-}\"" : shell::quote(piece.text);
  }
  return text.empty() ? text : "export" + text + "\n";
}

// Each line has a shell of its own and no standard input: that one brings this script.
std::string hook_script(const std::map<std::string, std::string>& env, const plan::RunHooks& action) {
  std::string script = "set -e\n";
  script += exports(env);
  if (!action.folder.empty()) script += "cd " + shell::quote(action.folder) + " 2>/dev/null || cd\n";
  for (const auto& line : action.lines) {
    script += "printf '%s\\n' " + shell::quote("$ " + line) + "\n";
    script += "sh -c " + shell::quote(line) + " </dev/null 2>&1\n";
  }
  return script;
}

// By root, in the container's own writable layer: the user's home may be read-only, or a folder of the server. Where
// that layer cannot be written, the mark is kept in memory, and ends when the container stops.
constexpr const char* k_mark = R"sh(
for folder in $folders; do
  mkdir -p "$folder" 2>/dev/null && printf '%s\n' "$run" 2>/dev/null > "$folder/$name" && chmod 644 "$folder/$name" && exit 0
done
echo "Error: neither of $folders can be written, so that helper cannot remember that $name has run" >&2
exit 1
)sh";

std::string mark_script(const plan::RunHooks& action) {
  const std::string memory = plan::k_run_folder;
  return assign("folders", action.own_marks ? plan::k_marks_folder + (" " + memory) : memory) +
         assign("run", action.run) + assign("name", name_of(action.moment)) + k_mark;
}

// ": " and the last line that is not empty; "" when nothing was printed.
std::string last_words(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  return ": " + printable(text.substr(text.rfind('\n') + 1), k_max_words);
}

}  // namespace

Result<void> make_user(CommandRunner& server, const EngineCli& cli, const std::string& container,
                       const plan::MakeUser& action, const std::stop_token& stop) {
  return run_inside(
      server, cli, container,
      who(action.user, action.uid, action.gid) + assign("own_home", yes(action.own_home)) + k_accounts + k_make_user,
      "user " + action.user + " in container " + container, stop);
}

Result<void> match_user(CommandRunner& server, const EngineCli& cli, const std::string& container,
                        const plan::MatchUser& action, const std::stop_token& stop) {
  return run_inside(server, cli, container,
                    who(action.user, action.uid, action.gid) + assign("own_home", yes(action.own_home)) +
                        assign("leave", left_out(action.leave)) + k_accounts + k_match_user,
                    "user " + action.user + " in container " + container, stop);
}

Result<void> run_hooks(CommandRunner& server, const EngineCli& cli, const std::string& container,
                       const std::map<std::string, std::string>& env, const plan::RunHooks& action,
                       const OutputSink& on_progress, const std::stop_token& stop) {
  const Argv argv = cli.argv({"exec", "--interactive", "--user", action.user, "--", container, "sh", "-s"});
  HELPER_TRY_ASSIGN(const auto output,
                    server.run(command(argv, k_hook_limit, hook_script(env, action)), stop, on_progress));
  if (output.exit_status == 0)
    return run_inside(server, cli, container, mark_script(action),
                      std::string("the mark that ") + name_of(action.moment) + " has run", stop);
  return fail(ErrorCode::inside_failed, name_of(action.moment),
              "it failed with exit status " + std::to_string(output.exit_status) + last_words(output.out),
              "fix the command in the config, then: helper ensure");
}

}  // namespace helper::engine
