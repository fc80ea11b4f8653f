// An IdeArchive is the file that JetBrains offers for download: an IDE for Linux as .tar.gz, looked at before it is
// sent.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace helper::cli {

struct IdeArchive {
  std::filesystem::path file;  // absolute
  std::uint64_t size = 0;
  std::string sha256;  // lower-case hexadecimal
  std::string folder;  // what it is called where backends lie: from its contents and its name
};

// Reads the whole file once. `on_read` gets how many bytes are done, and says false to stop. Errors: file_failed
// (cannot be read, is no gzip'ed tar archive, is not what FILE.sha256 beside it says), cancelled.
[[nodiscard]] Result<IdeArchive> look_at_archive(const std::filesystem::path& file,
                                                 const std::function<bool(std::uint64_t)>& on_read);

// The sum in a file as sha256sum writes it, lower case; "" when there is none. Pure.
[[nodiscard]] std::string sum_in(std::string_view text);

// "0123456789abc_pycharm-2026.1.1" of "pycharm-2026.1.1.tar.gz". Pure.
[[nodiscard]] std::string backend_folder(std::string_view sha256, std::string_view file_name);

}  // namespace helper::cli
