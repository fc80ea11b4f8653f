#include "ensure/converge.hpp"

#include "engine/losses.hpp"
#include "ensure/apply.hpp"
#include "ensure/beside.hpp"
#include "ensure/jupyter_work.hpp"
#include "ensure/session_ahead.hpp"
#include "ensure/snapshot.hpp"
#include "ensure/status.hpp"
#include "inside/look_session.hpp"
#include "plan/attempts.hpp"
#include "plan/choose_python.hpp"
#include "plan/install.hpp"
#include "plan/losses.hpp"
#include "plan/make_plan.hpp"
#include "plan/owner.hpp"
#include "plan/security.hpp"
#include "plan/server_mounts.hpp"
#include "plan/session.hpp"
#include "plan/work.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace helper::ensure {
namespace {

// How often a container that somebody else removes is made again within one request.
constexpr int k_most_taken_away = 3;
// How often, and how long, a trouble that may be over in a moment is waited for.
constexpr int k_most_passed = 8;
constexpr Milliseconds k_passes_after{400};

class Convergence {
 public:
  Convergence(const Hands& hands, const Paths& paths, const plan::Desired& desired, Knowledge& knowledge,
              const EventSink& on_event, const std::stop_token& stop, const Consents& consents)
      : hands_(hands),
        paths_(paths),
        desired_(desired),
        knowledge_(knowledge),
        on_event_(on_event),
        stop_(stop),
        consents_(consents),
        start_(hands.clock.now()),
        beside_(hands.server, hands.beside, hands.clock, stop) {
    report_.target = desired.target.name;
    report_.state = plan::to_text(desired.power);
    knowledge_.jupyter_failed.clear();  // a new request tries it again
    knowledge_.keeper_failed.clear();
  }

  Result<Report> run() {
    auto report = run_rounds();
    // What is under way when a request ends early is over, and known, before the next one.
    static_cast<void>(collect_beside());
    return report;
  }

 private:
  Result<Report> run_rounds() {
    // What this machine alone can tell comes first, so that a busy port is named before anything slow.
    // What ends a target begins with a question, perhaps: until then its tunnels stay.
    if (desired_.power == plan::Power::running) {
      HELPER_TRY_ASSIGN(const auto here, observe_here(hands_, paths_, desired_));
      if (here.local.key) {
        if (auto problem = plan::key_problem(*here.local.key)) return fail(std::move(*problem));
      }
      HELPER_TRY(apply_all(plan::make_plan(desired_, here), here));
    }
    tell({Event::Kind::connecting, {}, hands_.server.where(), {}, {}, {}, {}});
    while (report_.rounds < k_max_rounds) {
      ++report_.rounds;
      auto look = observe(hands_, paths_, desired_, knowledge_, stop_);
      const bool gone = look && was_taken_away(*look);
      if (step_failed_ && look && !gone && is_going(*look)) {
        --report_.rounds;
        if (hands_.clock.sleep(k_passes_after, stop_)) continue;
      }
      auto rest = collect_beside();
      if (step_failed_ && !gone) return fail(*step_failed_);
      HELPER_TRY(look);
      plan::Observed& observed = *look;
      if (!gone) HELPER_TRY(rest);
      take_in(observed);
      keep_builds(observed.server);
      if (!std::exchange(has_looked_, true)) desired_.was_ready = !observed.local.pinned_host_keys.empty();
      if (gone) begin_again();
      expect_what_is_there(observed);
      remember_what_was_created(observed);
      observed.attempts = attempts_;
      stay_with(observed);
      // The server answers: the tunnels' own session can be made while containers start.
      if (desired_.power == plan::Power::running && !observed.server.error) hands_.tunnels.start();
      plan::Plan plan = plan::make_plan(desired_, observed);
      if (plan.foreign && is_about_to_be_recorded(*plan.foreign)) {
        --report_.rounds;
        if (hands_.clock.sleep(k_passes_after, stop_)) continue;
      }
      if (plan.foreign && desired_.initiative != plan::Initiative::daemon) {
        HELPER_TRY(must_be_agreed(desired_.target, *plan.foreign, consents_, stop_));
        desired_.agreed_owner = plan.foreign->name;
        const bool to_run = desired_.power == plan::Power::running || consents_.verb == "restart";
        if (to_run) knowledge_.agreed_owner = plan.foreign->name;
        --report_.rounds;
        continue;  // the inside was not looked at before
      }
      if (!plan.wants_consent.empty() && attempts_.consent == plan::Consent::not_asked) {
        HELPER_TRY(ask_for_consent(plan, observed, engine::cli_of(observed.server.engine.value_or(plan::Engine{}))));
        observed.attempts = attempts_;
        plan = plan::make_plan(desired_, observed);
      }
      if (plan.steps.empty() && may_try_session(plan, observed)) {
        if (auto tried = try_session(observed); !tried) {
          if (tried.error().code == ErrorCode::cancelled || !expected_) return fail(std::move(tried).error());
          step_failed_ = std::move(tried).error();
          continue;
        }
        // What it was tried on may be gone: it is looked at once more.
        if (plan::session_problem(desired_, observed) && times_session_failed_++ == 0) continue;
        plan = plan::make_plan(desired_, observed);
      }
      if (plan.steps.empty() && plan.wants_install) {
        HELPER_TRY(ask_to_install(*plan.wants_install, observed));
        observed.attempts = attempts_;
        plan = plan::make_plan(desired_, observed);
      }
      if (plan.steps.empty() && may_pass(plan, observed)) {
        if (!hands_.clock.sleep(k_passes_after, stop_))
          return fail(ErrorCode::cancelled, desired_.target.name, "the request was cancelled");
        continue;
      }
      if (plan.steps.empty()) return finish(plan, observed);
      HELPER_TRY(may_end_work(plan, observed));
      if (const auto text = plan::to_text(plan); !plans_.insert(text).second) {
        return fail(ErrorCode::internal, plan::to_text(plan.steps.front().action),
                    "the step succeeded, but the problem is still there",
                    "look at the log, then: helper ensure " + desired_.target.name);
      }
      attempts_before_ = attempts_;
      session_.reset();
      if (auto done = apply_all(plan, observed); done) {
        try_session_ahead(plan, observed);
      } else {
        // A step on a container that somebody has just removed fails for that reason, whatever it says: a look tells.
        const ErrorCode code = done.error().code;
        const bool no_answer = code == ErrorCode::cancelled || code == ErrorCode::timed_out;
        const bool no_look = no_answer || is_about_the_server(code) || !expected_;
        if (no_look) return fail(std::move(done).error());
        step_failed_ = std::move(done).error();
      }
    }
    if (step_failed_) return fail(*step_failed_);
    return fail(ErrorCode::internal, desired_.target.name,
                "it is still not as it should be after " + std::to_string(k_max_rounds) + " rounds",
                "see what is left: helper plan " + desired_.target.name);
  }

