#include "engine/act.hpp"

#include "base/shell.hpp"
#include "engine/cli.hpp"
#include "engine/read.hpp"

namespace helper::engine {
namespace {

constexpr Milliseconds k_pull_limit = std::chrono::minutes(60);
constexpr Milliseconds k_start_limit = std::chrono::minutes(5);  // a runtime may have a large image to prepare
constexpr Milliseconds k_inside_limit = std::chrono::seconds(30);

// docker may stand where a non-interactive PATH does not look.
constexpr const char* k_path = "PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/snap/bin; ";

Command command(const Argv& argv, Milliseconds limit, std::string stdin_text = {}) {
  return {k_path + shell::quote(argv), std::move(stdin_text), limit};
}

Result<CommandOutput> run(CommandRunner& server, const Command& what, ErrorCode code, const std::string& thing,
                          const std::string& fix, const std::stop_token& stop, const OutputSink& on_output = {}) {
  HELPER_TRY_ASSIGN(auto output, server.run(what, stop, on_output));
  if (output.exit_status == 0) return output;
  auto words = engine_words(output.err.empty() ? output.out : output.err);
  if (words.empty()) words = "it failed with exit status " + std::to_string(output.exit_status) + " and said nothing";
  return fail(code, thing, std::move(words), fix);
}

Result<void> run_engine(CommandRunner& server, const Command& what, const std::string& name,
                        const std::stop_token& stop) {
  HELPER_TRY(run(server, what, ErrorCode::container_failed, "container " + name,
                 "look at it on the server: docker inspect " + shell::quote(name), stop));
  return {};
}

Result<void> run_engine(CommandRunner& server, const Argv& argv, const std::string& name, const std::stop_token& stop) {
  return run_engine(server, command(argv, k_start_limit), name, stop);
}

Result<void> run_inside(CommandRunner& server, const std::string& container, const std::string& script,
                        const std::string& doing, const std::stop_token& stop) {
  HELPER_TRY(run(server, command(exec_argv(container, {"sh", "-c", script}, false), k_inside_limit),
                 ErrorCode::inside_failed, doing,
                 "look inside, on the server: docker exec -it " + shell::quote(container) + " sh", stop));
  return {};
}

std::string assign(const char* name, const std::string& value) {
  return std::string(name) + "=" + shell::quote(value) + "\n";
}

// The new file is complete before it takes the old one's name. The folder and file get the modes that sshd asks for,
// the home folder loses only write access for others. A link is followed, so that a shared authorized_keys stays
// shared.
constexpr const char* k_install_key = R"sh(set -e
umask 077
entry=$(getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd || true)
IFS=: read -r _ _ uid gid _ home _ <<EOF
$entry
EOF
[ -n "$home" ] || { echo "Error: there is no user $user" >&2; exit 1; }
mkdir -p "$home/.ssh"
file=$home/.ssh/authorized_keys
[ -L "$file" ] && file=$(readlink -f "$file")
if ! grep -F -- "$blob" "$file" 2>/dev/null | grep -qv '^[[:space:]]*#'; then
  { [ ! -s "$file" ] || { cat "$file"; [ -z "$(tail -c 1 "$file")" ] || echo; }; printf '%s\n' "$line"; } > "$file.helper"
  mv "$file.helper" "$file"
fi
chown "$uid:$gid" "$home/.ssh" "$file"
chmod 700 "$home/.ssh"
chmod 600 "$file"
chmod go-w "$home"
owner=$(stat -L -c %u "$home")
case $owner in
  "$uid" | 0) ;;
  *) echo "Error: $home belongs to the user id $owner and not to $user, so sshd takes no key from it" >&2; exit 1 ;;
esac
)sh";

