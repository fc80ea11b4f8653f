// make_plan decides everything: from what should be and what is, the ordered steps between, each with its cause, and
// the problems that no step of ours can fix. Pure and total.
#pragma once

#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/step.hpp"

namespace helper::plan {

[[nodiscard]] Plan make_plan(const Desired& desired, const Observed& observed);

// Whether helper made this container.
// An error of the engine that was taken, with the reason why the one before it was not: "...; Podman is used: ...".
[[nodiscard]] Error with_engine(Error error, const Observed& observed);

[[nodiscard]] bool is_ours(const Container& container);

// The volume that holds this bundle on a server.
[[nodiscard]] std::string bundle_volume(const SshBundle& bundle);

}  // namespace helper::plan