  void tell(Event event) {
    event.target = desired_.target.name;
    on_event_(event);
  }

  void note(const std::string& text) {
    if (std::ranges::find(report_.notes, text) != report_.notes.end()) return;
    report_.notes.push_back(text);
    tell({Event::Kind::note, {}, text, {}, {}, {}, {}});
  }

  // The engine that has the container is the one until the request is done: without the container, which may have been
  // removed or renamed by then, nothing would tell why a Docker that is down is passed over.
  void stay_with(const plan::Observed& observed) {
    const auto& engine = observed.server.engine;
    if (!engine || engine->passed_over.empty()) return;
    const bool has_it = observed.server.aside ||
                        (observed.server.container && observed.server.container->state != plan::ContainerState::absent);
    if (!has_it) return;
    note(plan::to_text(engine->kind) + " is used: " + engine->passed_over);
    desired_.target.engine = engine->program;
  }

  // Somebody else has removed the container, or put another in its place, since it was last seen or made by us.
  [[nodiscard]] bool was_taken_away(const plan::Observed& observed) const {
    if (!expected_ || !observed.server.container || times_taken_away_ == k_most_taken_away) return false;
    const bool absent = observed.server.container->state == plan::ContainerState::absent;
    return absent || (!expected_->empty() && observed.server.container->id != *expected_);
  }

  // A removal takes a moment in which the container has ended already and is still listed. The engine learns last that
  // its processes were killed: what failed inside is believed only when a second look still finds the container.
  [[nodiscard]] bool is_going(const plan::Observed& observed) {
    if (!expected_ || !observed.server.container) return false;
    using enum plan::ContainerState;
    const auto state = observed.server.container->state;
    const bool goes = state == removing || state == dead || (state == exited && observed.server.container->auto_remove);
    const bool may_go = step_failed_->code == ErrorCode::inside_failed && (state == running || state == exited);
    return (goes || may_go) && times_going_++ < (goes ? k_most_passed : 1);
  }

