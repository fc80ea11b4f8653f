#include "config/powers.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "config/extra_args.hpp"
#include "config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace helper::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_longest_line = 64 * 1024;

void add_counted(std::string& text, std::string_view part) { text += fmt::format("{}:{}\n", part.size(), part); }

// Texts as they are shown. What is not shown as written still counts as written: two texts may look the same.
class Shower {
 public:
  std::string operator()(std::string_view text) {
    std::string line = printable(text, k_longest_line);
    if (line != text) add_counted(written_, text);
    if (text.size() > k_longest_line) line += fmt::format(" (cut: it has {} bytes, read the file)", text.size());
    return line;
  }
  // What was shown differently from how it is written, since the last call.
  std::string take_written() { return std::exchange(written_, {}); }

 private:
  std::string written_;
};

bool is_in(const fs::path& path, const fs::path& folder) {
  const auto relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

// How one path of this machine is shown: relative to the project where it is inside, and the target of a link.
struct ToldPath {
  std::string text;
  bool outside = false;
};

class Teller {
 public:
  Teller(const Config& config, const PowerFacts& facts, Shower& shower)
      : written_(config.file.parent_path()), facts_(facts), shown_(shower) {}

  [[nodiscard]] ToldPath path(const fs::path& path) const {
    const auto at = facts_.real.find(path);
    const fs::path real = at == facts_.real.end() ? path : at->second;
    const fs::path inside = path.lexically_relative(written_);
    const bool written_inside = is_in(path, written_);
    const fs::path unlinked = written_inside ? (facts_.folder / inside).lexically_normal() : path;
    std::string text = shown_(written_inside ? inside.string() : path.string());
    if (trimmed(real) != trimmed(unlinked)) text += ", which leads to " + shown_(real.string());
    const bool outside = !is_in(real, facts_.folder);
    if (outside) text += " (OUTSIDE the project)";
    return {std::move(text), outside};
  }

 private:
  static fs::path trimmed(const fs::path& path) {
    return path.has_filename() || !path.has_relative_path() ? path : path.parent_path();
  }

  const fs::path written_;
  const PowerFacts& facts_;
  Shower& shown_;
};

class List {
 public:
  List(const Config& config, const PowerFacts& facts) : teller_(config, facts, shown_), facts_(facts) {}

  std::vector<Power> take(const Config& config) {
    if (facts_.others) add("OTHER USERS can change it: " + *facts_.others, {}, true);
    for (const auto& file : facts_.included) {
      const auto told = teller_.path(file);
      add("takes values from " + told.text, {}, told.outside);
    }
    for (const auto& [name, target] : config.targets) {
      prefix_ = shown_(name) + ": ";
      of(target);
    }
    prefix_.clear();
    for (const auto& name : facts_.variables) add("reads " + shown_(name) + " of your environment");
    for (const auto& file : facts_.files) {
      const auto told = teller_.path(file.path);
      add("runs or sends the file " + told.text, file.fingerprint, told.outside);
    }
    if (facts_.more_files) add("names more files than helper looks at; changes of the rest are not noticed", {}, true);
    return std::move(powers_);
  }

 private:
  void add(const std::string& text, const std::string& detail = {}, bool always = false) {
    powers_.push_back({prefix_ + text, detail + shown_.take_written(), always});
  }

  void of(const Target& target) {
    const bool here = target.server == "local";
    const auto& container = target.container;
    add(here ? "works on this machine itself (server local)" : "connects to server " + shown_(target.server));
    if (container.build) {
      build(*container.build, here ? "this machine's engine" : shown_(target.server));
    } else {
      add("runs image " + shown_(container.image));
    }
    add("as container " + shown_(container.name) + engine_of(target));
    if (container.privileged) add("privileged: root in the container is root of the machine that it runs on", {}, true);
    if (container.runtime != "auto" && container.runtime != "gpus")
      add("with the runtime " + shown_(container.runtime));
    for (const auto& each : container.mounts) mount(each, here);
    for (const auto& port : container.ports) add("publishes port " + shown_(port));
    if (!container.extra_args.empty()) more_arguments(container.extra_args, here);
    if (container.command) add("runs the command " + shown_(shell::quote(*container.command)));
    for (const auto& [name, value] : container.env) add("sets " + shown_(name) + " in the container", value);
    for (const auto& [name, value] : target.ssh.env) add("sets " + shown_(name) + " in sessions", value);
    user(target.ssh);
    for (const auto& line : target.post_create) add("runs once in the container: " + shown_(line));
    for (const auto& line : target.post_start) add("runs at each start of the container: " + shown_(line));
    if (target.jupyter && target.jupyter->install)
      add("installs JupyterLab with pip in the container when it has no Jupyter");
    if (target.ssh.key != "auto") add("logs in with the key " + shown_(target.ssh.key));
    if (!target.project.remote.empty()) {
      const auto told = teller_.path(target.project.local);
      add("project folder " + told.text + " is " + shown_(target.project.remote) + " in the container", {},
          told.outside);
    }
    if (is_shared_with_the_container(target, target.python))
      add("runs the Python " + shown_(target.python) + ", which is a file of the project or of a mount");
  }

  static std::string engine_of(const Target& target) {
    if (target.engine == "auto") return {};
    return target.engine == "podman" ? ", by Podman" : ", by Docker";
  }

  void user(const SshConfig& ssh) {
    add("sessions and hooks run as " + shown_(ssh.user));
    if (ssh.create) add("makes the user " + shown_(ssh.user) + " when the image has none of that name");
    if (ssh.match_owner && ssh.user != "root")
      add("gives " + shown_(ssh.user) + " the ids of the project folder's owner on the server");
  }

  void more_arguments(const std::vector<std::string>& args, bool here) {
    add("with more arguments for the engine: " + shown_(shell::quote(args)), {}, here && opens_the_machine(args));
    if (!here) return;
    for (const auto& each : mounts_of_flags(args)) {
      if (!each.host.starts_with('/')) continue;
      const auto told = teller_.path(fs::path(each.host).lexically_normal());
      add("these arguments mount " + shown_(each.host) + ": of this machine, " + told.text, {}, true);
    }
  }

  // A place in the container whose files come from elsewhere than from the image.
  static bool is_shared_with_the_container(const Target& target, const std::string& place) {
    if (!place.starts_with('/')) return false;
    const fs::path path = fs::path(place).lexically_normal();
    const auto holds = [&](const std::string& folder) {
      return folder.starts_with('/') && is_in(path, fs::path(folder).lexically_normal());
    };
    const auto& container = target.container;
    return holds(target.project.remote) ||
           std::ranges::any_of(container.mounts,
                               [&](const auto& mount) { return holds(std::string(mount_point(mount))); }) ||
           std::ranges::any_of(mounts_of_flags(container.extra_args),
                               [&](const FlagMount& mount) { return holds(mount.place); });
  }

  void build(const BuildConfig& build, const std::string& to) {
    const auto told = teller_.path(build.context);
    add("builds its image by " + shown_(build.dockerfile) +
            (build.target.empty() ? std::string() : ", stage " + shown_(build.target)) + ", and sends to " + to +
            " the folder " + told.text,
        {}, told.outside);
    for (const auto& [name, value] : build.args) add("builds with the argument " + shown_(name), value);
  }

  void mount(const std::string& mount, bool here) {
    const std::string host = mount.substr(0, mount.find(':'));
    if (!here || !host.starts_with('/')) return add("mounts " + shown_(mount));
    const auto told = teller_.path(fs::path(host).lexically_normal());
    add("mounts " + shown_(mount) + (told.outside ? ": of this machine, " + told.text : std::string()), {},
        told.outside);
  }

  Shower shown_;
  const Teller teller_;
  const PowerFacts& facts_;
  std::string prefix_;
  std::vector<Power> powers_;
};

}  // namespace

