#include "engine/act_ssh.hpp"

#include "base/shell.hpp"
#include "engine/act_run.hpp"
#include "engine/cli.hpp"
#include "plan/places.hpp"
#include "plan/ways.hpp"

namespace helper::engine {
namespace {

constexpr Milliseconds k_send_limit = std::chrono::minutes(20);  // 8 MB; 8 kB/s is slow enough

Command script_command(std::string script, Milliseconds limit) { return {std::move(script), {}, limit}; }

// `docker cp` reaches into volumes of a container that never ran.
// The lender's name is a lock: two that filled the volume at once would run each other's half-written programs. One
// that was left behind, by a command that was cut off, is removed after five minutes.
constexpr const char* k_fill = R"sh(
tries=0 missing=0
until trouble=$("$engine" create --name "$lender" --volume "$volume:/bundle" -- "$image" true 2>&1 </dev/null); do
  if "$engine" container inspect -- "$lender" >/dev/null 2>&1 </dev/null; then missing=0; else missing=$((missing + 1)); fi
  if [ $missing -gt 2 ]; then printf '%s\n' "$trouble" >&2; exit 1; fi
  tries=$((tries + 1))
  if [ $tries -gt 1500 ]; then "$engine" rm --force -- "$lender" </dev/null >/dev/null 2>&1; fi
  sleep 0.2 2>/dev/null || sleep 1
done
trap '"$engine" rm --force -- "$lender" </dev/null >/dev/null' EXIT
trap 'exit 1' HUP INT TERM
if "$engine" cp "$lender:/bundle/complete" - </dev/null >/dev/null 2>&1; then cat >/dev/null; exit 0; fi
"$engine" cp - "$lender:/bundle"
)sh";

// `docker cp` needs nothing inside, but sees only the root file system: from there the bundle's own tools move it on.
constexpr const char* k_send = R"sh(
if [ "$("$engine" container inspect --format '{{.HostConfig.ReadonlyRootfs}}' -- "$container" </dev/null)" = true ]; then
  exec "$engine" exec --interactive --user 0 -- "$container" sh -c 'mkdir -p /dev/helper/ssh && cd /dev/helper/ssh && tar xzf -'
fi
empty=$(mktemp -d) || exit
chmod 755 "$empty"
"$engine" cp "$empty" "$container:/.helper-ssh" </dev/null
status=$?
rmdir "$empty"
[ $status = 0 ] || exit $status
"$engine" cp - "$container:/.helper-ssh" || exit
"$engine" exec --user 0 -- "$container" /.helper-ssh/bin/busybox sh -c '
  mkdir -p /dev/helper && cp -a /.helper-ssh /dev/helper/ssh.new && rm -rf /dev/helper/ssh && mv /dev/helper/ssh.new /dev/helper/ssh
  status=$?
  rm -rf /.helper-ssh
  exit $status' </dev/null
)sh";

// Every file is complete before it takes its name. $folder is made by root, here or (for an sshd of the user's own)
// before.
constexpr const char* k_write = R"sh(set -e
umask 022
[ "$as_user" = yes ] || mkdir -p "$folder"
umask 077
write() { printf '%s' "$2" > "$folder/$1.new"; chmod "$3" "$folder/$1.new"; mv -f "$folder/$1.new" "$folder/$1"; }
write host_ed25519 "$host_ed25519" 600
write host_ecdsa "$host_ecdsa" 600
write authorized_keys "$authorized_keys" 644
write sshd_config "$sshd_config" 600
write keep "$keep" 600
if [ "$from_bundle" = yes ]; then
  chmod 755 /dev/helper/ssh 2>/dev/null || true # every user runs programs of it; an earlier version left it to root
  # Accounts as sshd sees them: the container's own, and what sshd insists on. A locked password (!) does not lock out a key.
  b=/dev/helper/ssh/bin/busybox
  ln -sf $b "$folder/sh"
  { [ ! -r /etc/passwd ] || cat /etc/passwd; } | awk -F: -v OFS=: -v user="$user" -v sh="$folder/sh" '
    $1 == "root" { root = 1 } $1 == "sshd" { sshd = 1 }
    $1 == user { program = $7 == "" ? "/bin/sh" : $7; if (system("test -x \"" program "\"") != 0) $7 = sh }
    NF >= 7 { print }
    END { home = system("test -d /root") == 0 ? "/root" : "/"
          shell = system("test -x /bin/sh") == 0 ? "/bin/sh" : sh
          if (!root) print "root", "x", 0, 0, "root", home, shell
          if (!sshd) print "sshd", "x", 65533, 65533, "", "/dev/sshd", "/nonexistent" }' > "$folder/passwd"
  { { [ ! -r /etc/group ] || cat /etc/group; }; grep -q '^root:' /etc/group 2>/dev/null || echo root:x:0:; echo helper_sshd:x:65533:; } > "$folder/group"
  awk -F: '{ print $1 ":*:19000:0:99999:7:::" }' "$folder/passwd" > "$folder/shadow"
  chmod 644 "$folder/passwd" "$folder/group"
  [ "$as_user" = yes ] || { mkdir -p /dev/sshd; chmod 755 /dev/sshd; }
