#include "cli/autostart.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace helper::cli {
namespace {

constexpr std::string_view k_mark = "Written by `helper daemon enable`; `helper daemon disable` removes this file.";

// A daemon that cannot start is tried again for a while, but not for ever.
std::string unit_text(const Autostart& autostart) {
  std::string text = fmt::format("# {}\n", k_mark);
  text +=
      "[Unit]\n"
      "Description=The daemon of helper, which keeps GPU containers reachable\n"
      "StartLimitIntervalSec=300\n"
      "StartLimitBurst=10\n"
      "\n"
      "[Service]\n"
      "Type=exec\n";
  for (const auto& [name, value] : autostart.environment)
    text += fmt::format("Environment={}\n", systemd_quoted(name + "=" + value));
  text += fmt::format("ExecStart={}\n", systemd_quoted(autostart.helperd.string()));
  text +=
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "TimeoutStopSec=15\n"
      "\n"
      "[Install]\n"
      "WantedBy=default.target\n";
  return text;
}

std::string agent_text(const Autostart& autostart) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n";
  text += fmt::format("<!-- {} -->\n<plist version=\"1.0\">\n<dict>\n", k_mark);
  text += fmt::format("  <key>Label</key>\n  <string>{}</string>\n", k_agent_name);
  text += fmt::format("  <key>ProgramArguments</key>\n  <array>\n    <string>{}</string>\n  </array>\n",
                      xml_text(autostart.helperd.string()));
  text += "  <key>EnvironmentVariables</key>\n  <dict>\n";
  for (const auto& [name, value] : autostart.environment)
    text += fmt::format("    <key>{}</key>\n    <string>{}</string>\n", xml_text(name), xml_text(value));
  text +=
      "  </dict>\n"
      "  <key>RunAtLoad</key>\n  <true/>\n"
      "  <key>KeepAlive</key>\n  <dict>\n    <key>SuccessfulExit</key>\n    <false/>\n  </dict>\n"
      "  <key>ThrottleInterval</key>\n  <integer>30</integer>\n"
      "</dict>\n</plist>\n";
  return text;
}

}  // namespace

std::string systemd_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '%') quoted += '%';
    quoted += c;
  }
  return quoted + '"';
}

std::string xml_text(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

bool can_start(LoginManager manager, std::string_view program) {
  return std::ranges::none_of(program, [&](unsigned char c) {
    return c < 0x20 || c == 0x7f || (manager == LoginManager::systemd && (c == '"' || c == '\'' || c == '\\'));
  });
}

std::string autostart_file(LoginManager manager, const Autostart& autostart) {
  return manager == LoginManager::systemd ? unit_text(autostart) : agent_text(autostart);
}

AutostartFile kind_of(const std::optional<std::string>& text) {
  if (!text) return AutostartFile::absent;
  return text->find(k_mark) == std::string::npos ? AutostartFile::foreign : AutostartFile::ours;
}

bool should_offer(const OfferFacts& facts) {
  return facts.can_ask && facts.manager_is_there && !facts.file_is_there && !facts.was_offered;
}

Error no_manager(LoginManager manager, const std::filesystem::path& helperd, bool booted, const std::string& said) {
  Error error{ErrorCode::not_ready, "start at login", {}, {}};
  const std::string why = said.empty() ? std::string() : ": " + said;
  if (manager == LoginManager::launchd) {
    error.cause = "launchd does not answer" + why;
    error.fix = "run it in a terminal of your desktop session: helper daemon enable";
    return error;
  }
  if (booted) {
    error.cause = "your own systemd does not answer" + why;
    error.fix =
        "run it in a session that you logged in to yourself (by ssh or at the desktop, not su or sudo): helper daemon "
        "enable";
    return error;
  }
  const std::string program = shell::quote(helperd.string());
  error.cause = "this machine does not run systemd, so nothing starts programs when you log in" + why +
                "; a line of ~/.profile can, or, where cron is running, this line of your crontab: @reboot " + program;
  error.fix =
      fmt::format("echo {} >> ~/.profile", shell::quote(fmt::format("({} </dev/null >/dev/null 2>&1 &)", program)));
  return error;
}

}  // namespace helper::cli
