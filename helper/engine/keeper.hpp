// What the engine room does with the keeper: a container of ours on the server that follows the engine and starts
// recorded services (helper/keeper). One function a step, as in engine/act.
#pragma once

#include "base/command.hpp"
#include "engine/engine_cli.hpp"
#include "plan/step.hpp"

#include <stop_token>
#include <string>

namespace helper::engine {

// Imports its image and starts it, in place of an older one of ours. Error container_failed in the engine's words; a
// container of that name that is not ours is left as it is.
[[nodiscard]] Result<void> start_keeper(CommandRunner& server, const EngineCli& cli, const plan::StartKeeper& action,
                                        const std::stop_token& stop);
// `record` is what `helper-keeper record` reads (helper/keeper/records); it holds secrets, and goes by standard input.
[[nodiscard]] Result<void> record_services(CommandRunner& server, const EngineCli& cli,
                                           const plan::RecordServices& action, const std::string& record,
                                           const std::stop_token& stop);
[[nodiscard]] Result<void> forget_services(CommandRunner& server, const EngineCli& cli,
                                           const plan::ForgetServices& action, const std::stop_token& stop);
// Whether the services started is seen by the next look. Errors are those of the way to the server.
[[nodiscard]] Result<void> await_keeper(CommandRunner& server, const EngineCli& cli, const plan::AwaitKeeper& action,
                                        const std::stop_token& stop);

}  // namespace helper::engine
