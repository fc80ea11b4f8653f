// How somebody else's file is replaced: its mode, its owner and a link to it stay; one that must not be
// written is not.
#pragma once

#include "base/files.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace helper::settings {

// Before anything is written: nothing when the file, there already or not, could be replaced. Error: file_failed (it is
// read-only, another user's, in a folder that is not to be written, or no file).
[[nodiscard]] Result<void> may_replace(const std::filesystem::path& file);

// Error file_failed: a link, of the file or of a folder above it, points out of `folder`.
[[nodiscard]] Result<void> stays_within(const std::filesystem::path& file, const std::filesystem::path& folder);

// Removes what was written, where there was nothing before. A link stays: its target is removed. Errors: as of
// may_replace, and of FileStore::remove.
[[nodiscard]] Result<void> remove_file(FileStore& files, const std::filesystem::path& file);

// Also makes the folders above it. Errors: as above, and of FileStore::write.
[[nodiscard]] Result<void> replace_file(FileStore& files, const std::filesystem::path& file, std::string_view bytes,
                                        mode_t mode_of_new);

// The folders above `file` that are not there, outermost first.
[[nodiscard]] std::vector<std::filesystem::path> missing_folders(const std::filesystem::path& file);

// Removes the folders that are empty, innermost first. What is not empty stays, without an error.
void remove_empty_folders(const std::vector<std::filesystem::path>& outermost_first);

}  // namespace helper::settings
