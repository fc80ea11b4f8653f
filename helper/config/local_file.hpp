// helper.local.json beside helper.json: what one person changes of a config that others share.
#pragma once

#include "config/json_tree.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

// "/p/helper.local.json" for "/p/helper.json"; empty for a file that is local itself, or no .json.
[[nodiscard]] std::filesystem::path local_file_of(const std::filesystem::path& file);

// `base` with what `local` says in its place: objects are joined key by key, null takes a key away, and anything else
// replaces what was there. Each node of the result knows by `is_local` from which of the two it is.
[[nodiscard]] JsonNode merged(JsonNode base, JsonNode local);

// Which of the two files a setting is written into: the local one when it has the key, or when it alone has the object
// that the key belongs to.
enum class WrittenIn { base, local };
[[nodiscard]] WrittenIn written_in(const JsonNode& base, const JsonNode& local, const std::vector<std::string>& path);

// The text of a .gitignore with a line for `name`, and no other byte changed; nullopt when it has such a line. `name`
// has none of the characters that mean something there.
[[nodiscard]] std::optional<std::string> with_ignored(std::string_view text, std::string_view name);

}  // namespace helper::config
