#include "base/digest.hpp"
#include "base/process/spawn.hpp"
#include "base/shell.hpp"
#include "cli/backend.hpp"
#include "cli/context.hpp"
#include "cli/openers.hpp"
#include "cli/ready.hpp"
#include "cli/render/render.hpp"
#include "cli/render/text.hpp"
#include "cli/request.hpp"
#include "cli/verbs/runners.hpp"
#include "ide/links.hpp"
#include "rpc/types.hpp"

#include <fmt/format.h>

#include <system_error>

namespace helper::cli {
namespace {

// An opener that cannot do it says so at once; one that still runs then is showing it.
constexpr Milliseconds k_opener_limit{3'000};
// For the browser to start and to read the page.
constexpr std::chrono::seconds k_page_life{60};

Result<std::string> link_of(Context& context, Opened opened, const ide::Access& access) {
  switch (opened) {
    case Opened::gateway: {
      const auto backend = find_backend(context, access);
      return backend ? ide::gateway_link(access, *backend) : ide::gateway_link(access);
    }
    case Opened::toolbox:
      return ide::toolbox_link(access);
    case Opened::pycharm: {
      std::error_code not_there;
      if (!access.project_remote.empty() && std::filesystem::is_directory(access.project_local, not_there))
        return access.project_local;
      return fail(ErrorCode::file_failed, "helper open pycharm",
                  access.project_remote.empty() ? "target " + access.target + " has no project"
                                                : "there is no folder " + access.project_local,
                  "set project.local and project.remote in the config");
    }
    case Opened::jupyter:
      break;
  }
  if (!access.jupyter_url.empty()) return access.jupyter_url;
  const std::string target = shell::quote(access.target);
  if (access.jupyter_port == 0) {
    return fail(ErrorCode::not_ready, "helper open jupyter",
                "target " + access.target + " has no Jupyter in its config",
                "add \"jupyter\": {} to that target in the config, then: helper open jupyter " + target);
  }
  return fail(ErrorCode::not_ready, "helper open jupyter",
              "no Jupyter answers in the container of " + access.target + "; a note of helper ensure says why",
              "helper ensure " + target);
}

// A link that holds a token is on no command line: others of this machine could read it there.
Result<void> open_secret(Context& context, const std::string& link, const Machine& machine) {
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  const auto page = paths.runtime / ("open-" + random_token().substr(0, 16) + ".html");
  HELPER_TRY_ASSIGN(const auto argv, opener_of(Opened::jupyter, page.string(), machine));
  HELPER_TRY(context.files.write(page, redirect_page(link), 0600));
  auto opened = launch(argv, k_opener_limit, context.interrupts.token());
  if (opened) {
    remove_later(page, k_page_life);
  } else {
    HELPER_TRY(context.files.remove(page));
  }
  return opened;
}

// Toolbox runs ssh by the target's name alone. Where ssh cannot be asked nothing is said.
void tell_of_missing_host(Context& context, const ide::Access& access) {
  ProcessSpec spec;
  spec.argv = {"ssh", "-G", access.host_key_alias};
  const auto answer = context.process(spec, {});
  const bool known = !answer || answer->exit_status != 0 ||
                     answer->out.find("hostkeyalias " + access.host_key_alias + "\n") != std::string::npos;
  if (!known && !context.quiet && !context.json) {
    context.err << render_note(context.err_style, "~/.ssh/config does not know " + access.host_key_alias +
                                                      ", which Toolbox goes to: helper settings apply " +
                                                      shell::quote(access.target));
  }
}

Result<void> open_now(Context& context, Opened opened, const ide::Access& access, const std::string& link) {
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  const Machine machine = this_machine(paths.home);
  if (opened == Opened::toolbox) tell_of_missing_host(context, access);
  if (opened == Opened::jupyter) return open_secret(context, link, machine);
  HELPER_TRY_ASSIGN(const auto argv, opener_of(opened, link, machine));
  return launch(argv, k_opener_limit, context.interrupts.token());
}

}  // namespace

Result<int> run_open(Context& context) {
  const std::string word = context.arguments.text("WHAT");
  const Opened opened = opened_from_text(word).value_or(Opened::gateway);
  const bool print = context.arguments.has("--print");
  HELPER_TRY_ASSIGN(const ide::Access access, made_ready(context));
  HELPER_TRY_ASSIGN(const std::string link, link_of(context, opened, access));
  const auto done = print ? Result<void>() : open_now(context, opened, access, link);
  if (context.json) {
    if (!done) return fail(done.error());
    write_json(context, {{"target", access.target}, {"what", word}, {"link", link}, {"opened", !print}});
    return 0;
  }
  if (print) {
    context.out << safe_line(link, context.out_style.utf8) << "\n";
  } else if (!done) {
    context.out << safe_line(link, context.out_style.utf8) << "\n" << std::flush;
    return fail(done.error());
  } else if (!context.quiet) {
    context.out << fmt::format("{}: {} is started\n", safe_line(access.target, context.out_style.utf8),
                               opened == Opened::jupyter ? "the browser" : word);
  }
  return 0;
}

}  // namespace helper::cli
