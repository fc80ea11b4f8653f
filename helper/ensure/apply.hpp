// apply makes one step of a plan true and decides nothing.
#pragma once

#include "base/paths.hpp"
#include "engine/engine_cli.hpp"
#include "ensure/beside.hpp"
#include "ensure/hands.hpp"
#include "plan/desired.hpp"
#include "plan/place.hpp"
#include "plan/step.hpp"

#include <functional>
#include <optional>
#include <stop_token>

namespace helper::ensure {

// What of the step need not be waited for is left to `beside`: it is done once that is. `place` is where steps for the
// inside are done. `on_progress` gets the lines that a long step prints.
// `still_approved` is asked before a folder of this machine is sent; it may be empty.
[[nodiscard]] Result<void> apply(const Hands& hands, const Paths& paths, const plan::Desired& desired,
                                 const engine::EngineCli& cli, const std::optional<plan::Place>& place,
                                 const plan::Action& action, Beside& beside, const OutputSink& on_progress,
                                 const std::stop_token& stop, const std::function<Result<void>()>& still_approved = {});

}  // namespace helper::ensure
