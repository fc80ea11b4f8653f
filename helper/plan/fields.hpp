// The one table of what a change of each config field needs: nothing, a restart of something, or a new container.
#pragma once

#include "config/config.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace helper::plan {

enum class Need {
  live,      // the next ensure applies it and interrupts nothing
  restart,   // the next ensure starts a server inside the container again
  recreate,  // only `docker create` can set it: what was written in the container is lost, so somebody must agree
};

struct Field {
  std::string_view key;  // as in config/keys without "targets.*."
  Need need;
  // Its canonical text, equal for equal meaning; null for what the container does not keep.
  std::string (*text)(const config::Target& target);
};

// Its text is "" when it is off: so is a container that was made before there was such a key.
inline constexpr std::string_view k_backend_cache_key = "ide.backend_cache";
inline constexpr const char* k_share_key = "container.share";

[[nodiscard]] std::span<const Field> fields();
[[nodiscard]] const Field* find_field(std::string_view key);

// The fields that the container keeps, by key. Of environment variables only the names: what is made of this
// is where others can read it, and a short secret can be guessed from its fingerprint.
[[nodiscard]] std::map<std::string, std::string> fields_of(const config::Target& target);

[[nodiscard]] std::string_view to_text(Need need);

}  // namespace helper::plan
