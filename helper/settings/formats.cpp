#include "settings/formats.hpp"

namespace helper::settings {

Formats ide_formats() {
  return {ide::application_files, ide::project_files,  ide::run_configuration_file,
          ide::with_project,      ide::tool_group_of,  ide::named_interpreter,
          ide::with_target,       ide::without_target, ide::taken_name};
}

}  // namespace helper::settings
