#include "base/fd.hpp"

#include "base/shell.hpp"
#include "base/shortage.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace helper {

namespace {

namespace fs = std::filesystem;

// Not every file system can make a file without a name (open(2), O_TMPFILE): there the name is gone at once.
Fd open_unlinked(const fs::path& folder) {
#ifdef O_TMPFILE
  Fd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600));
  if (fd || errno == EMFILE || errno == ENFILE || errno == ENOSPC) return fd;
#endif
  std::string name = (folder / "helper-XXXXXX").string();
  Fd named(::mkostemp(name.data(), O_CLOEXEC));
  if (named) ::unlink(name.c_str());
  return named;
}

}  // namespace

Result<UnlinkedFile> UnlinkedFile::make() {
  std::error_code bad;
  const fs::path folder = fs::temp_directory_path(bad);
  if (bad) {
    return fail(ErrorCode::file_failed, "TMPDIR",
                "the folder for temporary files cannot be used (" + bad.message() + ")",
                "set TMPDIR to a folder that you can write");
  }
  Fd fd = open_unlinked(folder);
  if (!fd) {
    return fail(by_errno({ErrorCode::file_failed, folder.string(), "no temporary file can be made in it",
                          "look at it: df -h " + shell::quote(folder.string()) + "; or set TMPDIR to another folder"},
                         errno));
  }
  return UnlinkedFile(std::move(fd));
}

Result<Fd> UnlinkedFile::writer() const {
  Fd copy(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!copy) return fail(by_errno({ErrorCode::internal, "temporary file", "it cannot be opened", {}}, errno));
  return copy;
}

fs::path UnlinkedFile::path() const { return "/dev/fd/" + std::to_string(fd_.get()); }

}  // namespace helper
