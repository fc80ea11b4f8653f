#include "ensure/converge.hpp"

#include "engine/look_session.hpp"
#include "engine/losses.hpp"
#include "ensure/apply.hpp"
#include "ensure/snapshot.hpp"
#include "ensure/status.hpp"
#include "plan/attempts.hpp"
#include "plan/choose_python.hpp"
#include "plan/losses.hpp"
#include "plan/make_plan.hpp"
#include "plan/session.hpp"

#include <algorithm>
#include <set>

namespace helper::ensure {
namespace {

class Convergence {
 public:
  Convergence(const Hands& hands, const Paths& paths, const plan::Desired& desired, engine::Memory& memory,
              const EventSink& on_event, const std::stop_token& stop, const Consents& consents)
      : hands_(hands),
        paths_(paths),
        desired_(desired),
        memory_(memory),
        on_event_(on_event),
        stop_(stop),
        consents_(consents),
        start_(hands.clock.now()) {
    report_.target = desired.target.name;
    report_.state = plan::to_text(desired.power);
    memory_.jupyter_failed.clear();  // a new request tries it again
  }

  Result<Report> run() {
    // What this machine alone can tell comes first, so that a busy port is named before anything slow.
    HELPER_TRY_ASSIGN(const auto here, observe_here(hands_, paths_, desired_));
    if (here.key && desired_.power == plan::Power::running) {
      if (auto problem = plan::key_problem(*here.key)) return fail(std::move(*problem));
    }
    HELPER_TRY(apply_all(plan::make_plan(desired_, here), here));
    tell({Event::Kind::connecting, {}, hands_.server.where(), {}, {}, {}, {}});
    while (report_.rounds < k_max_rounds) {
      ++report_.rounds;
      HELPER_TRY_ASSIGN(auto observed, observe(hands_, paths_, desired_, memory_, stop_));
      observed.attempts = attempts_;
      // The server answers: the tunnels' own session can be made while containers start.
      if (desired_.power == plan::Power::running && !observed.server_error) hands_.tunnels.start();
      plan::Plan plan = plan::make_plan(desired_, observed);
      if (!plan.wants_consent.empty() && attempts_.consent == plan::Consent::not_asked) {
        HELPER_TRY(ask_for_consent(plan, engine::cli_of(observed.engine.value_or(plan::Engine{}))));
        observed.attempts = attempts_;
        plan = plan::make_plan(desired_, observed);
      }
      if (plan.steps.empty() && may_try_session(plan, observed)) {
        HELPER_TRY(try_session(observed));
        plan = plan::make_plan(desired_, observed);
      }
      if (plan.steps.empty()) return finish(plan, observed);
      if (const auto text = plan::to_text(plan); !plans_.insert(text).second) {
        return fail(ErrorCode::internal, plan::to_text(plan.steps.front().action), "it was done and yet is still to do",
                    "look at the log, then: helper ensure " + desired_.target.name);
      }
      HELPER_TRY(apply_all(plan, observed));
    }
    return fail(ErrorCode::internal, desired_.target.name,
                "it is still not as it should be after " + std::to_string(k_max_rounds) + " rounds",
                "helper plan " + desired_.target.name + " shows what is left");
  }

 private:
  void tell(Event event) {
    event.target = desired_.target.name;
    on_event_(event);
  }

  void note(const std::string& text) {
    if (std::ranges::find(report_.notes, text) != report_.notes.end()) return;
    report_.notes.push_back(text);
    tell({Event::Kind::note, {}, text, {}, {}, {}, {}});
  }

  // One that failed is tried again: what stood in its way may be gone.
  [[nodiscard]] bool may_try_session(const plan::Plan& plan, const plan::Observed& observed) const {
    const bool failed = observed.session && !observed.session->works();
    if (desired_.power != plan::Power::running || (!failed && !plan.problems.empty())) return false;
    const auto ssh = std::ranges::find(observed.tunnels, desired_.target.ssh.local_port, &plan::Tunnel::local_port);
    return ssh != observed.tunnels.end() && ssh->answers == true && (!observed.session || failed) &&
           !plan::session_key(desired_, observed).empty();
  }

  Result<void> try_session(plan::Observed& observed) {
    HELPER_TRY_ASSIGN(auto tried, hands_.ssh.try_session(interpreter_of(paths_, desired_, observed), stop_));
    if (!tried.works()) {
      HELPER_TRY(engine::look_at_session(hands_.server, engine::cli_of(observed.engine.value_or(plan::Engine{})),
                                         desired_.target.container.name, desired_.target.ssh.user, tried, stop_));
    }
    tried.of = plan::session_key(desired_, observed);
    memory_.session = tried;
    observed.session = std::move(tried);
    return {};
  }

