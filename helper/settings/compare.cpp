#include "settings/compare.hpp"

namespace helper::settings {

std::string differences(const ide::Wanted& applied, const ide::Wanted& wanted) {
  std::string text;
  const auto add = [&](const char* what, bool differs) {
    if (differs) text += (text.empty() ? "" : ", ") + std::string(what);
  };
  const auto& a = applied.access;
  const auto& b = wanted.access;
  add("Python", a.python != b.python || a.python_version != b.python_version);
  add("port", a.port != b.port);
  add("user", a.user != b.user);
  add("key", a.key_file != b.key_file);
  add("Jupyter's port", a.jupyter_port != b.jupyter_port);
  add("project", a.project_remote != b.project_remote);
  add("config file", applied.config_file != wanted.config_file);
  add("place of helper", applied.helper != wanted.helper);
  add("upload", applied.upload != wanted.upload);
  return text;
}

}  // namespace helper::settings
