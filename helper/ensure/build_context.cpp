#include "ensure/build_context.hpp"

#include "base/digest.hpp"
#include "base/fd.hpp"
#include "base/shortage.hpp"
#include "base/tar_gz.hpp"
#include "config/docker_ignore.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_most_files = 500'000;
constexpr std::size_t k_buffer = 256 * 1024;
constexpr std::int64_t k_second = 1'000'000'000;  // in nanoseconds

tl::unexpected<Error> unreadable(const fs::path& path, int error_number) {
  return fail(by_errno({ErrorCode::file_failed, path.string(), "it cannot be read", {}}, error_number));
}

tl::unexpected<Error> cancelled(const config::BuildConfig& build) {
  return fail(ErrorCode::cancelled, build.context.string(), "the request was cancelled");
}

std::optional<std::string> text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// A Dockerfile may have an ignore file of its own, which is taken instead of the folder's.
config::DockerIgnore ignore_of(const config::BuildConfig& build) {
  for (const std::string& name : {build.dockerfile + ".dockerignore", std::string(".dockerignore")}) {
    if (const auto text = text_of(build.context / name)) return config::DockerIgnore(*text);
  }
  return {};
}

Result<std::optional<ContextFile>> look_at(const fs::path& path, const std::string& name) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT) return std::nullopt;  // it was removed at this moment
    return unreadable(path, errno);
  }
  ContextFile file{name, ContextFile::Kind::file, facts.st_mode & 07777U, 0, 0, facts.st_ino, {}};
  file.modified = facts.st_mtim.tv_sec * k_second + facts.st_mtim.tv_nsec;
  if (S_ISREG(facts.st_mode)) {
    file.size = static_cast<std::uint64_t>(facts.st_size);
  } else if (S_ISDIR(facts.st_mode)) {
    file.kind = ContextFile::Kind::folder;
  } else if (S_ISLNK(facts.st_mode)) {
    file.kind = ContextFile::Kind::link;
    std::error_code bad;
    file.leads_to = fs::read_symlink(path, bad).string();
    if (bad == std::errc::no_such_file_or_directory || bad == std::errc::invalid_argument) return std::nullopt;
    if (bad) return unreadable(path, bad.value());
  } else {
    return std::nullopt;
  }
  return file;
}

class Walk {
 public:
  explicit Walk(const config::BuildConfig& build) : build_(build), ignore_(ignore_of(build)) {}

  Result<void> into(const fs::path& folder, const std::string& prefix) {
    std::error_code bad;
    std::vector<std::string> names;
    for (fs::directory_iterator it(folder, bad), end; !bad && it != end; it.increment(bad))
      names.push_back(it->path().filename().string());
    const bool is_gone = bad == std::errc::no_such_file_or_directory || bad == std::errc::not_a_directory;
    if (is_gone && !prefix.empty()) return {};
    if (bad) return unreadable(folder, bad.value());
    std::ranges::sort(names);
    for (const auto& name : names) HELPER_TRY(take(folder / name, prefix + name));
    return {};
  }

  std::vector<ContextFile> files;

 private:
  // docker sends the Dockerfile and the ignore file whatever the latter says.
  [[nodiscard]] bool is_excluded(const std::string& name) const {
    return name != build_.dockerfile && name != ".dockerignore" && ignore_.excludes(name);
  }

  // A folder on the way to something that is not excluded is not excluded either.
  Result<void> take(const fs::path& path, const std::string& name) {
    HELPER_TRY_ASSIGN(auto file, look_at(path, name));
    if (!file) return {};
    const bool excluded = is_excluded(name);
    const bool folder = file->kind == ContextFile::Kind::folder;
    const bool holds_dockerfile = folder && build_.dockerfile.starts_with(name + "/");
    if (excluded && !(folder && (ignore_.brings_back() || holds_dockerfile))) return {};
    if (files.size() == k_most_files) {
      return fail(ErrorCode::config_invalid, build_.context.string(),
                  "the build's context has more than " + std::to_string(k_most_files) + " files",
                  "exclude what the build does not need: " + (build_.context / ".dockerignore").string());
    }
    const std::size_t here = files.size();
    files.push_back(std::move(*file));
    if (folder) HELPER_TRY(into(path, name + "/"));
    if (excluded && files.size() == here + 1) files.pop_back();
    return {};
  }

  const config::BuildConfig& build_;
  const config::DockerIgnore ignore_;
};

