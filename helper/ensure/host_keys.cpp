#include "ensure/host_keys.hpp"

#include "base/process/process.hpp"
#include "ensure/local_key.hpp"

#include <cstdlib>
#include <filesystem>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_types[] = {"ed25519", "ecdsa"};
constexpr std::string_view k_workshop = "host-key-";  // and six letters

// A folder for one key, gone with this object. The runtime folder is the user's alone, and mostly not on a disk.
class Workshop {
 public:
  explicit Workshop(const Paths& paths) : path_((paths.runtime / (std::string(k_workshop) + "XXXXXX")).string()) {
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~Workshop() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// ssh-keygen leaves half a file on a full disk; the FileStore does not.
Result<void> make_one(FileStore& files, const Paths& paths, const fs::path& file, const std::string& type,
                      const std::stop_token& stop) {
  const Workshop workshop(paths);
  if (workshop.path().empty())
    return fail(ErrorCode::file_failed, paths.runtime.string(), "nothing can be written there");
  const std::string made = workshop.path() + "/key";
  HELPER_TRY_ASSIGN(
      const auto output,
      run_process({{"ssh-keygen", "-q", "-t", type, "-N", "", "-C", "", "-f", made}, {}, {}, Milliseconds(20'000)},
                  stop));
  if (output.exit_status != 0) {
    return fail(ErrorCode::file_failed, made, "ssh-keygen could not make it: " + output.err,
                "see that ssh-keygen runs and that the disk is not full: df -h");
  }
  HELPER_TRY_ASSIGN(const auto secret, files.read(made));
  HELPER_TRY_ASSIGN(const auto open, files.read(made + ".pub"));
  HELPER_TRY(files.write(file, secret.value_or(""), 0600));
  return files.write(file.string() + ".pub", open.value_or(""), 0644);
}

}  // namespace

void remove_half_made_host_keys(const Paths& paths) {
  std::error_code ignored;
  std::vector<fs::path> left;
  for (fs::directory_iterator it(paths.runtime, ignored), end; !ignored && it != end; it.increment(ignored)) {
    if (it->path().filename().string().starts_with(k_workshop)) left.push_back(it->path());
  }
  for (const auto& folder : left) fs::remove_all(folder, ignored);
}

Result<std::vector<std::string>> find_host_keys(FileStore& files, const Paths& paths, const std::string& target) {
  std::vector<std::string> found;
  for (const std::string type : k_types) {
    HELPER_TRY_ASSIGN(const auto secret, files.read(paths.host_keys(target) / type));
    HELPER_TRY_ASSIGN(const auto open, files.read(paths.host_keys(target) / (type + ".pub")));
    if (!secret || secret->empty() || !open) return std::vector<std::string>{};
    const std::string line = open->substr(0, open->find('\n'));
    if (!is_public_key_line(line)) return std::vector<std::string>{};
    found.push_back(line.substr(0, line.find(' ', line.find(' ') + 1)));
  }
  return found;
}

Result<inside::HostKeyFiles> read_host_keys(FileStore& files, const Paths& paths, const std::string& target) {
  inside::HostKeyFiles keys;
  HELPER_TRY_ASSIGN(const auto ed25519, files.read(paths.host_keys(target) / "ed25519"));
  HELPER_TRY_ASSIGN(const auto ecdsa, files.read(paths.host_keys(target) / "ecdsa"));
  if (!ed25519 || !ecdsa) {
    return fail(ErrorCode::file_failed, paths.host_keys(target).string(), "the host keys are not there any more",
                "helper ensure " + target + " makes new ones");
  }
  return inside::HostKeyFiles{*ed25519, *ecdsa};
}

Result<void> make_host_keys(FileStore& files, const Paths& paths, const std::string& target,
                            const std::stop_token& stop) {
  for (const std::string type : k_types) HELPER_TRY(make_one(files, paths, paths.host_keys(target) / type, type, stop));
  return {};
}

}  // namespace helper::ensure
