#include "settings/product_info.hpp"

#include "settings/installed.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <set>

namespace helper::settings {
namespace {

namespace fs = std::filesystem;

// Where the file lies below an IDE's folder: as unpacked, of snap, of macOS.
constexpr std::array<const char*, 3> k_places{"product-info.json", "current/product-info.json",
                                              "Contents/Resources/product-info.json"};

}  // namespace

std::string config_folder_name(std::string_view product_info) {
  const auto json = nlohmann::json::parse(product_info, nullptr, false);
  if (!json.is_object()) return {};
  const auto name = json.find("dataDirectoryName");
  if (name == json.end() || !name->is_string()) return {};
  const auto text = name->get<std::string>();
  const auto product = parse_folder_name(text);
  return product && is_supported(*product) ? text : std::string();
}

std::vector<fs::path> install_roots(const fs::path& home) {
#ifdef __APPLE__
  return {"/Applications", home / "Applications"};
#else
  return {home / ".local/share/JetBrains/Toolbox/apps", "/opt", "/snap"};
#endif
}

std::vector<std::string> find_never_started(FileStore& files, const std::vector<fs::path>& roots,
                                            const fs::path& config_root) {
  std::set<std::string> names;
  for (const fs::path& root : roots) {
    std::error_code unreadable;
    for (auto entry = fs::directory_iterator(root, unreadable); !unreadable && entry != fs::directory_iterator();
         entry.increment(unreadable)) {
      for (const char* place : k_places) {
        std::error_code absent;
        if (!fs::is_regular_file(entry->path() / place, absent)) continue;
        const auto text = files.read(entry->path() / place);
        const std::string name = text && *text ? config_folder_name(**text) : std::string();
        if (!name.empty() && !fs::exists(config_root / name, absent)) names.insert(name);
      }
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace helper::settings
