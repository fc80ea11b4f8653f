#include "ensure/host_keys.hpp"

#include "base/process.hpp"
#include "ensure/local_key.hpp"

#include <filesystem>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_types[] = {"ed25519", "ecdsa"};

Result<void> make_one(const fs::path& file, const std::string& type, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(
      const auto output,
      run_process(
          {{"ssh-keygen", "-q", "-t", type, "-N", "", "-C", "", "-f", file.string()}, {}, {}, Milliseconds(20'000)},
          stop));
  if (output.exit_status == 0) return {};
  return fail(ErrorCode::file_failed, file.string(), "ssh-keygen could not make it: " + output.err,
              "see that ssh-keygen runs and that the disk is not full");
}

}  // namespace

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

Result<engine::HostKeyFiles> read_host_keys(FileStore& files, const Paths& paths, const std::string& target) {
  engine::HostKeyFiles keys;
  HELPER_TRY_ASSIGN(const auto ed25519, files.read(paths.host_keys(target) / "ed25519"));
  HELPER_TRY_ASSIGN(const auto ecdsa, files.read(paths.host_keys(target) / "ecdsa"));
  if (!ed25519 || !ecdsa) {
    return fail(ErrorCode::file_failed, paths.host_keys(target).string(), "the host keys are not there any more",
                "helper ensure " + target + " makes new ones");
  }
  return engine::HostKeyFiles{*ed25519, *ecdsa};
}

Result<void> make_host_keys(FileStore& files, const Paths& paths, const std::string& target,
                            const std::stop_token& stop) {
  const fs::path folder = paths.host_keys(target);
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed) fs::permissions(paths.data, fs::perms::owner_all, failed);
  if (!failed) fs::permissions(folder, fs::perms::owner_all, failed);
  if (failed) return fail(ErrorCode::file_failed, folder.string(), "cannot be made (" + failed.message() + ")");
  for (const std::string type : k_types) {
    HELPER_TRY(files.remove(folder / type));
    HELPER_TRY(files.remove(folder / (type + ".pub")));
    HELPER_TRY(make_one(folder / type, type, stop));
  }
  return {};
}

}  // namespace helper::ensure