  Result<void> apply_all(const plan::Plan& plan, const plan::Observed& observed) {
    const engine::EngineCli cli = engine::cli_of(observed.engine.value_or(plan::Engine{}));
    for (const auto& step : plan.steps) {
      if (stop_.stop_requested()) return fail(ErrorCode::cancelled, desired_.target.name, "the request was cancelled");
      if (auto done = apply_one(step, cli); !done) {
        const auto code = done.error().code;
        if (is_about_jupyter(step.action) && (code == ErrorCode::inside_failed || code == ErrorCode::timed_out)) {
          // SSH and Python are of use without it: the next plan says what is wrong, and does the rest.
          const Error& error = done.error();
          memory_.jupyter_failed = error.fix.empty() ? error.cause : error.cause + "; " + error.fix;
          attempts_.jupyter_failed = memory_.jupyter_failed;
          return {};
        }
        if (plan::note_failure(attempts_, plan, step, observed, done.error())) return {};
        return done;
      }
      plan::note_done(attempts_, step, observed);
    }
    return {};
  }

  Result<void> apply_one(const plan::Step& step, const engine::EngineCli& cli) {
    const auto start = hands_.clock.now();
    const std::string text = plan::to_text(step.action);
    tell({Event::Kind::started, {}, text, step.cause, {}, {}, {}});
    const auto on_progress = [&](std::string_view piece) {
      tell({Event::Kind::progress, {}, std::string(piece), {}, {}, {}, {}});
    };
    auto done = apply(hands_, paths_, desired_, cli, step.action, on_progress, stop_);
    const auto elapsed = since(hands_.clock, start);
    if (!done) {
      tell({Event::Kind::failed, {}, text, done.error().cause, elapsed, {}, {}});
      return done;
    }
    tell({Event::Kind::done, {}, text, step.cause, elapsed, {}, {}});
    report_.steps.push_back({text, step.cause, elapsed});
    return {};
  }

  [[nodiscard]] static bool is_about_jupyter(const plan::Action& action) {
    return std::holds_alternative<plan::StartJupyter>(action) || std::holds_alternative<plan::StopJupyter>(action);
  }

  // Without an answer it goes on with the container as it is.
  Result<void> ask_for_consent(const plan::Plan& plan, const engine::EngineCli& cli) {
    attempts_.consent = consents_.recreate ? plan::Consent::yes : plan::Consent::no;
    attempts_.consent_for = plan.wants_consent;
    if (consents_.recreate || consents_.person == nullptr || !consents_.person->can_ask()) return {};
    const std::string& name = desired_.target.container.name;
    attempts_.snapshot_image = snapshot_name(desired_.target.name, "before", hands_.clock.wall());
    const auto losses = engine::look_at_losses(hands_.server, cli, name, stop_);
    const auto answer =
        consents_.person->ask(plan::recreate_question(name, plan.drifts, losses ? std::optional(*losses) : std::nullopt,
                                                      attempts_.snapshot_image),
                              stop_);
    if (!answer && answer.error().code == ErrorCode::cancelled) return fail(answer.error());
    if (answer && *answer == "yes") attempts_.consent = plan::Consent::yes;
    if (answer && *answer == "snapshot") attempts_.consent = plan::Consent::snapshot_first;
    return {};
  }

  Result<Report> finish(const plan::Plan& plan, const plan::Observed& observed) {
    for (const auto& text : plan.notes) note(text);
    if (!plan.problems.empty()) return fail(plan.problems.front());
    if (desired_.power == plan::Power::running) {
      report_.settings = interpreter_of(paths_, desired_, observed);
      report_.state = plan.shortfalls.empty() ? "ready" : k_ready_without_gpu;
      report_.problems = plan.shortfalls;
    }
    report_.changed = !report_.steps.empty();
    report_.elapsed = since(hands_.clock, start_);
    return std::move(report_);
  }

  const Hands& hands_;
  const Paths& paths_;
  const plan::Desired& desired_;
  engine::Memory& memory_;
  const EventSink& on_event_;
  const std::stop_token& stop_;
  const Consents& consents_;
  const SteadyTime start_;
  plan::Attempts attempts_;
  std::set<std::string> plans_;  // texts of the plans that were applied
  Report report_;
};

}  // namespace

Result<Report> converge(const Hands& hands, const Paths& paths, const plan::Desired& desired, engine::Memory& memory,
                        const EventSink& on_event, const std::stop_token& stop, const Consents& consents) {
  return Convergence(hands, paths, desired, memory, on_event, stop, consents).run();
}

ide::Interpreter interpreter_of(const Paths& paths, const plan::Desired& desired, const plan::Observed& observed) {
  const auto& target = desired.target;
  const auto choice = plan::choose_python(target, observed.inside.value_or(plan::Inside{}));
  ide::Interpreter interpreter;
  interpreter.target = target.name;
  interpreter.host = "127.0.0.1";
  interpreter.port = target.ssh.local_port;
  interpreter.user = target.ssh.user;
  interpreter.key_file = observed.key ? observed.key->private_file : std::string();
  interpreter.known_hosts = paths.known_hosts().string();
  interpreter.host_key_alias = ide::host_key_alias(target.name);
  if (choice) {
    interpreter.python = choice->python.path;
    interpreter.python_version = choice->python.version;
    interpreter.python_prefix = choice->python.prefix;
  }
  interpreter.python_cause = choice ? choice->cause : choice.error().cause;
  interpreter.project_local = target.project.local.string();
  interpreter.project_remote = target.project.remote;
  interpreter.jupyter_port = target.jupyter ? target.jupyter->local_port : std::uint16_t{0};
  interpreter.jupyter_url = jupyter_url(desired, observed);
  return interpreter;
}

}  // namespace helper::ensure