// Before anything is sent; a link is followed on the server, within what is sent.
Result<void> must_be_a_file(const config::BuildConfig& build, const ContextFile* dockerfile) {
  const fs::path path = build.context / build.dockerfile;
  const auto wrong = [&](const std::string& cause, const std::string& fix) {
    return fail(ErrorCode::config_invalid, path.string(), cause, fix);
  };
  const std::string name_another = R"(name another in helper.json: "build": {"context": ..., "dockerfile": ...})";
  if (dockerfile == nullptr) return wrong("there is no such Dockerfile", "write it, or " + name_another);
  std::error_code bad;
  if (fs::is_directory(path, bad)) {
    const bool has_one = fs::is_regular_file(path / "Dockerfile", bad);
    return wrong(
        "it is a folder, and a Dockerfile is a file",
        has_one ? R"(write in helper.json: "dockerfile": ")" + build.dockerfile + "/Dockerfile\"" : name_another);
  }
  if (dockerfile->kind != ContextFile::Kind::link) return {};
  const fs::path end =
      fs::weakly_canonical(path.parent_path() / dockerfile->leads_to, bad);  // also where it is not there
  const auto within = end.lexically_relative(fs::weakly_canonical(build.context, bad));
  if (dockerfile->leads_to.starts_with('/') || within.empty() || *within.begin() == "..") {
    return wrong("it is a link to " + dockerfile->leads_to + ", and only what is in " + build.context.string() +
                     " is sent to the server",
                 "copy the file there, or " + name_another);
  }
  if (!fs::exists(end, bad))
    return wrong("it is a link to " + dockerfile->leads_to + ", which is not there", "write it, or " + name_another);
  return {};
}

std::string number(std::uint64_t value) { return std::to_string(value); }

void add_settings(Fingerprint& fingerprint, const config::BuildConfig& build) {
  fingerprint.add(build.dockerfile);
  fingerprint.add(build.target);
  fingerprint.add(number(build.args.size()));
  for (const auto& [name, value] : build.args) fingerprint.add(name + "=" + value);
}

std::string facts_of(const config::BuildConfig& build, const std::vector<ContextFile>& files) {
  Fingerprint fingerprint;
  fingerprint.add(build.context.string());
  add_settings(fingerprint, build);
  for (const auto& file : files) {
    fingerprint.add(file.name);
    fingerprint.add(number(file.mode) + " " + number(file.size) + " " + std::to_string(file.modified) + " " +
                    number(file.inode) + " " + file.leads_to);
  }
  return fingerprint.hex();
}

Result<void> add_bytes(Fingerprint& fingerprint, const fs::path& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return {};  // it was removed at this moment
  if (!fd) return unreadable(path, errno);
  std::string buffer(k_buffer, '\0');
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable(path, errno);
    if (n == 0) return {};
    fingerprint.add(std::string_view(buffer).substr(0, static_cast<std::size_t>(n)));
  }
}

Result<std::string> fingerprint_of(const config::BuildConfig& build, const std::vector<ContextFile>& files,
                                   const std::stop_token& stop) {
  Fingerprint fingerprint;
  add_settings(fingerprint, build);
  for (const auto& file : files) {
    if (stop.stop_requested()) return cancelled(build);
    fingerprint.add(file.name);
    fingerprint.add(number(static_cast<unsigned>(file.kind)) + " " + number(file.mode) + " " + number(file.size) + " " +
                    file.leads_to);
    if (file.kind == ContextFile::Kind::file) HELPER_TRY(add_bytes(fingerprint, build.context / file.name));
  }
  return fingerprint.hex();
}

}  // namespace

Result<std::vector<ContextFile>> list_context(const config::BuildConfig& build) {
  Walk walk(build);
  HELPER_TRY(walk.into(build.context, ""));
  const auto dockerfile = std::ranges::find(walk.files, build.dockerfile, &ContextFile::name);
  HELPER_TRY(must_be_a_file(build, dockerfile == walk.files.end() ? nullptr : &*dockerfile));
  return std::move(walk.files);
}

std::string dockerfile_text(const config::BuildConfig& build) {
  return text_of(build.context / build.dockerfile).value_or("");
}

plan::BuildInputs build_inputs(const config::BuildConfig& build, ContextMemory& memory, const std::stop_token& stop) {
  const auto files = list_context(build);
  if (!files) return {{}, files.error()};
  const std::string facts = facts_of(build, *files);
  if (memory.facts != facts) {
    const auto fingerprint = fingerprint_of(build, *files, stop);
    if (!fingerprint) return {{}, fingerprint.error()};
    memory = {facts, *fingerprint};
  }
  return {memory.fingerprint, std::nullopt};
}

Result<UnlinkedFile> pack_context(const config::BuildConfig& build, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto files, list_context(build));
  HELPER_TRY_ASSIGN(UnlinkedFile file, UnlinkedFile::make());
  HELPER_TRY_ASSIGN(Fd writer, file.writer());
  HELPER_TRY_ASSIGN(TarGz tar, TarGz::into(std::move(writer), "the packed " + build.context.string()));
  for (const auto& each : files) {
    if (stop.stop_requested()) return cancelled(build);
    const TarEntry entry{each.name, each.mode, each.modified / k_second};
    switch (each.kind) {
      case ContextFile::Kind::file:
        HELPER_TRY(tar.add_file(entry, build.context / each.name));
        break;
      case ContextFile::Kind::folder:
        HELPER_TRY(tar.add_folder(entry));
        break;
      case ContextFile::Kind::link:
        HELPER_TRY(tar.add_link(entry, each.leads_to));
        break;
    }
  }
  HELPER_TRY(tar.finish());
  return file;
}

}  // namespace helper::ensure
