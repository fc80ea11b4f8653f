#include "plan/attempts.hpp"

namespace helper::plan {
namespace {

GpuWay way_of(const Plan& plan, const Observed& observed) {
  for (const auto& step : plan.steps) {
    if (const auto* create = get_if<CreateContainer>(step.action)) return create->gpu_way;
  }
  return observed.server.container ? observed.server.container->gpu_way : GpuWay::none;
}

bool is_about_the_keeper(const Action& action) {
  return is<StartKeeper>(action) || is<RecordServices>(action) || is<ForgetServices>(action) || is<AwaitKeeper>(action);
}

}  // namespace

void note_done(Attempts& attempts, const Step& step, const Observed& observed) {
  if (is<StartContainer>(step.action)) ++attempts.starts;
  if (const auto* build = get_if<BuildImage>(step.action)) attempts.built = build->fingerprint;
  if (is<CreateContainer>(step.action)) attempts.created = true;
  if (is<AwaitKeeper>(step.action)) ++attempts.awaited;
  if (is<InstallJupyter>(step.action)) attempts.installed = true;
  if (is<StartSshd>(step.action)) ++attempts.sshd_starts;
  if (is<SetAside>(step.action)) attempts.set_aside = observed.server.container->id;
  if (is<BringBack>(step.action)) {
    // What was tried on its replacement says nothing about it.
    const bool was_tried = !attempts.set_aside.empty() || !attempts.failed_ways.empty() || attempts.starts > 0;
    if (was_tried && attempts.replace_failed.empty()) attempts.replace_failed = step.cause;
    attempts.set_aside.clear();
    attempts.starts = 0;
    attempts.failed_ways.clear();
  }
}

bool note_failure(Attempts& attempts, const Plan& plan, const Step& step, const Observed& observed,
                  const Error& error) {
  // All is of use without a keeper.
  if (is_about_the_keeper(step.action) &&
      (error.code == ErrorCode::container_failed || error.code == ErrorCode::timed_out)) {
    attempts.keeper_failed = error.cause;
    return true;
  }
  if (error.code != ErrorCode::container_failed) return false;
  // After a start that failed the next plan decides which way is tried.
  if (is<StartContainer>(step.action)) {
    attempts.failed_ways[way_of(plan, observed)] = error.cause;
    return true;
  }
  // After a creation that failed it brings back what was set aside for it.
  if (!is<CreateContainer>(step.action) || attempts.set_aside.empty()) return false;
  attempts.replace_failed = error.cause;
  return true;
}

bool lost_the_name(const Action& action, const Error& error) {
  return is<CreateContainer>(action) && error.code == ErrorCode::container_failed &&
         error.cause.find("already in use") != std::string::npos;
}

}  // namespace helper::plan
