// The user of a place: that the account is there, and that its ids are those of the project's owner.
#pragma once

#include "inside/run.hpp"
#include "plan/step.hpp"

#include <stop_token>

namespace helper::inside {

[[nodiscard]] Result<void> make_user(CommandRunner& server, const Place& place, const plan::MakeUser& action,
                                     const std::stop_token& stop);
// Refuses an id that another user of the place has. Files of the user outside its home keep their owner.
[[nodiscard]] Result<void> match_user(CommandRunner& server, const Place& place, const plan::MatchUser& action,
                                      const std::stop_token& stop);

}  // namespace helper::inside
