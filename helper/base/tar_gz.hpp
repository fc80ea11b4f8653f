// TarGz writes a gzip'ed tar archive (POSIX ustar, with GNU's long names) into a file of this machine.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace helper {

// What an entry is besides its bytes. Owner and group are always root's.
struct TarEntry {
  std::string name;  // relative, '/' between names
  unsigned mode = 0644;
  std::int64_t modified = 0;  // seconds since 1970
};

class TarGz {
 public:
  // Makes the file, 0600; one that is there is an error (file_failed), as is every failure below.
  [[nodiscard]] static Result<TarGz> create(const std::filesystem::path& file);
  // Into a file that is open for writing; errors call it `name`.
  [[nodiscard]] static Result<TarGz> into(Fd file, const std::filesystem::path& name);
  TarGz(TarGz&&) noexcept = default;
  TarGz& operator=(TarGz&&) noexcept = default;

  [[nodiscard]] Result<void> add_folder(const TarEntry& entry);
  [[nodiscard]] Result<void> add_link(const TarEntry& entry, const std::string& target);
  // The bytes of `source`, a regular file. One that has gone, or is something else by now, is left out; of one that
  // grows meanwhile only what was there at first is taken, and one that shrinks is filled up with zeros, as GNU tar
  // does.
  [[nodiscard]] Result<void> add_file(const TarEntry& entry, const std::filesystem::path& source);
  // Ends the archive; nothing can be added after it.
  [[nodiscard]] Result<void> finish();

 private:
  struct Stream;
  struct Close {
    void operator()(Stream* stream) const;
  };
  explicit TarGz(std::unique_ptr<Stream, Close> stream) : stream_(std::move(stream)) {}

  [[nodiscard]] Result<void> header(const TarEntry& entry, char type, std::uint64_t size, const std::string& target);
  [[nodiscard]] Result<void> long_text(char type, const std::string& text);
  [[nodiscard]] Result<void> write(std::string_view bytes);
  [[nodiscard]] Result<void> pad(std::uint64_t size);

  std::unique_ptr<Stream, Close> stream_;
};

}  // namespace helper
