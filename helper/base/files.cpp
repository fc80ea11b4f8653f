#include "base/files.hpp"

#include "base/digest.hpp"
#include "base/file_attributes.hpp"
#include "base/shell.hpp"
#include "base/shortage.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace helper {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> io_error(const fs::path& path, const std::string& doing, int error_number) {
  std::string fix;
  if (error_number == ENOSPC || error_number == EDQUOT)
    fix = "free some space: df -h " + shell::quote(path.parent_path().string());
  if (error_number == EACCES || error_number == EPERM)
    fix = "look at its owner and mode: ls -ld " + shell::quote(path.string());
  return fail(by_errno({ErrorCode::file_failed, path.string(), "cannot be " + doing, fix}, error_number));
}

Result<void> make_folders(const fs::path& folder) {
  std::error_code ignored;  // a folder that cannot be looked at cannot be made either, and mkdir says why
  if (folder.empty() || folder == folder.root_path() || fs::is_directory(folder, ignored)) return {};
  HELPER_TRY(make_folders(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return io_error(folder, "made", errno);
  return {};
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

// Where a write through `path` has to go: a link is kept, and its target is written, whether that exists or not.
Result<fs::path> follow_links(const fs::path& path) {
  constexpr int k_most_links = 40;  // as the Linux kernel follows (path_resolution(7))
  fs::path target = path;
  for (int links = 0; links < k_most_links; ++links) {
    std::error_code not_a_link;
    const fs::path next = fs::read_symlink(target, not_a_link);
    if (not_a_link) return target;
    target = target.parent_path() / next;
  }
  return io_error(path, "written", ELOOP);
}

// The new bytes beside `target`, before they take its place: without a name where the file system can do that (open(2),
// O_TMPFILE), so that the end of this process leaves nothing there.
struct Draft {
  Fd fd;
  std::string name;  // "" = none yet
};

Draft nameless_draft(const fs::path& target) {
#ifdef O_TMPFILE
  if (::access("/proc/self/fd", X_OK) == 0)
    return {Fd(::open(target.parent_path().c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600)), {}};
#endif
  static_cast<void>(target);
  return {};
}

Draft named_draft(const fs::path& target) {
  std::string name = target.string() + ".XXXXXX";
  Fd fd(::mkostemp(name.data(), O_CLOEXEC));
  return {std::move(fd), std::move(name)};
}

// With the attributes of `target`, whose place it will take. 0, or an errno.
int fill(const Draft& draft, const fs::path& target, std::string_view bytes, mode_t mode) {
  if (const int error_number = write_all(draft.fd.get(), bytes); error_number != 0) return error_number;
  // The mode comes after the access list, which has one of its own.
  constexpr mode_t k_group = 0070;
  if (!copy_attributes(target, draft.fd.get())) mode &= ~k_group;
  if (::fchmod(draft.fd.get(), mode) != 0 || ::fsync(draft.fd.get()) != 0) return errno;
  return 0;
}

// 0, or the errno for which it has none.
int give_name(Draft& draft, const fs::path& target) {
  if (!draft.name.empty()) return 0;
  const std::string nameless = "/proc/self/fd/" + std::to_string(draft.fd.get());
  constexpr int k_tries = 16;
  for (int i = 0; i < k_tries; ++i) {
    const std::string name = target.string() + "." + random_token().substr(0, 6);
    if (::linkat(AT_FDCWD, nameless.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      draft.name = name;
      return 0;
    }
    if (errno != EEXIST) return errno;
  }
  return EEXIST;
}

void sync_folder(const fs::path& folder) {
  const Fd dir(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (dir) ::fsync(dir.get());  // the rename is done either way; this only makes it survive a power cut
}

// Without waiting for the writer of a FIFO.
Fd open_to_read(const fs::path& path) { return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)); }

Result<void> expect_regular(const fs::path& path, const Fd& fd) {
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return io_error(path, "read", errno);
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::file_failed, path.string(), "is not a regular file");
  return {};
}

}  // namespace

Result<Fd> open_input(const fs::path& path) {
  Fd fd(open_to_read(path));
  HELPER_TRY(expect_regular(path, fd));
  if (fd.get() > STDERR_FILENO) return fd;
  Fd above(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!above) return io_error(path, "read", errno);
  return above;
}

Result<std::optional<std::string>> DiskFileStore::read(const fs::path& path) {
  const Fd fd(open_to_read(path));
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  HELPER_TRY(expect_regular(path, fd));
  std::string bytes;
  char buffer[65536];
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_error(path, "read", errno);
    if (n == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(n));
    if (bytes.size() > k_max_file) return fail(ErrorCode::file_failed, path.string(), "is larger than 64 MiB");
  }
}

Result<void> DiskFileStore::write(const fs::path& path, std::string_view bytes, mode_t mode) {
  HELPER_TRY_ASSIGN(const fs::path target, follow_links(path));
  HELPER_TRY(make_folders(target.parent_path()));
  Draft draft = nameless_draft(target);
  int error_number = draft.fd ? fill(draft, target, bytes, mode) : 0;
  bool needs_name = !draft.fd;
  if (draft.fd && error_number == 0) {
    error_number = give_name(draft, target);
    // Some systems allow such a file but give it no name: AppArmor, seccomp, FUSE.
    needs_name = error_number != 0 && error_number != ENOSPC && error_number != EDQUOT;
  }
  if (needs_name) {
    draft = named_draft(target);
    if (!draft.fd) return io_error(path, "written", errno);
    error_number = fill(draft, target, bytes, mode);
  }
  if (error_number == 0 && ::rename(draft.name.c_str(), target.c_str()) != 0) error_number = errno;
  if (error_number != 0) {
    if (!draft.name.empty()) ::unlink(draft.name.c_str());
    return io_error(path, "written", error_number);
  }
  sync_folder(target.parent_path());
  return {};
}

Result<void> DiskFileStore::remove(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) {
    return io_error(path, "removed", errno);
  }
  return {};
}

}  // namespace helper
