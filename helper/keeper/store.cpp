// The files of records and states.
#include "base/fd.hpp"
#include "keeper/http.hpp"
#include "keeper/records.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <utility>

namespace helper::keeper {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> failed(const std::string& path, int error) {
  return fail(ErrorCode::file_failed, path, std::generic_category().message(error));
}

Result<void> make_folder(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed(path, errno);
  if (::chmod(path.c_str(), 0700) != 0) return failed(path, errno);
  return {};
}

// Nothing when there is no such file.
Result<std::optional<std::string>> read_file(const fs::path& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file && errno == ENOENT) return std::nullopt;
  struct stat facts {};
  if (!file || ::fstat(file.get(), &facts) != 0) return failed(path, errno);
  if (!S_ISREG(facts.st_mode)) return failed(path, EINVAL);
  if (facts.st_size > static_cast<off_t>(k_file_limit)) return failed(path, EFBIG);
  std::string text(k_file_limit + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > k_file_limit) return failed(path, EFBIG);
  text.resize(size);
  return text;
}

Result<void> write_all(const Fd& file, const std::string& path, std::string_view text) {
  while (!text.empty()) {
    const auto put = ::write(file.get(), text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed(path, errno);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

// The name of the new file is this process's own: `record` and `run` may write at the same time.
Result<void> write_file(const fs::path& path, std::string_view text, bool to_disk) {
  const auto made = path.parent_path() / ("." + path.filename().string() + "." + std::to_string(::getpid()));
  ::unlink(made.c_str());
  const Fd file(::open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return failed(made, errno);
  auto done = write_all(file, made, text);
  if (done && to_disk && ::fsync(file.get()) != 0) done = failed(made, errno);
  if (done && ::rename(made.c_str(), path.c_str()) != 0) done = failed(path, errno);
  if (!done) {
    ::unlink(made.c_str());
    return done;
  }
  if (to_disk) {
    const Fd folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder && ::fsync(folder.get()) != 0 && errno != EINVAL) return failed(path.parent_path(), errno);
  }
  return {};
}

std::string id_of(const fs::path& path) {
  const auto stem = path.stem().string();
  return path.extension() == ".json" && stem.size() == 64 && is_hex(stem) ? stem : std::string();
}

Result<void> remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path, errno);
  return {};
}

}  // namespace

Result<void> Store::prepare() const {
  HELPER_TRY(make_folder(folder_));
  HELPER_TRY(make_folder(records()));
  return make_folder(folder_ / "state");
}

std::vector<std::string> Store::ids() const {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(records(), error), end; !error && entry != end; entry.increment(error)) {
    if (auto id = id_of(entry->path()); !id.empty() && found.size() < k_records_limit) found.push_back(std::move(id));
  }
  return found;
}

bool Store::has(const std::string& id) const { return ::access((records() / (id + ".json")).c_str(), F_OK) == 0; }

Result<std::optional<Record>> Store::record(const std::string& id) const {
  HELPER_TRY_ASSIGN(const auto text, read_file(records() / (id + ".json")));
  if (!text) return std::nullopt;
  HELPER_TRY_ASSIGN(auto found, parse_record(*text));
  if (found.container != id) return fail(ErrorCode::config_invalid, "the record", "it names another container");
  return found;
}

Result<void> Store::write(Record record) const {
  HELPER_TRY(prepare());
  if (!has(record.container) && ids().size() >= k_records_limit) {
    return fail(ErrorCode::file_failed, records(), "there are " + std::to_string(k_records_limit) + " records already");
  }
  record.written = std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
  return write_file(records() / (record.container + ".json"), to_text(record), true);
}

std::optional<State> Store::state(const std::string& id) const {
  const auto text = read_file(folder_ / "state" / (id + ".json"));
  if (!text || !*text) return std::nullopt;
  auto found = parse_state(**text);
  return found ? std::optional(std::move(*found)) : std::nullopt;
}

Result<void> Store::write(const std::string& id, const State& state) const {
  return write_file(folder_ / "state" / (id + ".json"), to_text(state), false);
}

Result<Fd> Store::lock(const std::string& id, std::chrono::milliseconds limit) const {
  const auto path = folder_ / "state" / (id + ".lock");
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return failed(path, errno);
  const auto end = std::chrono::steady_clock::now() + limit;
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return failed(path, errno);
    if (std::chrono::steady_clock::now() > end)
      return fail(ErrorCode::timed_out, id.substr(0, 12), "a service is being started in it");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return file;
}

void Store::tidy() const {
  std::error_code error;
  std::vector<fs::path> left;
  for (fs::directory_iterator entry(folder_ / "state", error), end; !error && entry != end; entry.increment(error)) {
    if (!has(entry->path().stem().string())) left.push_back(entry->path());
  }
  for (const auto& path : left) fs::remove(path, error);
}

Result<void> Store::forget(const std::string& id) const {
  HELPER_TRY(remove_file(records() / (id + ".json")));
  return remove_file(folder_ / "state" / (id + ".json"));
}

}  // namespace helper::keeper