else
  # The server's /run is left as it is: an sshd of its own has made that folder there, or has not.
  if [ "$own_run" != yes ]; then
    [ -d /run/sshd ] || { echo "Error: the container's sshd needs the folder /run/sshd, and /run in it is the server's own" >&2; exit 1; }
  elif [ "$as_user" != yes ]; then
    mkdir -p /run/sshd; chown 0:0 /run/sshd; chmod 755 /run/sshd
  fi
  # Without PAM sshd refuses an account whose password is locked by '!'.
  case $(grep "^$user:" /etc/shadow 2>/dev/null) in "$user:!"*) sed -i 's/^UsePAM no$/UsePAM yes/' "$folder/sshd_config" ;; esac
fi
)sh";

// The first line of the file keeps the time of its folder, which `eject` gives back.
constexpr const char* k_profile = R"sh(
if [ "$as_user" != yes ]; then
  write profile "$profile" 600
  if [ "$own_profile" = yes ] && [ -d /etc/profile.d ] && [ -w /etc/profile.d ] && [ ! -e /etc/profile.d/helper.sh ] && [ ! -L /etc/profile.d/helper.sh ]; then
    when=$(stat -c %y /etc/profile.d 2>/dev/null || true)
    printf '# helper %s\n[ -r /dev/helper/run/profile ] && . /dev/helper/run/profile\n' "$when" > /etc/profile.d/helper.sh 2>/dev/null &&
      chmod 644 /etc/profile.d/helper.sh || true
  fi
fi
)sh";

// sshd hands its umask down to the sessions.
constexpr const char* k_start = R"sh(
umask 022
# A fingerprint of secrets among others: for root, who looks; without its capabilities it reads no file of the user's else.
readers=600
[ "$as_user" = no ] || readers=644
if [ -r "$folder/setup" ]; then
  read -r old keeper < "$folder/setup"
  if grep -q "$folder/keep" "/proc/$keeper/cmdline" 2>/dev/null; then kill "$keeper" 2>/dev/null || true; fi
  rm -f "$folder/setup"
fi
# All connections come from the server's address. From OpenSSH 9.8 on sshd shuts out an address for what one of its users
# does, and older ones do not know the word.
if $clean "$sshd" -t -f "$folder/sshd_config" -o PerSourcePenalties=no </dev/null >/dev/null 2>&1; then
  echo 'PerSourcePenalties no' >> "$folder/sshd_config"
fi
$clean "$sshd" -t -f "$folder/sshd_config" </dev/null
if [ "$listens" != yes ]; then
  printf '%s pipe\n' "$print" > "$folder/setup"
  chmod "$readers" "$folder/setup"
  exit 0
fi
listens() {
  for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r _ address _ state _; do
      [ "$state" = 0A ] || continue
      case $address in *:"$port") return 0 ;; esac
    done < "$table"
  done
  return 1
}
tries=0
while listens && [ $tries -lt 40 ]; do sleep 0.05; tries=$((tries + 1)); done
if listens; then echo "Error: another program of the container listens on helper's port" >&2; exit 1; fi
: > "$folder/log"
detach=
if command -v setsid >/dev/null 2>&1; then detach=setsid; fi
$detach $shell "$folder/keep" </dev/null >/dev/null 2>&1 &
keeper=$!
tries=0
until listens; do
  tries=$((tries + 1))
  if [ $tries -gt 200 ]; then
    echo "Error: sshd does not start: $(tail -n 1 "$folder/log")" >&2
    kill $keeper
    exit 1
  fi
  sleep 0.05
done
printf '%s %s\n' "$print" "$keeper" > "$folder/setup"
chmod "$readers" "$folder/setup"
)sh";

