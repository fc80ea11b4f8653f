#include "inside/jupyter.hpp"

#include "base/sections.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "inside/scripts.hpp"
#include "plan/install.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace helper::inside {
namespace {

using shell::assign;

constexpr Milliseconds k_limit = std::chrono::seconds(90);  // of all scripts together; the longest waits 30 s
constexpr Milliseconds k_install_limit = std::chrono::minutes(60);
constexpr std::size_t k_max_cause = 600;  // bytes

std::string begin(const std::string& folder) {
  return jupyter_places(folder) + script_begin({}) + std::string(scripts::jupyter_ours);
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string one_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  replace_all(text, "\n", " / ");
  return printable(text, k_max_cause);
}

Result<void> run(CommandRunner& server, const Place& place, const std::string& folder, const Command& command,
                 const std::string& token, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(auto output, server.run(command, stop));
  if (output.exit_status == 0) return {};
  std::string words = output.out.empty() ? std::move(output.err) : std::move(output.out);
  if (!token.empty()) replace_all(words, token, "TOKEN");
  if (words.empty())
    words = "it failed with exit status " + std::to_string(output.exit_status) + " and printed nothing";
  return fail(ErrorCode::inside_failed, "Jupyter in " + place.name, one_line(std::move(words)),
              "its whole log, on the server: " + place.by_hand + " cat " + shell::quote(folder + "/own/log"));
}

}  // namespace

std::string jupyter_places(const std::string& folder) {
  return assign("jupyter", folder) + assign("own", folder + "/own");
}

std::string jupyter_config(const plan::JupyterSetup& setup, const std::string& token) {
  const nlohmann::ordered_json common{{"ip", setup.address},
                                      {"port", setup.port},
                                      {"port_retries", 0},
                                      {"open_browser", false},
                                      {"allow_root", setup.user == "root"},
                                      // Requests come through a tunnel, whose end is 127.0.0.1: no other name of it is
                                      // asked for by anybody but a foreign page in the person's browser.
                                      {"allow_remote_access", false},
                                      // An image's own jupyter_config.json is read too: nothing of it may move Jupyter
                                      // away from the address that is shown.
                                      {"base_url", "/"},
                                      {"certfile", ""},
                                      {"keyfile", ""},
                                      {"sock", ""},
                                      {"token", token},
                                      {"password", ""}};
  nlohmann::ordered_json server = common;
  server["root_dir"] = setup.folder;
  nlohmann::ordered_json notebook = common;
  notebook["notebook_dir"] = setup.folder;
  const nlohmann::ordered_json all{{"LabApp", server},
                                   {"ServerApp", std::move(server)},
                                   {"IdentityProvider", {{"token", token}}},
                                   {"PasswordIdentityProvider", {{"hashed_password", ""}}},
                                   {"NotebookApp", std::move(notebook)}};
  return all.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::vector<Exec> jupyter_service(const Words& shell, const plan::JupyterSetup& setup, const std::string& token) {
  const std::string common = jupyter_places(setup.run_folder);
  const std::string module = setup.package.kind == plan::JupyterKind::lab ? "jupyterlab" : "notebook";
  const auto script = [&](const std::string& what, As who, const std::string& text, std::string input = {}) {
    return Exec{what, who, script_words(shell, text), std::move(input), false, false};
  };
  std::vector<Exec> service;
  service.push_back(script("jupyter-folders", As::root,
                           begin(setup.run_folder) + assign("uid", std::to_string(setup.uid)) +
                               assign("setup", to_line(setup)) + std::string(scripts::jupyter_folders),
                           token + "\n"));
  service.push_back(script("jupyter-files", As::user,
                           common + assign("folder", setup.folder) + assign("starter", scripts::jupyter_start) +
                               std::string(scripts::jupyter_files),
                           jupyter_config(setup, token)));
  service.push_back(script("jupyter", As::user,
                           common + assign("python", setup.package.python) + assign("module", module) +
                               assign("folder", setup.folder) + assign("HOME", setup.home) +
                               std::string(scripts::jupyter_launch)));
  service.back().detached = true;
  service.push_back(script(
      "jupyter-answer", As::user,
      begin(setup.run_folder) + assign("port", std::to_string(setup.port)) + std::string(scripts::jupyter_await)));
  return service;
}

Command jupyter_command(const Place& place, const plan::JupyterSetup& setup, const std::string& token) {
  const auto service = jupyter_service(place.shell, setup, token);
  const Exec &folders = service.at(0), &files = service.at(1), &launch = service.at(2), &await = service.at(3);
  // The token is the first line of the input; `printf` is the shell's own, so that no command line has it.
  std::string script = "IFS= read -r helper_token\n";
  script += "printf '%s\\n' \"$helper_token\" | " + line(place, folders.who, folders.program) + " &&\n";
  script += line(place, files.who, files.program) + " &&\n";
  script += detached_line(place, launch.who, launch.program) + " </dev/null &&\n";
  script += line(place, await.who, await.program) + " </dev/null\n";
  return {std::move(script), folders.input + files.input, k_limit, {}, summary_of(place, "start Jupyter")};
}

Result<void> start_jupyter(CommandRunner& server, const Place& place, const plan::JupyterSetup& setup,
                           const std::string& token, const std::stop_token& stop) {
  return run(server, place, setup.run_folder, jupyter_command(place, setup, token), token, stop);
}

Result<void> install_jupyter(CommandRunner& server, const Place& place, const config::Target& target,
                             const plan::InstallJupyter& action, const OutputSink& on_progress,
                             const std::stop_token& stop) {
  const std::string script =
      assign("python", action.python) + assign("HOME", action.home) + std::string(scripts::jupyter_install);
  HELPER_TRY_ASSIGN(const auto output, server.run({script_line(place, As::user, script) + " </dev/null\n",
                                                   {},
                                                   k_install_limit,
                                                   {},
                                                   summary_of(place, "install JupyterLab")},
                                                  stop, on_progress));
  if (output.exit_status == 0) return {};
  return fail(plan::install_error(target, action, output.out + output.err));
}

Result<void> stop_jupyter(CommandRunner& server, const Place& place, const plan::StopJupyter& action,
                          const std::stop_token& stop) {
  const std::string script = begin(action.folder) + std::string(scripts::jupyter_stop);
  return run(
      server, place, action.folder,
      {script_line(place, action.who, script) + " </dev/null\n", {}, k_limit, {}, summary_of(place, "stop Jupyter")},
      {}, stop);
}

}  // namespace helper::inside
