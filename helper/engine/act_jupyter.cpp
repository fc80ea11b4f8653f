#include "engine/act_jupyter.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "engine/act_run.hpp"
#include "engine/cli.hpp"
#include "engine/jupyter_scripts.hpp"
#include "engine/look.hpp"

#include <utility>

namespace helper::engine {
namespace {

constexpr Milliseconds k_limit = std::chrono::seconds(90);  // of all scripts together; the longest waits 15 s
constexpr std::size_t k_max_cause = 600;                    // bytes

std::string in_container(const EngineCli& cli, const std::string& container, const std::string& user, const char* how,
                         const std::string& script) {
  Argv argv = cli.argv({"exec"});
  if (*how != '\0') argv.emplace_back(how);
  argv.insert(argv.end(), {"--user", user, "--", container, "sh", "-c", script});
  return shell::quote(argv);
}

// As root: a folder, new, so that nothing in it is a link that somebody laid there, and a folder for the user in it.
// Without CAP_CHOWN that is one in which everybody may make files of his own, as /tmp is.
constexpr const char* k_make_folders = R"sh(set -e
umask 022
mkdir -p /dev/helper/run
rm -rf "$jupyter"
mkdir -m 755 "$jupyter"
mkdir -m 711 "$own"
[ "$user" = root ] || chown "$user" "$own" 2>/dev/null || chmod 1777 "$own"
umask 077
printf '%s\n' "$setup" > "$jupyter/setup"
cat > "$jupyter/token"
)sh";

// As the user. noclobber makes each file new: one that another user has laid there is refused.
constexpr const char* k_make_files = R"sh(set -eC
mkdir -p -- "$folder"
umask 077
printf '%s\n' "$starter" > "$own/start.py"
cat > "$own/config.json"
)sh";

// As the user. What Python says before start.py takes the output over is in the log too.
constexpr const char* k_launch = R"sh(export HOME
umask 077
exec > "$own/log" 2>&1
umask 022
exec "$python" "$own/start.py" "$own" "$module" "$folder"
)sh";

// As the user. Once there is a pid file, a process that is gone is gone.
constexpr const char* k_await = R"sh(
seconds() { read -r now _ < /proc/uptime; echo "${now%%.*}"; }
end=$(($(seconds) + 15))
why='it does not listen after 15 s'
while [ "$(seconds)" -lt "$end" ]; do
  if ours; then
    ours_listens "$port" && exit 0
  elif [ -f "$own/pid" ]; then
    why='it ended at once'
    break
  fi
  sleep 0.2 2>/dev/null || sleep 1
done
[ -f "$own/pid" ] || why='it did not start'
printf '%s; the end of its log:\n' "$why"
grep '[[:alnum:]]' "$own/log" 2>/dev/null | tail -n 4
exit 1
)sh";

constexpr const char* k_stop = R"sh(
ours || exit 0
: > "$own/stopped"
kill "$pid"
tries=0
while ours && [ "$tries" -lt 50 ]; do
  [ "$tries" = 40 ] && kill -KILL "$pid"
  sleep 0.2 2>/dev/null || { sleep 1; tries=$((tries + 4)); }
  tries=$((tries + 1))
done
! ours
)sh";

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string one_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  replace_all(text, "\n", " / ");
  return printable(text, k_max_cause);
}

Result<void> run(CommandRunner& server, const EngineCli& cli, const Command& command, const std::string& container,
                 const std::string& token, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(auto output, server.run(command, stop));
  if (output.exit_status == 0) return {};
  std::string words = output.out.empty() ? std::move(output.err) : std::move(output.out);
  if (!token.empty()) replace_all(words, token, "TOKEN");
  if (words.empty()) words = "it failed with exit status " + std::to_string(output.exit_status) + " and said nothing";
  return fail(ErrorCode::inside_failed, "Jupyter in container " + container, one_line(std::move(words)),
              "its whole log, on the server: " + cli.program + " exec " + shell::quote(container) + " cat " +
                  std::string(k_jupyter_own) + "/log");
}

}  // namespace

Result<void> start_jupyter(CommandRunner& server, const EngineCli& cli, const std::string& container,
                           const plan::JupyterSetup& setup, const std::string& token, const std::stop_token& stop) {
  const std::string common = assign("jupyter", k_jupyter_folder) + assign("own", k_jupyter_own);
  const std::string module = setup.package.kind == plan::JupyterKind::lab ? "jupyterlab" : "notebook";
  const std::string make_folders =
      common + assign("user", setup.user) + assign("setup", to_line(setup)) + k_make_folders;
  const std::string make_files =
      common + assign("folder", setup.folder) + assign("starter", std::string(jupyter_starter())) + k_make_files;
  const std::string launch = common + assign("python", setup.package.python) + assign("module", module) +
                             assign("folder", setup.folder) + assign("HOME", setup.home) + k_launch;
  const std::string await = std::string(ours_function()) + std::string(ours_listens_function()) +
                            assign("port", port_hex(setup.port)) + k_await;
  // The token is the first line of the input; `printf` is the shell's own, so that no command line has it.
  std::string script = std::string(k_engine_path) + "\nIFS= read -r helper_token\n";
  script += "printf '%s\\n' \"$helper_token\" | " + in_container(cli, container, "0", "--interactive", make_folders) +
            " &&\n";
  script += in_container(cli, container, setup.user, "--interactive", make_files) + " &&\n";
  script += in_container(cli, container, setup.user, "--detach", launch) + " </dev/null &&\n";
  script += in_container(cli, container, setup.user, "", await) + " </dev/null\n";
  return run(server, cli, {std::move(script), token + "\n" + jupyter_config(setup, token), k_limit}, container, token,
             stop);
}

Result<void> stop_jupyter(CommandRunner& server, const EngineCli& cli, const std::string& container,
                          const plan::StopJupyter& action, const std::stop_token& stop) {
  const std::string script =
      k_engine_path +
      in_container(cli, container, std::to_string(action.uid), "", std::string(ours_function()) + k_stop) +
      " </dev/null\n";
  return run(server, cli, {script, {}, k_limit}, container, {}, stop);
}

}  // namespace helper::engine