// Starts sshd again when it dies; ever more slowly when it dies at once.
constexpr const char* k_keep = R"sh(
child=
trap 'kill $child 2>/dev/null; exit 0' TERM INT HUP
pause=1
while :; do
  began=$(date +%s)
  $clean "$sshd" -D -e -f "$folder/sshd_config" </dev/null 2>> "$folder/log" &
  child=$!
  wait $child
  if [ $(($(date +%s) - began)) -gt 10 ]; then pause=1; fi
  if [ "$(wc -c < "$folder/log")" -gt 65536 ]; then : > "$folder/log"; fi
  sleep $pause &
  child=$!
  wait $child
  if [ $pause -lt 30 ]; then pause=$((pause * 2)); fi
done
)sh";

// The volume is the user's, whatever ids its user had in the container before.
constexpr const char* k_give_cache = R"sh(
ls -ldn "$cache" | { read -r _ _ uid gid _; [ "$uid:$gid" = "$owner" ]; } || chown -R -h "$owner" "$cache"
)sh";

// As the user: root follows no link that the user made. What is in a folder of that name stays.
constexpr const char* k_link_cache = R"sh(
chmod 700 "$cache" || exit
umask 077
mkdir -p "$HOME/.cache" && cd "$HOME/.cache" || exit
if [ -d JetBrains ] && [ ! -L JetBrains ]; then rmdir JetBrains 2>/dev/null || exit; fi
[ -L JetBrains ] || ln -s "$cache" JetBrains
)sh";

constexpr const char* k_eject = R"sh(
for folder in /dev/helper/run /dev/helper/user; do
  [ -r "$folder/setup" ] || continue
  read -r print keeper < "$folder/setup"
  if grep -q "$folder/keep" "/proc/$keeper/cmdline" 2>/dev/null; then kill "$keeper" 2>/dev/null; fi
