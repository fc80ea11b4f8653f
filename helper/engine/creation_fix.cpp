#include "engine/creation_fix.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace helper::engine {
namespace {

// As words of their own: "uts" is in "the UTS mode", and not in "outside"; its plural counts too.
bool mentions(const std::string& text, const std::string& what) {
  const auto is_inside = [&](std::size_t at) {
    return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_');
  };
  for (auto at = text.find(what); !what.empty() && at != std::string::npos; at = text.find(what, at + 1)) {
    const std::size_t end = at + what.size();
    const bool is_whole = !is_inside(end) || (text[end] == 's' && !is_inside(end + 1));
    if (is_whole && (at == 0 || !is_inside(at - 1))) return true;
  }
  return false;
}

struct Key {
  const char* name;
  bool is_set;
  std::vector<const char*> words;  // of engines
};

// Short flags, and flags whose names the engines do not use in what they say.
std::vector<std::string> words_of(const std::string& flag) {
  if (flag == "--net") return {"net", "network"};
  if (flag == "-v" || flag == "--volume" || flag == "--mount") return {"volume", "mount", "bind"};
  if (flag == "-u") return {"user"};
  if (flag == "-m") return {"memory"};
  if (flag == "-w" || flag == "--workdir") return {"working directory", "workdir"};
  if (flag == "--cap-add" || flag == "--cap-drop") return {"capability", "capabilities"};
  const std::string name = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
  std::string spaced = name;
  std::ranges::replace(spaced, '-', ' ');
  return {name, spaced};
}

// The flags of extra_args that the text names, or whose value it names; each as it is written.
std::vector<std::string> flags_in(const std::string& text, const std::vector<std::string>& args) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (!args[i].starts_with('-')) continue;
    const auto equals = args[i].find('=');
    std::string whole = args[i];
    std::string value = equals == std::string::npos ? std::string() : args[i].substr(equals + 1);
    if (equals == std::string::npos && i + 1 < args.size() && !args[i + 1].starts_with('-')) {
      value = args[i + 1];
      whole += " " + value;
    }
    const auto names = words_of(lower_case(args[i].substr(0, equals)));
    const bool named = std::ranges::any_of(names, [&](const std::string& name) { return mentions(text, name); });
    if (named || (value.size() > 2 && mentions(text, lower_case(value)))) found.push_back(printable(whole));
  }
  return found;
}

// "centernet" of "localhost/lab/centernet:1.2", which Podman calls that way.
std::string_view base_name(std::string_view image) {
  image.remove_prefix(image.rfind('/') + 1);  // npos + 1 is 0
  return image.substr(0, image.find_first_of(":@"));
}

}  // namespace

std::string images_like(std::string_view listed, const std::string& wanted) {
  constexpr std::size_t k_shown = 3;
  const auto lines = split(listed, '\n');
  std::vector<std::string> same;
  std::vector<std::string_view> all;
  for (const auto& line : lines) {
    if (line.empty() || line.find("<none>") != std::string::npos) continue;
    all.push_back(line);
    if (base_name(line) == base_name(wanted) && same.size() < k_shown) same.push_back(printable(line));
  }
  if (!same.empty()) return joined(same);
  const auto meant = nearest(wanted, all);
  return meant ? printable(*meant) : std::string();
}

std::string creation_fix(std::string_view words, const plan::Desired& desired, const std::string& program) {
  const auto& config = desired.target.container;
  const std::string text = lower_case(words);
  const std::string on_the_server = "on the server: " + program + " ";
  if (text.find("already in use") != std::string::npos)
    return on_the_server + "container inspect " + shell::quote(config.name);
  if (text.find("no space left") != std::string::npos || text.find("disk quota") != std::string::npos)
    return "make room, " + on_the_server + "system df";
  const std::array keys{
      Key{"hostname", !config.hostname.empty(), {"hostname"}},
      Key{"ports", !config.ports.empty(), {"port"}},
      Key{"shm_size", !config.shm_size.empty(), {"shm-size", "shmsize", "/dev/shm"}},
      Key{"ulimits", !config.ulimits.empty(), {"ulimit", "rlimit"}},
      Key{"mounts", !config.mounts.empty(), {"mount", "volume", "bind"}},
      Key{"env", !config.env.empty(), {"environment", "env"}},
      Key{"gpus", config.gpus != "none", {"gpu", "cdi", "nvidia"}},
      Key{"runtime", config.runtime != "auto", {"runtime"}},
      Key{"restart", !config.restart.empty(), {"restart"}},
      Key{"privileged", config.privileged, {"privileged"}},
  };
  std::vector<std::string> causes;
  for (const Key& key : keys) {
    if (key.is_set && std::ranges::any_of(key.words, [&](const char* word) { return mentions(text, word); }))
      causes.push_back("\"" + std::string(key.name) + "\"");
  }
  if (const auto flags = flags_in(text, config.extra_args); !flags.empty())
    causes.push_back("\"extra_args\" (" + joined(flags, ", ") + ")");
  const std::string then = " in helper.json, then: helper ensure " + desired.target.name;
  return causes.empty() ? "correct \"container\"" + then : "correct " + joined(causes, " and ") + then;
}

}  // namespace helper::engine
