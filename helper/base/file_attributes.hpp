// What a file has beside its bytes, its mode and its owner: extended attributes (a SELinux label, tags) and an access
// list (ACL). They must outlive the replacement of the file.
#pragma once

#include <filesystem>

namespace helper {

// Gives the open file the extended attributes and the access list of `from`; nothing where there is no such file. False
// when its access list could not be copied: then the mode of `from` says more than it did, since the bits of the group
// are the mask of that list. What a file system does not take, or only root may set, is left out.
[[nodiscard]] bool copy_attributes(const std::filesystem::path& from, int to);

}  // namespace helper
