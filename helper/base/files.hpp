// FileStore is the files of this machine as we change them: whole, atomically, with a mode. One of the five Hands.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace helper {

class FileStore {
 public:
  virtual ~FileStore() = default;
  // The bytes of a file; nullopt when there is none; an error when it is there and cannot be read or passes k_max_file.
  [[nodiscard]] virtual Result<std::optional<std::string>> read(const std::filesystem::path& path) = 0;
  // Replaces or creates the file: temporary file beside it, fsync, rename. Missing folders are made 0700. On any error
  // (a full disk, say) what was there before is untouched and no temporary file is left. A symbolic link stays: the
  // file that it points to is written. Extended attributes and the access list of the old file stay too.
  [[nodiscard]] virtual Result<void> write(const std::filesystem::path& path, std::string_view bytes, mode_t mode) = 0;
  // Removes the file; nothing to do when there is none.
  [[nodiscard]] virtual Result<void> remove(const std::filesystem::path& path) = 0;
};

// A regular file of any size, open for reading; never one of the three standard descriptors. Error: file_failed.
[[nodiscard]] Result<Fd> open_input(const std::filesystem::path& path);

inline constexpr std::size_t k_max_file = 64u << 20;

class DiskFileStore final : public FileStore {
 public:
  [[nodiscard]] Result<std::optional<std::string>> read(const std::filesystem::path& path) override;
  [[nodiscard]] Result<void> write(const std::filesystem::path& path, std::string_view bytes, mode_t mode) override;
  [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override;
};

}  // namespace helper
