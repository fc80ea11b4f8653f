#include "ensure/host_keys.hpp"

#include "base/digest.hpp"
#include "base/process/process.hpp"
#include "ensure/local_key.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_types[] = {"ed25519", "ecdsa"};
constexpr std::string_view k_begin = "-----BEGIN ";
constexpr std::string_view k_end = "-----END ";
constexpr std::string_view k_line_end = "-----\n";
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

// The public halves in the folder, "TYPE BASE64"; none when not all is there, whole.
Result<std::vector<std::string>> open_halves(FileStore& files, const fs::path& folder) {
  std::vector<std::string> found;
  for (const std::string type : k_types) {
    HELPER_TRY_ASSIGN(const auto secret, files.read(folder / type));
    HELPER_TRY_ASSIGN(const auto open, files.read(folder / (type + ".pub")));
    if (!secret || secret->empty() || !open) return std::vector<std::string>{};
    const std::string line = open->substr(0, open->find('\n'));
    if (!is_public_key_line(line)) return std::vector<std::string>{};
    found.push_back(line.substr(0, line.find(' ', line.find(' ') + 1)));
  }
  return found;
}

// Whether the private key, in OpenSSH's own format (PROTOCOL.key: the public half is in it, in the clear), is the one
// of the public half. One in another format is taken as it is.
bool belong_together(std::string_view secret, std::string_view open) {
  constexpr std::string_view k_openssh = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  if (!secret.starts_with(k_openssh)) return true;
  std::string body;
  for (const char c : secret.substr(k_openssh.size(), secret.find(k_end) - k_openssh.size())) {
    if (c != '\n' && c != '\r') body += c;
  }
  const auto blob = open.substr(open.find(' ') + 1);
  const auto all = decode_base64(body);
  const auto half = decode_base64(blob.substr(0, blob.find(' ')));
  return all && half && !half->empty() && all->find(*half) != std::string::npos;
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

Result<LocalHostKeys> find_host_keys(FileStore& files, const Paths& paths, const config::Target& target) {
  LocalHostKeys found;
  for (const auto& folder :
       {paths.container_keys(target.server, target.container.name), paths.host_keys(target.ssh_name)}) {
    found = {};
    HELPER_TRY_ASSIGN(found.open, open_halves(files, folder));
    if (found.open.empty()) continue;
    HELPER_TRY_ASSIGN(const auto ed25519, files.read(folder / "ed25519"));
    HELPER_TRY_ASSIGN(const auto ecdsa, files.read(folder / "ecdsa"));
    found.secret = {ed25519.value_or(""), ecdsa.value_or("")};
    return found;
  }
  return found;
}

Result<LocalHostKeys> must_find_host_keys(FileStore& files, const Paths& paths, const config::Target& target) {
  HELPER_TRY_ASSIGN(auto found, find_host_keys(files, paths, target));
  if (!found.open.empty()) return found;
  return fail(ErrorCode::file_failed, paths.container_keys(target.server, target.container.name).string(),
              "the host keys are not there any more", "to make new ones: helper ensure " + target.name);
}

Result<void> make_host_keys(FileStore& files, const Paths& paths, const config::Target& target,
                            const std::stop_token& stop) {
  const auto folder = paths.container_keys(target.server, target.container.name);
  for (const std::string type : k_types) HELPER_TRY(make_one(files, paths, folder / type, type, stop));
  return {};
}

std::string to_text(const inside::HostKeyFiles& keys) { return keys.ed25519 + keys.ecdsa; }

Result<void> keep_host_keys(FileStore& files, const Paths& paths, const config::Target& target, std::string_view text,
                            const std::vector<std::string>& open) {
  const auto folder = paths.container_keys(target.server, target.container.name);
  std::vector<std::pair<std::string, std::string>> kept;  // file and text: all of them, or none
  for (const std::string type : k_types) {
    const auto begin = text.find(k_begin);
    const auto end = text.find(k_line_end, text.find(k_end, begin));
    const auto half = std::ranges::find_if(open, [&](const auto& key) { return key.find(type) != std::string::npos; });
    const bool is_whole = begin != std::string_view::npos && end != std::string_view::npos && half != open.end();
    const auto length = is_whole ? end + k_line_end.size() - begin : 0;
    if (!is_whole || !belong_together(text.substr(begin, length), *half)) {
      return fail(ErrorCode::file_failed, "host keys of container " + target.container.name,
                  "its record does not hold them whole",
                  "on the machine that created it: helper ensure " + target.name +
                      "; without that machine, remove the container, with what was written in it outside its mounts: "
                      "helper remove " +
                      target.name);
    }
    kept.emplace_back(type, text.substr(begin, length));
    kept.emplace_back(type + ".pub", *half + "\n");
    text.remove_prefix(begin + length);
  }
  for (const auto& [name, content] : kept)
    HELPER_TRY(files.write(folder / name, content, name.ends_with(".pub") ? 0644 : 0600));
  return {};
}

}  // namespace helper::ensure
