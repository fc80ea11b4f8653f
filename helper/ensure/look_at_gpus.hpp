// The look behind `helper gpu`, at a container that was observed.
#pragma once

#include "base/command.hpp"
#include "ensure/report.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"

#include <stop_token>

namespace helper::ensure {

// Error: what keeps the container from being looked into; not_ready when it does not run.
[[nodiscard]] Result<void> must_be_seen(const plan::Desired& desired, const plan::Observed& observed);

// With `check` each framework of the chosen Python is asked, and an event says which. A server without nvidia-smi is a
// report with problems; errors are the runner's.
[[nodiscard]] Result<GpuReport> gpu_report(CommandRunner& server, const plan::Desired& desired,
                                           const plan::Observed& observed, bool check, const EventSink& on_event,
                                           const std::stop_token& stop);

}  // namespace helper::ensure
