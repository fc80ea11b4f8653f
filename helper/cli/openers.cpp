#include "cli/openers.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <system_error>
#include <unistd.h>

namespace helper::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array k_gateway_launchers{"gateway", "jetbrains-gateway"};
constexpr std::array k_pycharm_launchers{"pycharm", "pycharm-professional", "pycharm-community", "charm"};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<fs::path> folders_of(std::string_view list) {
  std::vector<fs::path> folders;
  while (!list.empty()) {
    const auto end = std::min(list.find(':'), list.size());
    if (const fs::path folder(list.substr(0, end)); folder.is_absolute()) folders.push_back(folder);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return folders;
}

// Besides PATH: where Toolbox writes its launchers ("Generate shell scripts"), and snap and macOS keep theirs.
std::vector<fs::path> launcher_folders(const Machine& machine) {
  std::vector<fs::path> folders = machine.path;
  if (machine.mac) {
    folders.push_back(machine.home / "Library/Application Support/JetBrains/Toolbox/scripts");
    folders.emplace_back("/Applications/PyCharm.app/Contents/MacOS");
    folders.emplace_back("/Applications/JetBrains Gateway.app/Contents/MacOS");
  } else {
    folders.push_back(machine.home / ".local/share/JetBrains/Toolbox/scripts");
    folders.emplace_back("/snap/bin");
  }
  return folders;
}

template <std::size_t N>
std::optional<std::string> find_launcher(const std::array<const char*, N>& names, const Machine& machine) {
  for (const char* name : names) {
    for (const auto& folder : launcher_folders(machine)) {
      if (machine.is_program(folder / name)) return (folder / name).string();
    }
  }
  return std::nullopt;
}

std::optional<std::string> desktop_opener(const Machine& machine) {
  for (const auto& folder : machine.path) {
    if (const auto program = folder / (machine.mac ? "open" : "xdg-open"); machine.is_program(program))
      return program.string();
  }
  return std::nullopt;
}

std::string name_of(Opened opened) {
  switch (opened) {
    case Opened::gateway:
      return "gateway";
    case Opened::toolbox:
      return "toolbox";
    case Opened::pycharm:
      return "pycharm";
    case Opened::jupyter:
      break;
  }
  return "jupyter";
}

tl::unexpected<Error> cannot(Opened opened, std::string cause, std::string fix) {
  return fail(ErrorCode::file_failed, "helper open " + name_of(opened), std::move(cause), std::move(fix));
}

}  // namespace

Machine this_machine(const fs::path& home) {
  Machine machine;
  machine.is_program = [](const fs::path& program) {
    std::error_code not_there;
    return fs::is_regular_file(program, not_there) && ::access(program.c_str(), X_OK) == 0;
  };
  machine.path = folders_of(environment("PATH"));
  machine.home = home;
#if defined(__APPLE__)
  machine.mac = true;
  machine.has_display = environment("SSH_CONNECTION").empty();
#else
  machine.has_display = !environment("DISPLAY").empty() || !environment("WAYLAND_DISPLAY").empty();
#endif
  machine.over_ssh = !environment("SSH_CONNECTION").empty();
  return machine;
}

Result<std::vector<std::string>> opener_of(Opened opened, const std::string& what, const Machine& machine) {
  if (!machine.has_display) {
    return cannot(opened,
                  machine.over_ssh ? "this shell came by SSH and has no display to open it on"
                                   : "there is no display to open it on (neither DISPLAY nor WAYLAND_DISPLAY is set)",
                  opened == Opened::pycharm ? "open that folder in PyCharm, on the machine where you sit"
                                            : "open the link that is printed, on the machine where you sit");
  }
  if (opened == Opened::pycharm) {
    if (const auto launcher = find_launcher(k_pycharm_launchers, machine))
      return std::vector<std::string>{*launcher, what};
    return cannot(opened, "no launcher of PyCharm is on PATH, among Toolbox's scripts, or in /snap/bin",
                  "in PyCharm: Tools > Create Command-line Launcher; or open the folder there by hand");
  }
  if (opened == Opened::gateway) {
    if (const auto launcher = find_launcher(k_gateway_launchers, machine))
      return std::vector<std::string>{*launcher, what};
  }
  if (const auto opener = desktop_opener(machine)) return std::vector<std::string>{*opener, what};
  return cannot(opened, machine.mac ? "there is no program open on PATH" : "there is no program xdg-open on PATH",
                machine.mac ? "put /usr/bin on PATH" : "install xdg-utils; or open the link that is printed by hand");
}

std::optional<Opened> opened_from_text(std::string_view text) {
  for (const auto opened : {Opened::gateway, Opened::toolbox, Opened::pycharm, Opened::jupyter}) {
    if (text == name_of(opened)) return opened;
  }
  return std::nullopt;
}

std::string redirect_page(const std::string& link) {
  std::string safe;
  for (const char c : link) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '<':
        safe += "&lt;";
        break;
      default:
        safe += c;
    }
  }
  return "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
         "<meta http-equiv=\"refresh\" content=\"0; url=" +
         safe + "\">\n<title>Jupyter</title>\n<p><a href=\"" + safe + "\">Open Jupyter</a>\n";
}

}  // namespace helper::cli
