#include "ide/wanted.hpp"

#include "base/digest.hpp"
#include "base/paths.hpp"
#include "base/text.hpp"

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

namespace helper::ide {
namespace {

// How people distinguish one config's targets from another's.
std::string label_of(const std::filesystem::path& config_file) {
  const std::string file = config_file.filename().string();
  if (file == k_project_config_name) return config_file.parent_path().filename().string();
  return file == "config.json" ? "" : config_file.stem().string();
}

std::string cause_against(std::string_view value) {
  bool ascii = true;
  int dollars = 0;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return "has a control character in it, which no file of an IDE can hold";
    ascii = ascii && byte < 0x80;
    if (c == '$') ++dollars;
  }
  if (!ascii && find_bad_utf8(value) != std::string_view::npos) return "is not UTF-8";
  if (dollars > 1) return "has two \"$\" in it, between which an IDE sees a name of its own";
  return {};
}

}  // namespace

Wanted make_wanted(Access access, std::string helper, std::string config_file, std::string home) {
  Wanted wanted;
  const std::string label = label_of(config_file);
  wanted.name = access.target;
  if (!label.empty() && label != access.target) wanted.name += " of " + label;
  wanted.ssh_id = name_uuid("ssh " + wanted.name);
  wanted.server_id = name_uuid("server " + wanted.name);
  wanted.sdk_id = name_uuid("sdk " + wanted.name);
  wanted.access = std::move(access);
  wanted.helper = std::move(helper);
  wanted.config_file = std::move(config_file);
  wanted.home = std::move(home);
  return wanted;
}

std::string collapsed(const std::string& path, const Wanted& wanted) {
  const bool below = !wanted.home.empty() && path.starts_with(wanted.home + "/");
  return below ? "$USER_HOME$" + path.substr(wanted.home.size()) : path;
}

std::string sdk_name(const Wanted& wanted) { return "Python (" + wanted.name + ")"; }

Result<void> check_wanted(const Wanted& wanted) {
  const Access& i = wanted.access;
  const std::array<std::pair<const char*, std::string_view>, 20> values{{{"name", wanted.name},
                                                                         {"target", i.target},
                                                                         {"host", i.host},
                                                                         {"user", i.user},
                                                                         {"key", i.key_file},
                                                                         {"Python", i.python},
                                                                         {"version of Python", i.python_version},
                                                                         {"project's folder", i.project_local},
                                                                         {"project's remote folder", i.project_remote},
                                                                         {"id", wanted.ssh_id},
                                                                         {"id", wanted.server_id},
                                                                         {"id", wanted.sdk_id},
                                                                         {"program", wanted.helper},
                                                                         {"config", wanted.config_file},
                                                                         {"home", wanted.home},
                                                                         {"script", wanted.script},
                                                                         {"module", wanted.module},
                                                                         {"module's file", wanted.module_file},
                                                                         {"configuration", wanted.configuration},
                                                                         {"tool set", wanted.tool_group}}};
  for (const auto& [what, value] : values) {
    if (std::string cause = cause_against(value); !cause.empty()) {
      return fail(ErrorCode::file_failed, std::string(what) + " \"" + printable(value, 400) + "\"", std::move(cause),
                  "give it a plain name");
    }
  }
  return {};
}

}  // namespace helper::ide
