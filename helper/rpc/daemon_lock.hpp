// DaemonLock is the proof that this process is the one daemon of its user: an flock(2) that the kernel drops with us,
// however we end.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <utility>

namespace helper::rpc {

class DaemonLock {
 public:
  // nullopt while another process holds it. Error: file_failed.
  [[nodiscard]] static Result<std::optional<DaemonLock>> try_take(const std::filesystem::path& file);
  // Whether it is the lock of the file that is there now: a file that was removed or replaced locks nobody out.
  [[nodiscard]] bool is_of(const std::filesystem::path& file) const;
  // Whether some process holds it now.
  [[nodiscard]] static bool is_held(const std::filesystem::path& file);

 private:
  explicit DaemonLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace helper::rpc
