// What a person can do about a container that the engine did not create. Pure.
#pragma once

#include "plan/desired.hpp"

#include <string>
#include <string_view>

namespace helper::engine {

// From the engine's words: the keys of the config, and the flags of its extra_args, that the words are about. There is
// no container to look at.
[[nodiscard]] std::string creation_fix(std::string_view words, const plan::Desired& desired,
                                       const std::string& program);

// Of the images that the engine lists (a line REPOSITORY:TAG each), those that the wanted one may have meant: the same
// name with another tag, else the one that is spelled nearly so. "" when there is none.
[[nodiscard]] std::string images_like(std::string_view listed, const std::string& wanted);

}  // namespace helper::engine