// RSA is left out: it takes a second to make and nothing needs it. `-t` finds a bad sshd_config and says so before
// anything starts. The clean environment keeps LD_LIBRARY_PATH of the image away from sshd. Without UsePAM sshd refuses
// an account whose password is locked by '!', so PAM stays in that one case.
constexpr const char* k_start_sshd = R"sh(set -e
umask 022
mkdir -p /run/sshd
chown 0:0 /run/sshd
chmod 755 /run/sshd
keygen=$(command -v ssh-keygen || echo "${sshd%/sbin/sshd}/bin/ssh-keygen")
for type in ed25519 ecdsa; do
  [ -s "/etc/ssh/ssh_host_${type}_key" ] || "$keygen" -q -t "$type" -N '' -f "/etc/ssh/ssh_host_${type}_key"
done
pam=no
case $(grep "^$user:" /etc/shadow 2>/dev/null) in "$user:!"*) pam=yes ;; esac
set -- -p 22 -o PermitRootLogin=prohibit-password -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no \
  -o PubkeyAuthentication=yes -o AuthorizedKeysFile=.ssh/authorized_keys -o UsePAM=$pam
clean="env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
$clean "$sshd" -t "$@"
$clean "$sshd" "$@" </dev/null >/dev/null 2>&1
)sh";

}  // namespace

Result<void> pull_image(CommandRunner& server, const plan::PullImage& action, const OutputSink& on_progress,
                        const std::stop_token& stop) {
  HELPER_TRY(run(server, command({"docker", "pull", "--", action.image}, k_pull_limit), ErrorCode::image_missing,
                 "image " + action.image,
                 "build it on the server (docker build -t " + shell::quote(action.image) +
                     " .), load it (docker load), or name another in helper.json: \"image\"",
                 stop, on_progress));
  return {};
}

Result<void> create_container(CommandRunner& server, const plan::Desired& desired, const plan::CreateContainer& action,
                              const std::stop_token& stop) {
  const auto& config = desired.target.container;
  Command create = command(create_argv(desired, action), k_start_limit, env_input(config));
  create.script.insert(0, env_exports(config));
  return run_engine(server, create, action.name, stop);
}

Result<void> start_container(CommandRunner& server, const std::string& name, const std::stop_token& stop) {
  return run_engine(server, {"docker", "start", "--", name}, name, stop);
}

Result<void> unpause_container(CommandRunner& server, const std::string& name, const std::stop_token& stop) {
  return run_engine(server, {"docker", "unpause", "--", name}, name, stop);
}

Result<void> stop_container(CommandRunner& server, const std::string& name, const std::stop_token& stop) {
  return run_engine(server, {"docker", "stop", "--", name}, name, stop);
}

Result<void> remove_container(CommandRunner& server, const std::string& name, const std::stop_token& stop) {
  return run_engine(server, {"docker", "rm", "--", name}, name, stop);
}

Result<void> install_key(CommandRunner& server, const std::string& container, const plan::InstallKey& action,
                         const std::stop_token& stop) {
  const auto first = action.public_line.find(' ');
  const auto second = action.public_line.find(' ', first + 1);
  const std::string blob =
      action.public_line.substr(first + 1, second == std::string::npos ? second : second - first - 1);
  return run_inside(
      server, container,
      assign("user", action.user) + assign("line", action.public_line) + assign("blob", blob) + k_install_key,
      "public key of " + action.user, stop);
}

Result<void> start_sshd(CommandRunner& server, const std::string& container, const plan::StartSshd& action,
                        const std::stop_token& stop) {
  return run_inside(server, container, assign("sshd", action.path) + assign("user", action.user) + k_start_sshd,
                    "sshd in container " + container, stop);
}

Result<std::string> container_logs(CommandRunner& server, const std::string& container, int lines,
                                   const std::stop_token& stop) {
  Command what = command({"docker", "logs", "--tail", std::to_string(lines), "--", container}, k_inside_limit);
  what.script += " 2>&1";
  HELPER_TRY_ASSIGN(auto output, run(server, what, ErrorCode::engine_failed, "container " + container,
                                     "on the server: docker ps -a", stop));
  return std::move(output.out);
}

}  // namespace helper::engine
