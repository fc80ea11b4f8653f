// The installed IDEs of this user, by their config folders: JetBrains/PyCharm2026.1 and its like.
#pragma once

#include "base/files.hpp"
#include "ide/formats.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::settings {

// "PyCharm2026.1": which IDE and version a config folder belongs to; nullopt for any other name. Its config_folder is
// "".
[[nodiscard]] std::optional<ide::Product> parse_folder_name(std::string_view name);

// "PyCharm2026.1", as its folder is called.
[[nodiscard]] std::string name_of(const ide::Product& product);

[[nodiscard]] inline bool is_supported(const ide::Product& product) { return product.version >= ide::k_oldest_version; }

// Where this system keeps config folders: $XDG_CONFIG_HOME/JetBrains or ~/.config/JetBrains; of macOS
// ~/Library/Application Support/JetBrains.
[[nodiscard]] std::filesystem::path config_root(const std::filesystem::path& home);

// Every one of them, those too old included, by name and then by version. An IDE that was never started has no folder
// and is not found: it would use one that we make, and import nothing from its predecessor.
[[nodiscard]] std::vector<ide::Product> find_installed(const std::filesystem::path& home);

// Those that one of the words names: "PyCharm" every version of it, "PyCharm2026.1" that one, in any case of letters;
// no words: all. `unknown` gets the words that name none.
[[nodiscard]] std::vector<ide::Product> choose(const std::vector<ide::Product>& installed,
                                               const std::vector<std::string>& words,
                                               std::vector<std::string>& unknown);

// The IDEs installed on this machine, by the product-info.json that each has in its folder: those that were never
// started have no config folder, and are found in no other way.

// The name of the config folder that an IDE makes when it is started ("PyCharm2026.1"): dataDirectoryName of its
// product-info.json. "" for a text that is none, and for an IDE whose settings we do not write.
[[nodiscard]] std::string config_folder_name(std::string_view product_info);

// The folders in which IDEs are installed: by Toolbox, by snap, by hand into /opt, as applications of macOS.
[[nodiscard]] std::vector<std::filesystem::path> install_roots(const std::filesystem::path& home);

// The config folders' names of those below `roots` that have none below `config_root` yet, in order.
[[nodiscard]] std::vector<std::string> find_never_started(FileStore& files,
                                                          const std::vector<std::filesystem::path>& roots,
                                                          const std::filesystem::path& config_root);

}  // namespace helper::settings
