// Formats is what the settings room must know of the IDEs' files: which they are, and how a target gets into their text
// and out again. ide_formats() is the real one; tests bring simpler ones.
#pragma once

#include "ide/files.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::settings {

struct Formats {
  std::function<std::vector<ide::File>(const ide::Product&, const ide::Wanted&)> application_files;
  std::function<Result<std::vector<ide::File>>(std::optional<std::string_view> modules_text, const ide::Wanted&)>
      project_files;
  std::function<ide::File(const ide::Wanted&)> run_configuration_file;
  std::function<Result<ide::Wanted>(ide::Wanted, const ide::ProjectReader&)> with_project;
  std::function<std::string(std::string_view)> tool_group_of;
  std::function<std::optional<std::string>(ide::FileKind, std::string_view)> named_interpreter;
  std::function<Result<std::string>(ide::FileKind, std::optional<std::string_view>, const ide::Wanted&,
                                    const ide::Product&)>
      with_target;
  std::function<Result<std::optional<std::string>>(ide::FileKind, std::string_view, const ide::Wanted&,
                                                   const ide::Staying&)>
      without_target;
  std::function<std::optional<Error>(ide::FileKind, std::string_view, const ide::Wanted&)> taken_name;
};

[[nodiscard]] Formats ide_formats();

}  // namespace helper::settings
