#include "settings/installed.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <set>
#include <utility>

namespace helper::settings {

namespace {

namespace fs = std::filesystem;

// The names by which the IDEs' own product-info.json (dataDirectoryName) begins; the first of a kind is what we call
// it.
constexpr std::array<std::pair<std::string_view, ide::Kind>, 6> k_names{{{"PyCharm", ide::Kind::pycharm},
                                                                         {"PyCharmCE", ide::Kind::pycharm_community},
                                                                         {"DataSpell", ide::Kind::dataspell},
                                                                         {"IntelliJIdea", ide::Kind::intellij},
                                                                         {"IdeaIC", ide::Kind::intellij_community},
                                                                         {"JetBrainsGateway", ide::Kind::gateway}}};

std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = !text.empty() && problem == std::errc() && end == text.data() + text.size() && text.front() != '-';
  return whole ? std::optional(number) : std::nullopt;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string version_text(const ide::Version& version) {
  return std::to_string(version.year) + "." + std::to_string(version.release);
}

void add_folders(const fs::path& root, std::string_view prefix, const fs::path& below,
                 std::vector<ide::Product>& found) {
  std::error_code unreadable;
  for (auto entry = fs::directory_iterator(root, unreadable); !unreadable && entry != fs::directory_iterator();
       entry.increment(unreadable)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    auto product = parse_folder_name(std::string_view(name).substr(prefix.size()));
    std::error_code absent;
    if (!product || !fs::is_directory(entry->path() / below, absent)) continue;
    product->config_folder = below.empty() ? entry->path() : entry->path() / below;
    found.push_back(std::move(*product));
  }
}

}  // namespace

std::optional<ide::Product> parse_folder_name(std::string_view name) {
  const auto digits = name.find_first_of("0123456789");
  if (digits == std::string_view::npos) return std::nullopt;
  const auto* known = std::ranges::find(k_names, name.substr(0, digits), [](const auto& row) { return row.first; });
  const std::string_view version = name.substr(digits);
  const auto dot = version.find('.');
  if (known == k_names.end() || dot != 4) return std::nullopt;
  const auto year = whole_number(version.substr(0, dot));
  const auto release = whole_number(version.substr(dot + 1));
  if (!year || !release || *release > 9) return std::nullopt;
  return ide::Product{known->second, {*year, *release}, {}};
}

std::string name_of(const ide::Product& product) {
  // ~/.PyCharm2019.3/config was the place before 2020.1.
  const fs::path& folder = product.config_folder;
  const std::string name = (folder.filename() == "config" ? folder.parent_path() : folder).filename().string();
  if (!name.empty()) return name.front() == '.' ? name.substr(1) : name;
  const auto* known = std::ranges::find(k_names, product.kind, [](const auto& row) { return row.second; });
  return std::string(known->first) + version_text(product.version);
}

fs::path config_root(const fs::path& home) {
#ifdef __APPLE__
  return home / "Library" / "Application Support" / "JetBrains";
#else
  const char* said = std::getenv("XDG_CONFIG_HOME");
  const fs::path configs = said != nullptr && fs::path(said).is_absolute() ? fs::path(said) : home / ".config";
  return configs / "JetBrains";
#endif
}

std::vector<ide::Product> find_installed(const fs::path& home) {
  std::vector<ide::Product> found;
  add_folders(config_root(home), "", {}, found);
  add_folders(home, ".", "config", found);
  std::ranges::sort(found, {}, [](const ide::Product& p) { return std::tuple(p.kind, p.version, p.config_folder); });
  return found;
}

std::vector<ide::Product> choose(const std::vector<ide::Product>& installed, const std::vector<std::string>& words,
                                 std::vector<std::string>& unknown) {
  if (words.empty()) return installed;
  const auto matches = [](const ide::Product& product, const std::string& word) {
    const std::string name = lower(name_of(product));
    return name == lower(word) || name.substr(0, name.find_first_of("0123456789")) == lower(word);
  };
  std::vector<ide::Product> chosen;
  std::ranges::copy_if(installed, std::back_inserter(chosen), [&](const ide::Product& product) {
    return std::ranges::any_of(words, [&](const std::string& word) { return matches(product, word); });
  });
  for (const auto& word : words) {
    if (std::ranges::none_of(installed, [&](const auto& product) { return matches(product, word); }))
      unknown.push_back(word);
  }
  return chosen;
}

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
