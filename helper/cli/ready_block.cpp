#include "cli/ready_block.hpp"

#include "base/shell.hpp"
#include "cli/text.hpp"
#include "ide/links.hpp"
#include "ide/ssh_config.hpp"

#include <fmt/format.h>

namespace helper::cli {

std::string render_ready_block(const Style& style, const ide::Interpreter& i) {
  std::string text = "\n";
  const auto row = [&](std::string_view name, std::string_view value) {
    text += fmt::format("  {}  {}\n", pad(name, 8), safe_line(value, style.utf8));
  };
  const auto argv = ide::ssh_argv(i);
  row("ssh", argv ? shell::quote(*argv) : argv.error().cause);
  row("Python", fmt::format("{} ({})", i.python, i.python_version));
  if (!i.jupyter_url.empty()) row("Jupyter", i.jupyter_url);
  if (!i.project_remote.empty()) row("project", fmt::format("{} -> {}", i.project_local, i.project_remote));
  row("Gateway", ide::gateway_link(i));
  row("PyCharm",
      fmt::format("Add New Interpreter > On SSH: {}@{}:{}, key pair {}", i.user, i.host, i.port, i.key_file));
  row("apply", fmt::format("helper settings apply {} writes all this for IDEs and ssh", shell::quote(i.target)));
  row("more", fmt::format("helper settings {}", shell::quote(i.target)));
  return text;
}

}  // namespace helper::cli
