// The setters of the table of keys: a JSON value of the right type in, a field of the target set or all that does
// not fit out.
#pragma once

#include "config/keys.hpp"
#include "config/values.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace helper::config {

using CheckText = Check (*)(std::string_view text);

// Also takes a number >= 1, as its digits.
[[nodiscard]] Misfits set_text(std::string& field, const JsonNode& value, CheckText check);
[[nodiscard]] Misfits set_path(std::filesystem::path& field, const JsonNode& value);
[[nodiscard]] Misfits set_flag(bool& field, const JsonNode& value);
[[nodiscard]] Misfits set_port(std::uint16_t& field, const JsonNode& value);
// "auto" is 0.
[[nodiscard]] Misfits set_local_port(std::uint16_t& field, const JsonNode& value);
[[nodiscard]] Misfits set_texts(std::vector<std::string>& field, const JsonNode& value, CheckText check);
// Refuses two mounts at one place.
[[nodiscard]] Misfits set_mounts(std::vector<std::string>& field, const JsonNode& value);
// At most 32: each is looked for in every interpreter of the container.
[[nodiscard]] Misfits set_imports(std::vector<std::string>& field, const JsonNode& value);
[[nodiscard]] Misfits set_command(std::optional<std::vector<std::string>>& field, const JsonNode& value);
// Refuses flags that have a key of their own, and words that the engine would take for the image.
[[nodiscard]] Misfits set_extra_args(std::vector<std::string>& field, const JsonNode& value);
[[nodiscard]] Misfits set_env(std::map<std::string, std::string>& field, const JsonNode& value);
[[nodiscard]] Misfits set_ulimits(std::map<std::string, Ulimit>& field, const JsonNode& value);
[[nodiscard]] Misfits set_forwards(std::vector<PortPair>& field, const JsonNode& value);
[[nodiscard]] Misfits begin_jupyter(Target& target);
[[nodiscard]] Misfits begin_build(Target& target);

}  // namespace helper::config
