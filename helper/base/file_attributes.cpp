#include "base/file_attributes.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>

#ifdef __APPLE__
#include "base/fd.hpp"

#include <copyfile.h>
#include <fcntl.h>
#else
#include <sys/xattr.h>
#endif

namespace helper {

#ifdef __APPLE__

bool copy_attributes(const std::filesystem::path& from, int to) {
  const Fd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!source) return true;
  ::fcopyfile(source.get(), to, nullptr, COPYFILE_XATTR);
  return ::fcopyfile(source.get(), to, nullptr, COPYFILE_ACL) == 0;
}

#else

namespace {

constexpr const char* k_access_list = "system.posix_acl_access";

// Two calls, since the length must be known first; "" when it changed between them, or there is none.
template <class Get>
std::string bytes_of(Get get) {
  const ssize_t length = get(nullptr, 0);
  if (length <= 0) return {};
  std::string bytes(static_cast<std::size_t>(length), '\0');
  const ssize_t got = get(bytes.data(), bytes.size());
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

}  // namespace

bool copy_attributes(const std::filesystem::path& from, int to) {
  const std::string names =
      bytes_of([&](char* buffer, std::size_t size) { return ::listxattr(from.c_str(), buffer, size); });
  bool has_list = false;
  bool copied = true;
  for (std::string_view rest = names; !rest.empty();) {
    const std::string name(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(name.size() + 1);
    const std::string value =
        bytes_of([&](char* buffer, std::size_t size) { return ::getxattr(from.c_str(), name.c_str(), buffer, size); });
    const bool set = ::fsetxattr(to, name.c_str(), value.data(), value.size(), 0) == 0;
    if (name != k_access_list) continue;
    has_list = true;
    copied = set;
  }
  // A folder may give its new files a list that the old file did not have.
  if (!has_list) ::fremovexattr(to, k_access_list);
  return copied;
}

#endif

}  // namespace helper