  // Who created the container at the same moment as this request writes its record a moment later.
  [[nodiscard]] bool is_about_to_be_recorded(const plan::Foreign& owner) {
    return times_lost_ > 0 && owner.name == plan::k_unknown_owner && times_unrecorded_++ < k_most_passed;
  }

  // What was tried on the one that is gone says nothing about the next.
  void begin_again() {
    ++times_taken_away_;
    step_failed_ = std::nullopt;
    attempts_ = attempts_before_;
    attempts_.starts = 0;
    attempts_.failed_ways.clear();
    times_session_failed_ = 0;
    plans_.clear();
    report_.rounds = 1;
    note("container " + desired_.target.container.name + " was removed by somebody else meanwhile");
  }

  void expect_what_is_there(const plan::Observed& observed) {
    if (!observed.server.container) return;
    const bool there = observed.server.container->state != plan::ContainerState::absent;
    expected_ = there ? std::optional(observed.server.container->id) : std::nullopt;
  }

  // No keeper knows a container of this request yet.
  void remember_what_was_created(plan::Observed& observed) {
    auto& keeper = observed.server.keeper;
    if (!attempts_.created || !keeper || keeper->recorded || !observed.server.container) return;
    take_record(knowledge_, observed.server.container->id, "");
    keeper->recorded = "";
  }

  // The steps of ours that make a container of the target's name, or take it away.
  void expect_after(const plan::Action& action) {
    if (plan::is<plan::CreateContainer>(action)) expected_ = std::string();  // its id is seen later
    const auto* removal = plan::get_if<plan::RemoveContainer>(action);
    const bool took_it = removal != nullptr && removal->name == desired_.target.container.name;
    if (took_it || plan::is<plan::SetAside>(action) || plan::is<plan::BringBack>(action)) expected_ = std::nullopt;
  }

  // Trouble that is over in a moment: the engine is removing the container, or it went while it was looked into.
  [[nodiscard]] bool may_pass(const plan::Plan& plan, const plan::Observed& observed) {
    if (plan.problems.empty() || !observed.server.container) return false;
    const bool on_its_way_out = observed.server.container->state == plan::ContainerState::removing;
    const int most = on_its_way_out ? k_most_passed : (observed.place.inside_error ? 1 : 0);
    return times_passed_++ < most;
  }

  // One that failed is tried again: what stood in its way may be gone. One that cannot be tried is not.
  [[nodiscard]] bool may_try_session(const plan::Plan& plan, const plan::Observed& observed) const {
    const bool failed =
        observed.local.session && (observed.local.session->undecided || plan::session_problem(desired_, observed));
    if (desired_.power != plan::Power::running || (!failed && !plan.problems.empty())) return false;
    const auto ssh =
        std::ranges::find(observed.local.tunnels, desired_.target.ssh.local_port, &plan::Tunnel::local_port);
    return ssh != observed.local.tunnels.end() && ssh->answers == true && (!observed.local.session || failed) &&
           !plan::session_key(desired_, observed).empty();
  }

  // The plan's steps are done, and a session should work from now on.
  void try_session_ahead(const plan::Plan& plan, const plan::Observed& observed) {
    const bool is_new = std::ranges::any_of(plan.steps, [&](const plan::Step& step) {
      const auto* forward = plan::get_if<plan::PointTunnel>(step.action);
      return forward != nullptr && forward->tunnel.local_port == desired_.target.ssh.local_port;
    });
    if (is_new && observed.local.key && plan::why_untried(*observed.local.key).empty())
      session_.emplace(hands_.ssh, interpreter_of(paths_, desired_, observed), hands_.agent_socket);
  }

  Result<void> try_session(plan::Observed& observed) {
    plan::SessionTry tried;
    auto ahead = session_ ? session_->wait(stop_) : std::nullopt;
    session_.reset();
    if (ahead) {
      tried = std::move(*ahead);
    } else if (plan::why_untried(*observed.local.key).empty()) {
      HELPER_TRY_ASSIGN(tried,
                        hands_.ssh.try_session(interpreter_of(paths_, desired_, observed), hands_.agent_socket, stop_));
    }
    if (!tried.works() && observed.place.current)
      HELPER_TRY(inside::look_at_session(hands_.server, *observed.place.current, plan::sshd_folders(desired_.target),
                                         tried, stop_));
    tried.of = plan::session_key(desired_, observed);
    take_session(knowledge_, tried);
    observed.local.session = std::move(tried);
    return {};
  }