std::vector<Power> powers_of(const Config& config, const PowerFacts& facts) { return List(config, facts).take(config); }

std::string canonical_text(const std::vector<Power>& powers) {
  std::string text = "helper powers 1\n";
  for (const auto& power : powers) {
    add_counted(text, power.text);
    add_counted(text, power.detail);
  }
  return text;
}

std::vector<std::string> changes_between(const std::vector<ApprovedPower>& before,
                                         const std::vector<ApprovedPower>& now) {
  const auto has = [](const std::vector<ApprovedPower>& list, const ApprovedPower& one) {
    return std::ranges::find(list, one) != list.end();
  };
  const auto has_text = [](const std::vector<ApprovedPower>& list, const std::string& text) {
    return std::ranges::find(list, text, &ApprovedPower::text) != list.end();
  };
  std::vector<std::string> lines;
  for (const auto& power : now) {
    if (has(before, power)) continue;
    lines.push_back((has_text(before, power.text) ? "changed: " : "new: ") + power.text);
  }
  for (const auto& power : before) {
    if (!has_text(now, power.text)) lines.push_back("gone: " + power.text);
  }
  return lines;
}

bool is_harmless_variable(const std::string& name) {
  constexpr std::string_view k_names[] = {"HOME", "USERPROFILE", "USER", "USERNAME", "LOGNAME"};
  return std::ranges::find(k_names, name) != std::end(k_names);
}

}  // namespace helper::config
