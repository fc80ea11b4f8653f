// Product is an installed JetBrains IDE as its settings see it: which one, which version, where its config folder is.
#pragma once

#include <compare>
#include <filesystem>
#include <string>

namespace helper::ide {

enum class Kind {
  pycharm,
  pycharm_community,  // has no SSH interpreters: it is given external tools only
  dataspell,
  intellij,  // Ultimate, with the Python plugin
  gateway,
};

struct Version {
  int year = 0;                                                       // 2026
  int release = 0;                                                    // 1 in 2026.1
  friend auto operator<=>(const Version&, const Version&) = default;  // NOLINT(modernize-use-nullptr): sees one in it
};

// Older ones keep servers and interpreters in forms that helper does not write.
inline constexpr Version k_oldest_version{2020, 3};

struct Product {
  Kind kind = Kind::pycharm;
  Version version;
  std::filesystem::path config_folder;  // holds options/ and tools/
  friend bool operator==(const Product&, const Product&) = default;
};

}  // namespace helper::ide
