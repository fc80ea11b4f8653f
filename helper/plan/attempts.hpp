// The results of the steps of a request, kept for its next plans.
#pragma once

#include "base/error.hpp"
#include "plan/observed.hpp"
#include "plan/step.hpp"

namespace helper::plan {

void note_done(Attempts& attempts, const Step& step, const Observed& observed);

// True when the next plan knows another way, so that the request goes on with it; false when the failure is its end.
[[nodiscard]] bool note_failure(Attempts& attempts, const Plan& plan, const Step& step, const Observed& observed,
                                const Error& error);

// The creation failed because somebody else had made a container of that name meanwhile: what is there now is looked
// at.
[[nodiscard]] bool lost_the_name(const Action& action, const Error& error);

}  // namespace helper::plan
