// Fd owns a file descriptor and closes it.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <unistd.h>
#include <utility>

namespace helper {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// UnlinkedFile is a file that has no name: however this process ends, nothing of the file stays on the disk.

class UnlinkedFile {
 public:
  // In the system's folder for temporary files ($TMPDIR). Error: file_failed, with the folder.
  [[nodiscard]] static Result<UnlinkedFile> make();
  // A descriptor of its own for the same bytes, close-on-exec. Error: internal when there is none left.
  [[nodiscard]] Result<Fd> writer() const;
  // A path by which only this process can open it for reading, for as long as this object lives.
  [[nodiscard]] std::filesystem::path path() const;

 private:
  explicit UnlinkedFile(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace helper
