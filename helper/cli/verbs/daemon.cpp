#include "cli/context.hpp"
#include "cli/login_manager.hpp"
#include "cli/render/text.hpp"
#include "cli/verbs/runners.hpp"
#include "ensure/wanted.hpp"

#include <fmt/format.h>

namespace helper::cli {
namespace {

std::string shown(const Context& context, const std::string& text) { return safe_line(text, context.out_style.utf8); }

Result<int> enable(Context& context, LoginManager manager) {
  HELPER_TRY_ASSIGN(const bool changed, enable_autostart(context, manager));
  HELPER_TRY_ASSIGN(const AutostartStatus status, autostart_status(context, manager));
  const std::string file = status.file.string();
  if (context.json) {
    write_json(context, {{"changed", changed}, {"file", file}, {"login", true}});
  } else if (!context.quiet) {
    context.out << fmt::format("helper {} at login, by {}\n", changed ? "starts" : "starts already",
                               shown(context, file));
    if (!status.lingers.value_or(true))
      context.out << "on a server, to start it at boot, before anybody logs in: loginctl enable-linger\n";
  }
  return 0;
}

Result<int> disable(Context& context, LoginManager manager) {
  HELPER_TRY_ASSIGN(const bool changed, disable_autostart(context, manager));
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  const std::string file = autostart_path(manager, paths).string();
  if (context.json) {
    write_json(context, {{"changed", changed}, {"file", file}, {"login", false}});
  } else if (!context.quiet && changed) {
    context.out << fmt::format(
        "helper no longer starts at login: {} was removed\na daemon that is running goes on; to end it: helper rpc "
        "shutdown\n",
        shown(context, file));
  } else if (!context.quiet) {
    context.out << "helper did not start at login, and nothing was removed\n";
  }
  return 0;
}

std::string daemon_text(const Context& context, const std::optional<rpc::Json>& daemon) {
  if (!daemon) return "is not running; any command that needs it starts it";
  return shown(context, fmt::format("is running (pid {}, version {})", daemon->value("pid", 0),
                                    daemon->value("version", std::string("?"))));
}

std::string login_text(const Context& context, const AutostartStatus& status) {
  const std::string file = shown(context, status.file.string());
  switch (status.kind) {
    case AutostartFile::absent:
      break;
    case AutostartFile::foreign:
      return fmt::format("{} was not written by helper{}", file, status.enabled ? ", and is enabled" : "");
    case AutostartFile::ours:
      return status.enabled ? "starts at login, by " + file
                            : fmt::format("does not start, although {} is there: helper daemon enable", file);
  }
  return "does not start: helper daemon enable";
}

std::string linger_text(bool lingers) {
  return lingers ? "on: it starts at boot, before anybody logs in"
                 : "off: it starts when you log in; to start it at boot, on a server: loginctl enable-linger";
}

Result<int> show_status(Context& context, LoginManager manager) {
  HELPER_TRY_ASSIGN(Daemon * daemon, context.daemon());
  HELPER_TRY_ASSIGN(const auto running, daemon->version_if_running(context.interrupts.token()));
  HELPER_TRY_ASSIGN(const AutostartStatus status, autostart_status(context, manager));
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  HELPER_TRY_ASSIGN(const auto wanted, ensure::WantedList(paths, context.files).read());
  if (context.json) {
    rpc::Json targets = rpc::Json::array();
    for (const auto& each : wanted) targets.push_back({{"config", each.config_file}, {"target", each.target}});
    write_json(context, {{"daemon", running ? *running : rpc::Json()},
                         {"file", status.kind == AutostartFile::absent ? std::string() : status.file.string()},
                         {"linger", status.lingers ? rpc::Json(*status.lingers) : rpc::Json()},
                         {"login", status.enabled},
                         {"wanted", std::move(targets)}});
    return 0;
  }
  const auto row = [&](std::string_view name, const std::string& safe_value) {
    context.out << fmt::format("{}  {}\n", pad(name, 6), safe_value);
  };
  row("daemon", daemon_text(context, running));
  row("login", login_text(context, status));
  if (status.lingers) row("linger", linger_text(*status.lingers));
  for (const auto& each : wanted) row("keeps", shown(context, each.target + " of " + each.config_file));
  return 0;
}

}  // namespace

Result<int> run_daemon(Context& context) {
  const std::string action = context.arguments.text("ACTION");
  if (action == "enable") return enable(context, login_manager());
  if (action == "disable") return disable(context, login_manager());
  return show_status(context, login_manager());
}

}  // namespace helper::cli
