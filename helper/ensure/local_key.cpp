#include "ensure/local_key.hpp"

#include "base/process.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;

Result<std::optional<plan::LocalKey>> read_pair(FileStore& files, const fs::path& private_file) {
  HELPER_TRY_ASSIGN(const auto secret, files.read(private_file));
  if (!secret) return std::nullopt;
  HELPER_TRY_ASSIGN(auto text, files.read(private_file.string() + ".pub"));
  if (!text) return std::nullopt;
  while (!text->empty() && std::isspace(static_cast<unsigned char>(text->back())) != 0) text->pop_back();
  if (!is_public_key_line(*text)) return std::nullopt;
  return plan::LocalKey{private_file.string(), std::move(*text)};
}

}  // namespace

Result<std::optional<plan::LocalKey>> find_local_key(FileStore& files, const Paths& paths, const std::string& wanted) {
  if (wanted != "auto") {
    HELPER_TRY_ASSIGN(auto pair, read_pair(files, wanted));
    if (pair) return pair;
    return fail(ErrorCode::file_failed, wanted,
                "it is not a private key with its public half beside it (" + wanted + ".pub)",
                "make one: ssh-keygen -t ed25519 -f " + wanted + "; or set \"ssh\": {\"key\": \"auto\"}");
  }
  const fs::path folder = paths.home / ".ssh";
  for (const fs::path& file : {folder / "id_ed25519", folder / "id_ecdsa", folder / "id_rsa", paths.own_key()}) {
    auto pair = read_pair(files, file);
    if (pair && *pair) return pair;
  }
  return std::nullopt;
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