done
for file in /dev/helper/run/*/pid /dev/helper/run/*/own/keeper /dev/helper/run/*/own/pid; do
  [ -f "$file" ] || continue
  read -r pid _ < "$file"
  if grep -q /dev/helper "/proc/$pid/cmdline" 2>/dev/null; then kill "$pid" 2>/dev/null; fi
done
file=/etc/profile.d/helper.sh
if [ "$own_profile" = yes ] && grep -q /dev/helper/run/profile $file 2>/dev/null; then
  read -r _ mark when < $file
  rm -f $file
  if [ "$mark" = helper ] && [ -n "$when" ]; then touch -d "$when" /etc/profile.d 2>/dev/null; fi
fi
rm -rf /dev/helper/run /dev/helper/user
rm -rf /dev/sshd 2>/dev/null
while read -r _ place _; do case $place in /dev/helper/ssh | /dev/helper) exit 0 ;; esac; done < /proc/mounts
rm -rf /dev/helper
exit 0
)sh";

// Words of ours without any space: they are split again by the shell.
std::string joined(const Argv& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Argv shell_in(const plan::SshdSetup& setup) {
  if (setup.from_bundle) return {std::string(plan::k_bundle_folder) + "/bin/busybox", "sh"};
  return {"sh"};
}

std::string settings_of(const plan::SshdSetup& setup) {
  const auto yes = [](bool value) { return std::string(value ? "yes" : "no"); };
  return assign("folder", setup.folder) + assign("sshd", setup.sshd) + assign("user", setup.user) +
         assign("as_user", yes(setup.as_user)) + assign("own_profile", yes(setup.own_profile)) +
         assign("own_run", yes(setup.own_run)) + assign("from_bundle", yes(setup.from_bundle)) +
         assign("listens", yes(setup.listens)) + assign("clean", joined(plan::clean_environment(setup))) +
         assign("shell", joined(shell_in(setup)));
}

std::string port_as_hex(std::uint16_t port) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string hex;
  for (int shift = 12; shift >= 0; shift -= 4) hex += k_digits[static_cast<std::size_t>(port >> shift) & 0xfU];
  return hex;
}

std::string exec(const EngineCli& cli, std::initializer_list<const char*> options, const std::string& container,
                 const Argv& program) {
  Argv argv = cli.argv({"exec"});
  argv.insert(argv.end(), options.begin(), options.end());
  argv.insert(argv.end(), {"--", container});
  argv.insert(argv.end(), program.begin(), program.end());
  return shell::quote(argv);
}

// It never keeps sshd from starting: without the link a backend is installed in the container itself.
std::string link_backend_cache(const EngineCli& cli, const std::string& container, const plan::SshdSetup& setup) {
  const std::string values = assign("cache", plan::k_backend_cache) + assign("owner", setup.cache_owner);
  const auto run = [&](std::initializer_list<const char*> options, const char* script) {
    Argv program = shell_in(setup);
    program.insert(program.end(), {"-c", values + script});
    return exec(cli, options, container, program) + " </dev/null >/dev/null 2>&1; ";
  };
  return run({"--privileged", "--user", "0"}, k_give_cache) + run({"--user", setup.user.c_str()}, k_link_cache);
}

}  // namespace

Result<void> fill_bundle_volume(CommandRunner& server, const EngineCli& cli, const plan::FillBundleVolume& action,
                                const OutputSink& on_progress, const std::stop_token& stop) {
  Command command = script_command(
      k_engine_path + ("\n" + assign("engine", cli.program) + assign("lender", "helper-lend-" + action.bundle.digest)) +
          assign("volume", action.volume) + assign("image", action.image) + k_fill,
      k_send_limit);
  command.stdin_file = action.bundle.file;
  HELPER_TRY(run_or_fail(server, command, ErrorCode::inside_failed, "volume " + action.volume,
                         "look at it on the server: " + cli.program + " volume inspect " + shell::quote(action.volume),
                         stop, on_progress));
  return {};
}

Result<void> send_bundle(CommandRunner& server, const EngineCli& cli, const plan::SendBundle& action,
                         const OutputSink& on_progress, const std::stop_token& stop) {
  Command command = script_command(
      k_engine_path + ("\n" + assign("engine", cli.program) + assign("container", action.name)) + k_send, k_send_limit);
  command.stdin_file = action.bundle.file;
  HELPER_TRY(
      run_or_fail(server, command, ErrorCode::inside_failed, "SSH server for container " + action.name,
                  "a container with a read-only root file system needs a shell and tar for this; one that helper "
                  "makes itself needs neither",
                  stop, on_progress));
  return {};
}

Result<void> start_sshd(CommandRunner& server, const EngineCli& cli, const std::string& container,
                        const plan::SshdSetup& setup, const HostKeyFiles& host_keys, const std::string& print,
                        const std::stop_token& stop) {
  const std::string settings = settings_of(setup);
  const std::string keep = assign("folder", setup.folder) + assign("sshd", setup.sshd) +
                           assign("clean", joined(plan::clean_environment(setup))) + k_keep;
  Command command = script_command(k_engine_path, k_start_limit);
  if (!setup.cache_owner.empty()) command.script += link_backend_cache(cli, container, setup);
  if (setup.as_user) {
    // Only the folder needs what the container's root may not do; the engine's own right does it.
    const std::string make = "umask 022; mkdir -p /dev/helper && mkdir -p " + setup.folder + " && chown " +
                             shell::quote(setup.user) + " " + setup.folder + " && chmod 755 " + setup.folder;
    Argv program = shell_in(setup);
    program.insert(program.end(), {"-c", make});
    command.script += exec(cli, {"--privileged", "--user", "0"}, container, program) + " </dev/null && ";
  }
  command.script +=
      exec(cli, {"--interactive", "--user", setup.as_user ? setup.user.c_str() : "0"}, container, shell_in(setup));
  command.stdin_text = settings + assign("host_ed25519", host_keys.ed25519) + assign("host_ecdsa", host_keys.ecdsa) +
                       assign("authorized_keys", setup.authorized_keys) + assign("sshd_config", setup.config) +
                       assign("profile", setup.profile) + assign("print", print) + assign("keep", keep) +
                       assign("port", port_as_hex(plan::k_container_ssh_port)) + k_write + k_profile + k_start;
  HELPER_TRY(run_or_fail(server, command, ErrorCode::inside_failed, "sshd in container " + container,
                         look_inside(cli, container), stop));
  return {};
}

Result<void> eject(CommandRunner& server, const EngineCli& cli, const plan::Eject& action,
                   const std::stop_token& stop) {
  const std::string& container = action.name;
  const std::string script = assign("own_profile", action.own_profile ? "yes" : "no") + k_eject;
  const std::string choose =
      "b=/dev/helper/ssh/bin/busybox; if [ -x $b ]; then exec $b sh -c \"$0\"; else eval \"$0\"; fi";
  const std::string by_image = exec(cli, {"--user", "0"}, container, {"sh", "-c", choose, script});
  const std::string by_bundle =
      exec(cli, {"--user", "0"}, container, {std::string(plan::k_bundle_folder) + "/bin/busybox", "sh", "-c", script});
  const Command command = script_command(
      k_engine_path + by_image + " </dev/null 2>/dev/null; case $? in 126|127) " + by_bundle + " </dev/null ;; esac",
      k_start_limit);
  HELPER_TRY(run_or_fail(server, command, ErrorCode::inside_failed, "container " + container,
                         look_inside(cli, container), stop));
  return {};
}

}  // namespace helper::engine
