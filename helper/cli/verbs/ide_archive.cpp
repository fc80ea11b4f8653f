#include "cli/verbs/ide_archive.hpp"

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>
#include <zlib.h>

namespace helper::cli {
namespace {

constexpr std::size_t k_sum_digits = 64;
constexpr std::size_t k_tar_header = 512;
constexpr std::size_t k_longest_name = 100;

tl::unexpected<Error> wrong(const std::filesystem::path& file, std::string cause, std::string fix) {
  return fail(ErrorCode::file_failed, file.string(), std::move(cause), std::move(fix));
}

// Whether the unpacked bytes begin with a header of tar (POSIX ustar and GNU have the same mark there).
bool begins_with_tar(std::string_view gzip) {
  std::string header(k_tar_header, '\0');
  std::string input(gzip);
  z_stream stream{};
  constexpr int k_gzip_only = 15 + 16;
  if (::inflateInit2(&stream, k_gzip_only) != Z_OK) return false;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(header.data());
  stream.avail_out = static_cast<uInt>(header.size());
  (void)::inflate(&stream, Z_SYNC_FLUSH);
  const bool whole = stream.avail_out == 0;
  ::inflateEnd(&stream);
  constexpr std::size_t k_mark_at = 257;
  return whole && std::string_view(header).substr(k_mark_at).starts_with("ustar");
}

Result<void> compare_sum(const std::filesystem::path& file, const std::string& sha256) {
  auto beside = file;
  beside += ".sha256";
  DiskFileStore files;
  HELPER_TRY_ASSIGN(const auto text, files.read(beside));
  if (!text) return {};
  const std::string wanted = sum_in(*text);
  if (wanted.empty()) return wrong(beside, "there is no SHA-256 sum in it", "download it again, or remove it");
  if (wanted == sha256) return {};
  return wrong(file, "its SHA-256 sum is not the one in " + beside.filename().string(), "download it again");
}

}  // namespace

Result<IdeArchive> look_at_archive(const std::filesystem::path& file,
                                   const std::function<bool(std::uint64_t)>& on_read) {
  HELPER_TRY_ASSIGN(const Fd fd, open_input(file));
  IdeArchive archive;
  archive.file = file;
  Sha256 sum;
  std::vector<char> buffer(1u << 20);
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return wrong(file, std::string("cannot be read (") + std::strerror(errno) + ")", "");
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (archive.size == 0 && !begins_with_tar(piece)) {
      return wrong(file, "it is not a .tar.gz archive",
                   "download the IDE for Linux as .tar.gz, as Gateway's \"Upload installer file\" takes it");
    }
    if (n == 0) break;
    archive.size += piece.size();
    sum.add(piece);
    if (!on_read(archive.size)) return fail(ErrorCode::cancelled, file.string(), "reading it was cancelled");
  }
  archive.sha256 = sum.hex();
  HELPER_TRY(compare_sum(file, archive.sha256));
  archive.folder = backend_folder(archive.sha256, file.filename().string());
  return archive;
}

std::string sum_in(std::string_view text) {
  const std::string sum = lower_case(text.substr(0, text.find_first_of(" \t\r\n")));
  return is_hex(sum) && sum.size() == k_sum_digits ? sum : std::string();
}

std::string backend_folder(std::string_view sha256, std::string_view file_name) {
  constexpr std::size_t k_digits = 13;
  constexpr std::string_view k_end = ".tar.gz";
  if (file_name.ends_with(k_end)) file_name.remove_suffix(k_end.size());
  std::string folder = std::string(sha256.substr(0, k_digits)) + "_";
  for (const char c : file_name.substr(0, k_longest_name)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    folder += plain ? c : '-';
  }
  return folder;
}

}  // namespace helper::cli
