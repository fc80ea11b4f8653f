// UnlinkedFile is a file that has no name: whatever becomes of this process, nothing of it stays on the disk.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <filesystem>

namespace helper {

class UnlinkedFile {
 public:
  // In the system's folder for temporary files ($TMPDIR). Error: file_failed, with the folder.
  [[nodiscard]] static Result<UnlinkedFile> make();
  // A descriptor of its own for the same bytes, close-on-exec. Error: internal when there is none left.
  [[nodiscard]] Result<Fd> writer() const;
  // By which this process, and no other, can open it for reading for as long as this object lives.
  [[nodiscard]] std::filesystem::path path() const;

 private:
  explicit UnlinkedFile(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace helper
