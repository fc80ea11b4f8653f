#include "base/paths.hpp"

#include "base/digest.hpp"
#include "base/shell.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace helper {

namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// The XDG Base Directory Specification: a value that is not absolute is ignored.
fs::path xdg(const char* name, const fs::path& otherwise) {
  const fs::path value = environment(name);
  return value.is_absolute() ? value : otherwise;
}

fs::path home_folder() {
  if (fs::path home = environment("HOME"); home.is_absolute()) return home;
  const passwd* entry = ::getpwuid(::getuid());
  return entry == nullptr ? fs::path() : fs::path(entry->pw_dir);
}

fs::path runtime_parent() {
  const fs::path value = environment("XDG_RUNTIME_DIR");
  std::error_code ignored;
  return value.is_absolute() && fs::is_directory(value, ignored) ? value : fs::path();
}

// Programs and their data are installed, and built, as bin/ and share/ side by side.
// Beside the folder of the program; "" when that is not known.
fs::path share_folder() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return failed ? fs::path() : program.parent_path().parent_path() / "share" / "helper";
}

fs::path bundle_folder() {
  if (fs::path said = environment("HELPER_SSH_BUNDLES"); said.is_absolute()) return said;
  const fs::path share = share_folder();
  return share.empty() ? share : share / "ssh";
}

}  // namespace

Result<void> own_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(ErrorCode::file_failed, folder.string(), std::string("cannot be made (") + std::strerror(errno) + ")",
                "set XDG_RUNTIME_DIR to a folder of yours");
  }
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::getuid() ||
      (info.st_mode & 0077) != 0) {
    return fail(
        ErrorCode::file_failed, folder.string(), "is not a folder that only you can open",
        "look at it: ls -ld " + shell::quote(folder.string()) + "; or set XDG_RUNTIME_DIR to a folder of yours");
  }
  return {};
}

Result<Paths> find_paths() {
  Paths paths;
  paths.home = home_folder();
  if (paths.home.empty()) return fail(ErrorCode::file_failed, "HOME", "is not set", "export HOME=/your/home/folder");
  const fs::path session = runtime_parent();
  paths.runtime = session.empty() ? fs::path("/tmp") / ("helper-" + std::to_string(::getuid())) : session / "helper";
  paths.data = xdg("XDG_DATA_HOME", paths.home / ".local" / "share") / "helper";
  paths.state = xdg("XDG_STATE_HOME", paths.home / ".local" / "state") / "helper";
  paths.user_config_file = xdg("XDG_CONFIG_HOME", paths.home / ".config") / "helper" / "config.json";
  paths.bundles = bundle_folder();
  if (const fs::path share = share_folder(); !share.empty()) paths.keeper = share / "keeper";
  HELPER_TRY(own_folder(paths.runtime));
  return paths;
}

std::filesystem::path Paths::container_keys(const std::string& server, const std::string& container) const {
  Fingerprint both;
  both.add(server);
  both.add(container);
  return data / "container_keys" / (container + "-" + both.hex());
}

}  // namespace helper
