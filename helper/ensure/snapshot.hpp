// A copy of a container as an image: what it is called, and how it is made.
#pragma once

#include "config/config.hpp"
#include "ensure/hands.hpp"
#include "ensure/report.hpp"

#include <chrono>
#include <stop_token>
#include <string>

namespace helper::ensure {

// "helper/centernet:before-20260131-235959" (UTC): a name that every engine takes, whatever the target is called.
[[nodiscard]] std::string snapshot_name(const std::string& target, const std::string& kind,
                                        std::chrono::system_clock::time_point now);

// `image` is "" for a name made of the target's and the time. Errors: config_invalid for a name that is none, and the
// engine's.
[[nodiscard]] Result<SnapshotReport> take_snapshot(const Hands& hands, const config::Target& config,
                                                   const std::string& image, const EventSink& on_event,
                                                   const std::stop_token& stop);

}  // namespace helper::ensure
