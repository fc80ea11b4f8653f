#include "cli/backend.hpp"

#include "base/sections.hpp"
#include "base/shell.hpp"
#include "ide/ssh_config.hpp"

#include <string>
#include <utility>
#include <vector>

namespace helper::cli {
namespace {

constexpr Milliseconds k_look_limit{15'000};
// It starts a Java of its own to ask the one that runs.
constexpr Milliseconds k_status_limit{20'000};

// Where Gateway and Toolbox put what they download, and where images have an IDE.
std::string look_script(const std::string& nonce) {
  return script_begin(nonce) +
         "for d in \"$HOME\"/.cache/JetBrains/RemoteDev/dist/* /opt/* /opt/*/*; do\n"
         "  [ -f \"$d/bin/remote-dev-server.sh\" ] && [ -f \"$d/product-info.json\" ] || continue\n"
         "  sec backend 0; printf '%s\\n' \"$d\"; head -c 65536 \"$d/product-info.json\"; echo\n"
         "done\nsec end 0\n";
}

Result<CommandOutput> run_there(Context& context, const ide::Access& access, std::string script, Milliseconds limit) {
  HELPER_TRY_ASSIGN(auto argv, ide::ssh_run_argv(access));
  argv.insert(argv.begin() + 1, {"-T", "-oBatchMode=yes", "-oConnectTimeout=10"});
  argv.emplace_back("sh -s");  // whatever the login shell there is
  ProcessSpec spec;
  spec.argv = std::move(argv);
  spec.stdin_text = std::move(script);
  spec.timeout = limit;
  return context.process(spec, {});
}

std::vector<ide::Backend> backends_in(std::string_view output, const std::string& nonce) {
  std::vector<ide::Backend> backends;
  for (const auto& section : parse_sections(output, nonce)) {
    const auto line_end = section.body.find('\n');
    if (section.name != "backend" || line_end == std::string::npos) continue;
    if (auto found = ide::parse_product_info(section.body.substr(0, line_end), section.body.substr(line_end + 1)))
      backends.push_back(std::move(*found));
  }
  return backends;
}

}  // namespace

std::optional<ide::Backend> find_backend(Context& context, const ide::Access& access) {
  const std::string nonce = make_nonce();
  const auto look = run_there(context, access, look_script(nonce), k_look_limit);
  if (!look) return std::nullopt;
  auto backend = ide::choose_backend(backends_in(look->out, nonce));
  if (!backend) return std::nullopt;
  const auto status = run_there(context, access,
                                shell::quote({backend->path + "/bin/remote-dev-server.sh", "status"}) + " </dev/null\n",
                                k_status_limit);
  if (status) backend->own = ide::parse_status(status->out, access.project_remote);
  return backend;
}

}  // namespace helper::cli
