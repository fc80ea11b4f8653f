// converge is the one mechanism behind every verb: observe, make_plan, apply, again until the plan is empty.
#pragma once

#include "base/paths.hpp"
#include "base/prompt.hpp"
#include "ensure/hands.hpp"
#include "ensure/observe.hpp"
#include "ensure/report.hpp"
#include "plan/step.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace helper::ensure {

// A first start with a fall-back from --gpus to --runtime=nvidia, and a look that proves it, needs six; to replace a
// container, and to bring the old one back when that fails, as many again.
inline constexpr int k_max_rounds = 14;

// What somebody has agreed to: that a container which is not as the config says is recreated, that work ends.
struct Consents {
  bool recreate = false;       // somebody has agreed beforehand
  bool end_work = false;       // ... that kernels which are busy end
  Prompter* person = nullptr;  // who can be asked; nullptr: nobody
  std::string verb{};          // of the command that asks, to name it in a fix; "" = the one of the power
  std::string owner{};         // another owner, whose container somebody has agreed beforehand to change
  std::function<Result<void>()> still_approved{};  // asked before a folder is sent; empty: nobody had to approve it
  bool offers = false;                             // the person may be asked about more than what they asked for
};

// The server cannot be reached, or refuses us.
[[nodiscard]] bool is_about_the_server(ErrorCode code);

// Nothing when somebody has agreed that this owner's container is changed, or does now. Error container_foreign, or
// cancelled when the answer is no.
[[nodiscard]] Result<void> must_be_agreed(const config::Target& config, const plan::Foreign& owner,
                                          const Consents& consents, const std::stop_token& stop);

// The report's round_trips are left to the caller, who owns the runner. Error: the plan's first problem, or the step
// that failed, or cancelled.
[[nodiscard]] Result<Report> converge(const Hands& hands, const Paths& paths, const plan::Desired& desired,
                                      Knowledge& knowledge, const EventSink& on_event, const std::stop_token& stop,
                                      const Consents& consents = {});

}  // namespace helper::ensure
