#include "ensure/local_key.hpp"

#include "base/process/process.hpp"
#include "base/shell.hpp"
#include "ensure/private_key.hpp"
#include "ensure/ssh_client.hpp"
#include "plan/session.hpp"
#include "ssh/identity.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;

// A private key with its public half: from beside it, else derived from it.
struct Pair {
  std::optional<plan::LocalKey> key;
  std::optional<std::string> secret;  // the private file's text; nullopt: there is no such file
  bool has_public_file = false;
};

Result<Pair> read_pair(FileStore& files, const fs::path& private_file) {
  Pair pair;
  HELPER_TRY_ASSIGN(pair.secret, files.read(private_file));
  HELPER_TRY_ASSIGN(const auto beside, files.read(private_file.string() + ".pub"));
  pair.has_public_file = beside.has_value();
  if (!pair.secret) return pair;
  std::string line = beside ? public_key_of(*beside) : std::string();
  if (line.empty()) line = ssh::public_half(private_file.string(), *pair.secret);
  if (line.empty()) return pair;
  const auto facts = read_private_key(*pair.secret);
  pair.key = plan::LocalKey{private_file.string(), std::move(line)};
  pair.key->has_passphrase = facts.has_passphrase;
  pair.key->is_another = facts.public_half && *facts.public_half != blob_of(pair.key->public_line);
  pair.key->open_to_others = is_open_to_others(pair.key->private_file);
  return pair;
}

// No command that is named here writes over a key: ssh-keygen asks before it replaces a private half, and never before
// it replaces a public one.
Error no_pair(const std::string& file, const Pair& pair) {
  const std::string name = shell::quote(file);
  const std::string other = R"(; or set "ssh": {"key": "auto"})";
  if (!pair.secret && pair.has_public_file) {
    return {ErrorCode::file_failed, file, "there is no such key file, only its public half " + file + ".pub",
            R"(put the private half there, or name another key in "ssh": {"key": ...})"};
  }
  if (!pair.secret)
    return {ErrorCode::file_failed, file, "there is no such key file",
            "make one: ssh-keygen -t ed25519 -f " + name + other};
  if (file.ends_with(".pub") || !public_key_of(*pair.secret).empty())
    return {ErrorCode::file_failed, file, "it is the public half of a key",
            R"(name the private one in "ssh": {"key": ...}, which ends with no .pub)"};
  if (!ssh::is_private_key(*pair.secret)) {
    const bool putty = pair.secret->starts_with("PuTTY-User-Key-File");
    return {ErrorCode::file_failed, file,
            putty ? "it is a key of PuTTY, which ssh cannot use" : "it is not a private key that ssh can use",
            putty ? "write it in OpenSSH's form: puttygen " + name + " -O private-openssh-new -o " +
                        shell::quote(file + ".openssh") + R"(, and name that file in "ssh": {"key": ...})"
                  : R"(name another file in "ssh": {"key": ...}, or set it to "auto")"};
  }
  const std::string beside = shell::quote(file + ".pub");
  const std::string derive = "ssh-keygen -y -f " + name + " > " + beside;
  if (pair.has_public_file)
    return {
        ErrorCode::file_failed, file + ".pub",
        "no line in it is a public key, and helper cannot derive it from " + file + " without its passphrase",
        "keep it aside and write it again: mv -i " + beside + " " + shell::quote(file + ".pub.old") + " && " + derive};
  return {ErrorCode::file_failed, file,
          "its public half (" + file + ".pub) is not there, and helper cannot derive it without its passphrase",
          "write it: " + derive};
}

// What follows the options of a line (sshd(8), AUTHORIZED_KEYS FILE FORMAT): they end at a space that is not quoted.
std::string_view after_options(std::string_view line) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ' ' && !quoted) {
      return line.substr(i + 1);
    }
  }
  return {};
}

}  // namespace

Result<std::optional<plan::LocalKey>> find_local_key(FileStore& files, const Paths& paths, const std::string& wanted) {
  if (wanted != "auto") {
    HELPER_TRY_ASSIGN(auto pair, read_pair(files, wanted));
    if (pair.key) return std::move(pair.key);
    return fail(no_pair(wanted, pair));
  }
  const fs::path folder = paths.home / ".ssh";
  std::optional<plan::LocalKey> unusable;
  for (const fs::path& file : {folder / "id_ed25519", folder / "id_ecdsa", folder / "id_rsa", paths.own_key()}) {
    auto pair = read_pair(files, file);
    if (!pair || !pair->key) continue;
    if (!plan::key_problem(*pair->key)) return std::move(pair->key);
    if (!unusable) unusable = std::move(pair->key);
  }
  return unusable;
}

Result<void> make_local_key(const Paths& paths, const std::stop_token& stop) {
  std::error_code failed;
  fs::create_directories(paths.data, failed);
  if (!failed) fs::permissions(paths.data, fs::perms::owner_all, failed);
  if (failed) return fail(ErrorCode::file_failed, paths.data.string(), "cannot be made (" + failed.message() + ")");
  const std::string file = paths.own_key().string();
  HELPER_TRY_ASSIGN(
      const auto output,
      run_process(
          {{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "helper", "-f", file}, {}, {}, Milliseconds(20'000)},
          stop));
  if (output.exit_status != 0) {
    return fail(ErrorCode::file_failed, file, "ssh-keygen could not make it: " + output.err,
                "make a key by hand: ssh-keygen -t ed25519");
  }
  return {};
}

std::string public_key_of(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.remove_suffix(1);
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front())) != 0) line.remove_prefix(1);
    if (line.empty() || line.front() == '#') continue;
    if (is_public_key_line(line)) return std::string(line);
    if (const auto key = after_options(line); is_public_key_line(key)) return std::string(key);
    return {};
  }
  return {};
}

bool is_public_key_line(std::string_view line) {
  constexpr std::array<std::string_view, 4> k_types{"ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"};
  if (std::ranges::none_of(k_types, [&](auto type) { return line.starts_with(type); })) return false;
  if (std::ranges::any_of(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) return false;
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return false;
  const auto blob = line.substr(space + 1, line.find(' ', space + 1) - space - 1);
  return blob.size() >= 32 && std::ranges::all_of(blob, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '+' || c == '/' || c == '=';
         });
}

}  // namespace helper::ensure
