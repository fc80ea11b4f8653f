// What a person should know of the server and the container for safety's sake, and may not know: software that lacks a
// fix, and rights of a container that reach the server. Pure. A version is judged only where it is known who built
// it: a distribution fixes an old version and leaves its number as it is.
#pragma once

#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/step.hpp"

#include <string_view>
#include <vector>

namespace helper::plan {

// What was not looked at is not judged.
[[nodiscard]] std::vector<SecurityNote> security_notes(const Desired& desired, const Observed& observed);

// Those whose fact is no line of `told`.
[[nodiscard]] std::vector<SecurityNote> not_told(const std::vector<SecurityNote>& notes, std::string_view told);

}  // namespace helper::plan
