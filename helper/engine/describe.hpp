// A container that is there, as settings of the config that describe it as it is.
#pragma once

#include "base/result.hpp"
#include "config/devcontainer/translate.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace helper::engine {

// Asks both engines for the container of that name or id, and for its image, in one round trip. It changes nothing.
[[nodiscard]] std::string describe_script(const std::string& container, const std::string& nonce);

// Pure: what the script answered. Variables of the image itself are not repeated, and secrets are not copied. Of a
// container that helper made, what was applied when it was made is taken, so that nothing of it differs from the
// config. `server` is for the texts. Errors: container_failed (no container of that name: with the names that are
// there), engine_missing, engine_permission, engine_down, engine_failed, server_command (the answer ended early).
[[nodiscard]] Result<config::Devcontainer> read_description(std::string_view text, const std::string& nonce,
                                                            const std::string& container, const std::string& server);

// Pure: the words of `docker run` that would make the container, from the JSON of its inspection and of its image's
// ("" when the image is gone).
[[nodiscard]] Result<std::vector<std::string>> run_words(std::string_view container, std::string_view image);

}  // namespace helper::engine
