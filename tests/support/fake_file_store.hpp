// FakeFileStore is a FileStore in memory, whose disk can be full. Thread-safe.
#pragma once

#include "base/files.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace helper::test {

class FakeFileStore final : public FileStore {
 public:
  struct File {
    std::string bytes;
    mode_t mode = 0;
    friend bool operator==(const File&, const File&) = default;
  };

  [[nodiscard]] Result<std::optional<std::string>> read(const std::filesystem::path& path) override {
    const std::lock_guard lock(mutex_);
    if (unreadable_ == path) return fail(ErrorCode::file_failed, path.string(), "cannot be read (Permission denied)");
    const auto file = files_.find(path);
    if (file == files_.end()) return std::nullopt;
    return file->second.bytes;
  }

  [[nodiscard]] Result<void> write(const std::filesystem::path& path, std::string_view bytes, mode_t mode) override {
    const std::lock_guard lock(mutex_);
    if (full_) {
      return fail(ErrorCode::file_failed, path.string(), "cannot be written (No space left on device)",
                  "free some space: df -h " + path.parent_path().string());
    }
    for (auto folder = path.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
      if (files_.contains(folder)) {
        return fail(ErrorCode::file_failed, path.string(), "cannot be written (Not a directory)");
      }
    }
    files_[path] = File{std::string(bytes), mode};
    written_.push_back(path);
    return {};
  }

  [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override {
    const std::lock_guard lock(mutex_);
    files_.erase(path);
    return {};
  }

  void set_full(bool full) {
    const std::lock_guard lock(mutex_);
    full_ = full;
  }
  void set_unreadable(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    unreadable_ = path;
  }
  [[nodiscard]] std::map<std::filesystem::path, File> files() const {
    const std::lock_guard lock(mutex_);
    return files_;
  }
  // Every path that write() changed, in order.
  [[nodiscard]] std::vector<std::filesystem::path> written() const {
    const std::lock_guard lock(mutex_);
    return written_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::filesystem::path, File> files_;
  std::vector<std::filesystem::path> written_;
  std::optional<std::filesystem::path> unreadable_;
  bool full_ = false;
};

}  // namespace helper::test
