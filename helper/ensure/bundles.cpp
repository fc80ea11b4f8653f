#include "ensure/bundles.hpp"

#include "base/digest.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace helper::ensure {

std::optional<plan::SshBundle> find_bundle(const Paths& paths, const std::string& machine) {
  constexpr std::string_view k_ending = ".tar.gz";
  const auto is_digest = [](std::string_view text) { return text.size() == 16 && is_hex(text); };
  std::error_code failed;
  std::filesystem::directory_iterator entry(paths.bundles, failed);
  if (failed || machine.empty()) return std::nullopt;
  for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(machine + "-") || !name.ends_with(k_ending)) continue;
    const std::string digest = name.substr(machine.size() + 1, name.size() - machine.size() - 1 - k_ending.size());
    if (is_digest(digest)) return plan::SshBundle{machine, digest, entry->path().string()};
  }
  return std::nullopt;
}

}  // namespace helper::ensure
