// The present value of a field that the config sets: as the engine reports it, in the words of fields.hpp.
#pragma once

#include "config/config.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace helper::plan {

// Equal to the field's canonical text when the engine says that the container is as `wanted`, in whatever form it says
// so; what it has beyond that (an image's own variables, say) does not count. Nullopt for what it does not report.
[[nodiscard]] std::optional<std::string> actual_text(std::string_view field, const config::Target& wanted,
                                                     const Container& container);

// "8g" in bytes; 0 for "".
[[nodiscard]] std::int64_t bytes_of(std::string_view size);

}  // namespace helper::plan
