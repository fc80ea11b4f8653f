#include "ide/render.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "ide/links.hpp"
#include "ide/ssh_config.hpp"

#include <fmt/format.h>

#include <string_view>

namespace helper::ide {
namespace {

constexpr std::size_t k_longest_path = 4096;

std::string row(std::string_view name, std::string_view value) {
  return fmt::format("  {:<13}{}\n", name, printable(value, k_longest_path));
}

std::string python_rows(const Access& i) {
  std::string text = "\nPython in the container\n";
  if (i.python.empty()) return text + row("none", i.python_cause);
  text += row("interpreter", i.python);
  text += row("version", i.python_version);
  text += row("prefix", i.python_prefix);
  if (!i.python_cause.empty()) text += row("chosen", i.python_cause);
  return text;
}

std::string project_rows(const Access& i) {
  if (i.project_remote.empty()) return {};
  return "\nPath mapping\n" + row("here", i.project_local) + row("there", i.project_remote);
}

std::string jupyter_rows(const Access& i) {
  if (i.jupyter_port == 0) return {};
  const std::string head = "\nJupyter\n";
  if (i.jupyter_url.empty())
    return head + row("address", jupyter_link(i.jupyter_port, "") + " (nothing answers there)");
  return head + row("address", i.jupyter_url) +
         row("", "for a browser, and for PyCharm: Settings > Jupyter > Jupyter Servers > Configured Server") +
         row("", "everybody who has it can run commands in the container: keep it as a password");
}

std::string pycharm_rows(const Access& i) {
  if (i.python.empty()) return {};
  std::string text = "\nPyCharm (interpreter in the status bar > Add New Interpreter > On SSH)\n";
  text += row("connection", fmt::format("New: host {}, port {}, user name {}", i.host, i.port, i.user));
  text += row("sign in", "Key pair: " + i.key_file);
  text += row("interpreter", "System Interpreter, existing: " + i.python);
  if (!i.project_remote.empty()) {
    text += row("sync folders", i.project_local + " -> " + i.project_remote);
    text += row("", "if the container mounts that folder, untick the automatic upload");
  }
  return text;
}

}  // namespace

Result<std::string> settings_text(const Access& i) {
  HELPER_TRY_ASSIGN(const std::vector<std::string> argv, ssh_argv(i));
  std::string text = "Target " + printable(i.target) + "\n\nSSH\n";
  text += row("host", i.host);
  text += row("port", std::to_string(i.port));
  text += row("user", i.user);
  text += row("key", i.key_file);
  text += row("known hosts", i.known_hosts);
  text += row("", "the container's keys are there as " + i.host_key_alias);
  text += row("command", shell::quote(argv));
  text += python_rows(i) + project_rows(i) + jupyter_rows(i) + pycharm_rows(i);
  text += "\nLinks\n";
  text += row("Gateway", gateway_link(i));
  text += row("Toolbox", toolbox_link(i));
  text += row("", "for the links, put the output of `helper settings --format ssh-config` into ~/.ssh/config");
  return text;
}

}  // namespace helper::ide
