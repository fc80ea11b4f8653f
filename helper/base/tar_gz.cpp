#include "base/tar_gz.hpp"

#include "base/shortage.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>
#include <zlib.h>

namespace helper {
namespace {

constexpr std::size_t k_block = 512;
constexpr std::size_t k_buffer = 256 * 1024;
constexpr std::size_t k_name_field = 100;
constexpr std::size_t k_link_field = 100;

tl::unexpected<Error> failed(const std::filesystem::path& file, const std::string& cause) {
  return fail(ErrorCode::file_failed, file.string(), cause);
}

// Where the fields of a ustar header are (POSIX.1-2017, pax, "ustar Interchange Format").
class Header {
 public:
  void text(std::size_t at, std::string_view value) { value.copy(block_.data() + at, value.size()); }
  // As octal digits and a NUL; what needs more, in the base-256 form that GNU and Go read.
  void number(std::size_t at, std::size_t width, std::uint64_t value) {
    const std::size_t digits = width - 1;
    if (value >> (3 * digits) != 0) {
      for (std::size_t i = width; i-- > 1; value >>= 8) block_[at + i] = static_cast<char>(value & 0xff);
      block_[at] = '\x80';
      return;
    }
    for (std::size_t i = digits; i-- > 0; value >>= 3) block_[at + i] = static_cast<char>('0' + (value & 7));
    block_[at + digits] = '\0';
  }
  [[nodiscard]] std::string_view sealed() {
    constexpr std::size_t k_sum = 148;
    std::fill_n(block_.begin() + k_sum, 8, ' ');
    unsigned sum = 0;
    for (const char c : block_) sum += static_cast<unsigned char>(c);
    number(k_sum, 7, sum);
    return {block_.data(), block_.size()};
  }

 private:
  std::array<char, k_block> block_{};
};

}  // namespace

struct TarGz::Stream {
  gzFile gz = nullptr;
  std::filesystem::path file;
};

void TarGz::Close::operator()(Stream* stream) const {
  if (stream->gz != nullptr) ::gzclose(stream->gz);
  std::default_delete<Stream>()(stream);
}

Result<TarGz> TarGz::create(const std::filesystem::path& file) {
  Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return fail(by_errno({ErrorCode::file_failed, file.string(), "it cannot be made", {}}, errno));
  return into(std::move(fd), file);
}

Result<TarGz> TarGz::into(Fd fd, const std::filesystem::path& name) {
  std::unique_ptr<Stream, Close> stream(std::make_unique<Stream>().release());
  stream->file = name;
  stream->gz = ::gzdopen(fd.get(), "wb1");  // the network is rarely slower than level 1
  if (stream->gz == nullptr) return failed(name, "there is no memory to compress it");
  static_cast<void>(fd.release());  // it is the stream's now
  return TarGz(std::move(stream));
}

Result<void> TarGz::add_folder(const TarEntry& entry) {
  TarEntry folder = entry;
  if (!folder.name.ends_with('/')) folder.name += '/';
  return header(folder, '5', 0, {});
}

Result<void> TarGz::add_link(const TarEntry& entry, const std::string& target) { return header(entry, '2', 0, target); }

Result<void> TarGz::add_file(const TarEntry& entry, const std::filesystem::path& source) {
  const Fd fd(::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  // ELOOP and ENXIO: a link or a socket has taken its place.
  if (!fd && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENXIO)) return {};
  struct stat facts {};
  if (!fd || ::fstat(fd.get(), &facts) != 0)
    return fail(by_errno({ErrorCode::file_failed, source.string(), "it cannot be read", {}}, errno));
  if (!S_ISREG(facts.st_mode)) return {};
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  HELPER_TRY(header(entry, '0', size, {}));
  std::vector<char> buffer(k_buffer);
  std::uint64_t left = size;
  while (left > 0) {
    const ssize_t n =
        ::read(fd.get(), buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(left, k_buffer)));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(by_errno({ErrorCode::file_failed, source.string(), "it cannot be read", {}}, errno));
    auto got = static_cast<std::size_t>(n);
    if (n == 0) {
      got = static_cast<std::size_t>(std::min<std::uint64_t>(left, k_buffer));
      std::fill_n(buffer.begin(), got, '\0');
    }
    HELPER_TRY(write({buffer.data(), got}));
    left -= got;
  }
  return pad(size);
}

Result<void> TarGz::finish() {
  HELPER_TRY(write(std::string(2 * k_block, '\0')));
  gzFile gz = std::exchange(stream_->gz, nullptr);
  if (::gzclose(gz) != Z_OK) return failed(stream_->file, "it cannot be written: is the disk full?");
  return {};
}

Result<void> TarGz::header(const TarEntry& entry, char type, std::uint64_t size, const std::string& target) {
  if (target.size() > k_link_field) HELPER_TRY(long_text('K', target));
  if (entry.name.size() > k_name_field) HELPER_TRY(long_text('L', entry.name));
  Header block;
  block.text(0, std::string_view(entry.name).substr(0, k_name_field));
  block.number(100, 8, entry.mode & 07777U);
  block.number(108, 8, 0);
  block.number(116, 8, 0);
  block.number(124, 12, size);
  block.number(136, 12, static_cast<std::uint64_t>(std::max<std::int64_t>(entry.modified, 0)));
  block.text(156, {&type, 1});
  block.text(157, std::string_view(target).substr(0, k_link_field));
  block.text(257, "ustar  ");  // GNU's magic, since GNU's long names are used
  block.text(265, "root");
  block.text(297, "root");
  return write(block.sealed());
}

// An entry whose bytes are the name, or the link's target, of the next entry.
Result<void> TarGz::long_text(char type, const std::string& text) {
  HELPER_TRY(header({"././@LongLink", 0644, 0}, type, text.size() + 1, {}));
  HELPER_TRY(write(text + '\0'));
  return pad(text.size() + 1);
}

Result<void> TarGz::write(std::string_view bytes) {
  if (stream_->gz == nullptr) return failed(stream_->file, "it is complete already");
  if (::gzwrite(stream_->gz, bytes.data(), static_cast<unsigned>(bytes.size())) == static_cast<int>(bytes.size()))
    return {};
  return failed(stream_->file, "it cannot be written: is the disk full?");
}

Result<void> TarGz::pad(std::uint64_t size) {
  const std::size_t over = static_cast<std::size_t>(size % k_block);
  return over == 0 ? Result<void>() : write(std::string(k_block - over, '\0'));
}

}  // namespace helper
