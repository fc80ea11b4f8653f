// What was observed, said for people. Pure.
#pragma once

#include "base/paths.hpp"
#include "ensure/report.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/step.hpp"
#include "tunnel/tunnels.hpp"

#include <string>
#include <vector>

namespace helper::ensure {

// Where Jupyter answers on this machine, with its token when it is ours; "" when none does.
[[nodiscard]] std::string jupyter_url(const plan::Desired& desired, const plan::Observed& observed);

[[nodiscard]] PlanReport plan_report(const std::string& target, const plan::Plan& plan);
// `plan` is what would make it run.
[[nodiscard]] TargetStatus target_status(const plan::Desired& desired, const plan::Observed& observed,
                                         const plan::Plan& plan, const std::vector<tunnel::TunnelStatus>& tunnels);
// What is known without looking: of a target that nobody has asked about, of one whose server cannot be reached, and
// while a job is under way.
[[nodiscard]] TargetStatus unknown_status(const config::Target& config);
[[nodiscard]] TargetStatus unreachable_status(const config::Target& config, const Error& error);
[[nodiscard]] TargetStatus working_status(const config::Target& config, const std::string& step);

// What the user of a target that can be reached must know. Its python is "" when no interpreter fits.
[[nodiscard]] ide::Access interpreter_of(const Paths& paths, const plan::Desired& desired,
                                         const plan::Observed& observed);

}  // namespace helper::ensure