  // A step of which something, or all, is done beside the next ones.
  struct Pending {
    plan::Step step;
    bool is_told;  // as done
  };

  // What only tells the keeper is of use after the next start of the container.
  [[nodiscard]] static bool is_only_for_later(const plan::Action& action) {
    return plan::is<plan::StartKeeper>(action) || plan::is<plan::RecordServices>(action);
  }

  Result<void> collect_beside() {
    auto steps = std::exchange(pending_, {});
    auto all = beside_.collect();
    Result<void> result;
    for (std::size_t i = 0; i < all.size() && result; ++i) {
      if (!all[i]) break;
      result = end_beside(steps[i], *all[i]);
    }
    return result;
  }

  Result<void> end_beside(const Pending& pending, const Beside::Done& done) {
    const plan::Step& step = pending.step;
    if (pending.is_told) {
      if (!done.result) return done.result;
      const auto& target = desired_.target;
      return hands_.files.remove(paths_.half_recorded(target.server, target.container.name));
    }
    tell({Event::Kind::started, {}, plan::to_text(step.action), step.cause, {}, {}, {}});
    if (done.result) {
      tell_done(step, done.elapsed);
      plan::note_done(attempts_, step, {});
      note_kept(step.action);
      return {};
    }
    tell({Event::Kind::failed, {}, plan::to_text(step.action), done.result.error().cause, done.elapsed, {}, {}});
    if (plan::is<plan::RecordServices>(step.action)) knowledge_.recorded = {};  // it may have them all the same
    if (!plan::note_failure(attempts_, {}, step, {}, done.result.error())) return done.result;
    knowledge_.keeper_failed = attempts_.keeper_failed;
    return {};
  }

  // What was done beside the look may have come too late for it.
  void take_in(plan::Observed& observed) const {
    if (knowledge_.observed) observed.server.keeper = knowledge_.observed->server.keeper;
    if (attempts_.created) observed.local.half_recorded.clear();
  }

  // What an earlier look of this request was told, and a look at a container that runs does not ask.
  void keep_builds(plan::ServerFacts& server) {
    if (!server.engine_build) server.engine_build = engine_build_;
    if (!server.toolkit) server.toolkit = toolkit_;
    engine_build_ = server.engine_build;
    toolkit_ = server.toolkit;
  }

  // Each is told to a person, once: what was told is in a file of this machine.
  void tell_security(const plan::Plan& plan) {
    if (plan.security.empty() || desired_.initiative != plan::Initiative::person) return;
    const auto file = paths_.told_security(desired_.target.ssh_name);
    const auto before = hands_.files.read(file);
    std::string told = before ? before->value_or("") : std::string();
    const auto fresh = plan::not_told(plan.security, told);
    if (fresh.empty()) return;
    for (const auto& each : fresh) {
      note(each.text);
      told += each.fact + "\n";
    }
    static_cast<void>(hands_.files.write(file, told, 0600));  // else they are told again
  }

  Result<void> apply_all(const plan::Plan& plan, const plan::Observed& observed) {
    const engine::EngineCli cli = engine::cli_of(observed.server.engine.value_or(plan::Engine{}));
    // What they need of this machine is there, but for host keys that a step brings.
    const bool first = std::ranges::none_of(
        plan.steps, [](const plan::Step& step) { return plan::is<plan::FetchHostKeys>(step.action); });
    for (const auto& step : plan.steps) {
      if (first && is_only_for_later(step.action)) HELPER_TRY(apply_one(step, cli, observed.place.current));
    }
    for (const auto& step : plan.steps) {
      if (first && is_only_for_later(step.action)) continue;
      if (stop_.stop_requested()) return fail(ErrorCode::cancelled, desired_.target.name, "the request was cancelled");
      if (plan::is<plan::CreateContainer>(step.action)) {
        for (const auto& text : plan::notes_of_missing_folders(desired_.target, observed.server)) note(text);
      }
      if (auto done = apply_one(step, cli, observed.place.current); !done) {
        const auto code = done.error().code;
        if (is_about_jupyter(step.action) && (code == ErrorCode::inside_failed || code == ErrorCode::timed_out)) {
          // SSH and Python are of use without it: the next plan says what is wrong, and does the rest.
          const Error& error = done.error();
          knowledge_.jupyter_failed = error.fix.empty() ? error.cause : error.cause + "; " + error.fix;
          attempts_.jupyter_failed = knowledge_.jupyter_failed;
          return {};
        }
        if (attempts_.set_aside.empty() && times_lost_ < k_most_taken_away &&
            plan::lost_the_name(step.action, done.error())) {
          ++times_lost_;
          plans_.clear();  // the same plan again means that the other one is gone
          note("container " + desired_.target.container.name + " was created by somebody else at the same moment");
          return {};
        }
        // Who has just created the container may still be writing them.
        if (plan::is<plan::FetchHostKeys>(step.action) && code == ErrorCode::file_failed &&
            times_unrecorded_++ < k_most_passed && hands_.clock.sleep(k_passes_after, stop_)) {
          plans_.clear();
          --report_.rounds;
          return {};
        }
        if (!plan::note_failure(attempts_, plan, step, observed, done.error()))
          return fail(plan::with_engine(std::move(done).error(), observed));
        knowledge_.keeper_failed = attempts_.keeper_failed;
        return {};
      }
      expect_after(step.action);
      if (is_only_for_later(step.action)) continue;
      plan::note_done(attempts_, step, observed);
      note_kept(step.action);
    }
    return {};
  }

