#include "config/local_path.hpp"

#include "base/text.hpp"

#include <string>

namespace helper::config {

Result<std::filesystem::path> resolve_local_path(const std::filesystem::path& written,
                                                 const std::filesystem::path& folder,
                                                 const std::filesystem::path& home) {
  std::filesystem::path path = written;
  const std::string text = written.string();
  if (text.starts_with('~')) {
    if (text.size() > 1 && text[1] != '/') {
      return fail(ErrorCode::config_invalid, "", "\"" + printable(text) + "\" begins with another user's home",
                  "write the absolute path");
    }
    if (home.empty())
      return fail(ErrorCode::config_invalid, "", "\"" + printable(text) + "\" needs a home folder, and HOME is not set",
                  "write the absolute path");
    const std::size_t rest = text.find_first_not_of('/', 1);
    path = rest == std::string::npos ? home : home / text.substr(rest);
  }
  path = (folder / path).lexically_normal();
  if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
  return path;
}

}  // namespace helper::config