  Result<void> apply_one(const plan::Step& step, const engine::EngineCli& cli,
                         const std::optional<plan::Place>& place) {
    const auto start = hands_.clock.now();
    const std::string text = plan::to_text(step.action);
    const bool is_told = !is_only_for_later(step.action);
    if (is_told) tell({Event::Kind::started, {}, text, step.cause, {}, {}, {}});
    const auto on_progress = [&](std::string_view piece) {
      tell({Event::Kind::progress, {}, std::string(piece), {}, {}, {}, {}});
    };
    const auto done =
        apply(hands_, paths_, desired_, cli, place, step.action, beside_, on_progress, stop_, consents_.still_approved);
    while (pending_.size() < beside_.size()) pending_.push_back({step, is_told});
    const auto elapsed = since(hands_.clock, start);
    if (!done) {
      tell({Event::Kind::failed, {}, text, done.error().cause, elapsed, {}, {}});
      return done;
    }
    if (is_told) tell_done(step, elapsed);
    return {};
  }

  void tell_done(const plan::Step& step, Milliseconds elapsed) {
    const std::string text = plan::to_text(step.action);
    tell({Event::Kind::done, {}, text, step.cause, elapsed, {}, {}, plan::done_text(step)});
    report_.steps.push_back({text, step.cause, elapsed, plan::done_text(step)});
  }

  [[nodiscard]] static bool is_about_jupyter(const plan::Action& action) {
    return plan::is<plan::StartJupyter>(action) || plan::is<plan::StopJupyter>(action) ||
           plan::is<plan::InstallJupyter>(action);
  }

  void note_kept(const plan::Action& action) {
    if (const auto* start = plan::get_if<plan::StartKeeper>(action)) take_keeper(knowledge_, start->image.version);
    if (const auto* record = plan::get_if<plan::RecordServices>(action))
      take_record(knowledge_, record->id, record->fingerprint);
    if (const auto* forget = plan::get_if<plan::ForgetServices>(action)) take_record(knowledge_, forget->id, "");
  }

  // Without an answer it goes on with the container as it is.
  Result<void> ask_for_consent(const plan::Plan& plan, const plan::Observed& observed, const engine::EngineCli& cli) {
    attempts_.consent = consents_.recreate ? plan::Consent::yes : plan::Consent::no;
    attempts_.consent_for = plan.wants_consent;
    if (consents_.recreate || consents_.person == nullptr || !consents_.person->can_ask()) return {};
    const std::string& name = desired_.target.container.name;
    attempts_.snapshot_image = snapshot_name(desired_.target.name, "before", hands_.clock.wall());
    const auto work = look_at_work(hands_, desired_, observed, stop_);
    const auto losses = engine::look_at_losses(hands_.server, cli, name, stop_);
    const auto answer =
        consents_.person->ask(plan::recreate_question(name, plan.drifts, losses ? std::optional(*losses) : std::nullopt,
                                                      plan::losses_of(work), attempts_.snapshot_image),
                              stop_);
    if (!answer && answer.error().code == ErrorCode::cancelled) return fail(answer.error());
    if (answer && *answer == "yes") attempts_.consent = plan::Consent::yes;
    if (answer && *answer == "snapshot") attempts_.consent = plan::Consent::snapshot_first;
    return {};
  }

  // Without an answer the target is ready without Jupyter.
  Result<void> ask_to_install(const plan::InstallJupyter& install, const plan::Observed& observed) {
    attempts_.install = plan::Consent::no;
    if (attempts_.consent == plan::Consent::no) return {};  // one no is enough
    if (!consents_.offers || consents_.person == nullptr || !consents_.person->can_ask()) return {};
    const std::string asked_for = observed.server.container->id + " " + install.python;
    if (knowledge_.install_refused == asked_for) return {};
    const auto answer = consents_.person->ask(plan::install_question(desired_, observed, install), stop_);
    if (!answer && answer.error().code == ErrorCode::cancelled) return fail(answer.error());
    if (answer && *answer == "yes") attempts_.install = plan::Consent::yes;
    if (answer && *answer == "no") knowledge_.install_refused = asked_for;
    return {};
  }

  // Kernels that compute end only with somebody's yes. What is not known prevents nothing.
  Result<void> may_end_work(const plan::Plan& plan, const plan::Observed& observed) {
    if (desired_.power == plan::Power::running || consents_.end_work || work_was_asked_) return {};
    if (!plan::ends_work(plan, desired_, observed)) return {};
    work_was_asked_ = true;
    const auto work = look_at_work(hands_, desired_, observed, stop_);
    if (stop_.stop_requested()) return fail(ErrorCode::cancelled, desired_.target.name, "the request was cancelled");
    for (const auto& loss : plan::losses_of(work)) note(loss);
    if (!work || plan::busy_text(*work).empty()) return {};
    const bool can_ask = consents_.person != nullptr && consents_.person->can_ask();
    if (!can_ask) return fail(plan::work_error(desired_, *work, consents_.verb));
    HELPER_TRY_ASSIGN(const auto answer, consents_.person->ask(plan::work_question(desired_, *work), stop_));
    if (answer != "yes") {
      return fail(ErrorCode::cancelled, "container " + desired_.target.container.name,
                  plan::busy_text(*work) + "; nothing was changed");
    }
    return {};
  }

  Result<Report> finish(const plan::Plan& plan, const plan::Observed& observed) {
    for (const auto& text : plan.notes) note(text);
    if (!plan.problems.empty()) return fail(plan.problems.front());
    tell_security(plan);
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
  plan::Desired desired_;
  Knowledge& knowledge_;
  const EventSink& on_event_;
  const std::stop_token& stop_;
  const Consents& consents_;
  const SteadyTime start_;
  plan::Attempts attempts_;
  plan::Attempts attempts_before_;       // the last plan's steps
  std::optional<std::string> expected_;  // the id of the container that should be there; "" = not seen yet
  std::optional<Error> step_failed_;     // what ended the last plan's steps
  bool has_looked_ = false;
  int times_taken_away_ = 0;
  int times_passed_ = 0;
  int times_going_ = 0;
  int times_session_failed_ = 0;
  int times_lost_ = 0;  // a creation, to somebody else who made one of that name
  int times_unrecorded_ = 0;
  bool work_was_asked_ = false;
  std::optional<plan::EngineBuild> engine_build_;
  std::optional<plan::Toolkit> toolkit_;
  std::set<std::string> plans_;  // texts of the plans that were applied
  Report report_;
  std::optional<SessionAhead> session_;
  std::vector<Pending> pending_;  // one for each piece of beside_'s work
  Beside beside_;                 // last: nothing of it goes before its work is over
};

}  // namespace

bool is_about_the_server(ErrorCode code) {
  return error_kind(code).exit_status == error_kind(ErrorCode::server_unreachable).exit_status;
}

Result<void> must_be_agreed(const config::Target& config, const plan::Foreign& owner, const Consents& consents,
                            const std::stop_token& stop) {
  const std::string& name = config.container.name;
  if (consents.owner == owner.name) return {};
  if (!consents.owner.empty() || consents.person == nullptr || !consents.person->can_ask())
    return fail(plan::foreign_error(name, config.name, owner));
  HELPER_TRY_ASSIGN(const auto answer, consents.person->ask(plan::foreign_question(name, owner), stop));
  if (answer == "yes") return {};
  return fail(ErrorCode::cancelled, "container " + name, "it belongs to " + owner.name + "; nothing was changed");
}

Result<Report> converge(const Hands& hands, const Paths& paths, const plan::Desired& desired, Knowledge& knowledge,
                        const EventSink& on_event, const std::stop_token& stop, const Consents& consents) {
  return Convergence(hands, paths, desired, knowledge, on_event, stop, consents).run();
}

}  // namespace helper::ensure
