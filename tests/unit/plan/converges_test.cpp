// The one promise of plan as a whole, on thousands of random worlds: planning and applying, again and again, ends soon,
// and does no harm on its way.
#include "plan/attempts.hpp"
#include "plan/make_plan.hpp"
#include "support/simulate.hpp"
#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace helper::plan {
namespace {

using helper::test::Faults;
using helper::test::k_rounds_needed;
using helper::test::SimulatedWorld;

class Chance {
 public:
  explicit Chance(unsigned int seed) : random_(seed) {}
  bool one_in(unsigned int n) { return random_() % n == 0; }
  template <class T>
  T any(std::initializer_list<T> values) {
    return *(values.begin() + static_cast<std::ptrdiff_t>(random_() % values.size()));
  }

 private:
  std::mt19937 random_;
};

config::Target any_target(Chance& chance) {
  config::Target target = test::target();
  target.container.gpus = chance.any<const char*>({"all", "all", "none", "1"});
  target.container.runtime = chance.any<const char*>({"auto", "auto", "auto", "gpus", "nvidia", "runc"});
  if (chance.one_in(3)) target.jupyter = std::nullopt;
  if (target.jupyter) target.jupyter->install = chance.one_in(3);
  if (chance.one_in(3)) target.forwards = {{16006, 6006}};
  if (chance.one_in(4)) target.container.restart = "no";
  if (chance.one_in(6)) target.container.shm_size = "8g";
  if (chance.one_in(4)) target.container.build = config::BuildConfig{"/home/me/project"};
  target.ide.backend_cache = chance.one_in(4);
  target.keeper = !chance.one_in(6);
  if (chance.one_in(4)) target.python = chance.any<const char*>({"conda:CenterNet", "/usr/bin/python3"});
  return target;
}

Faults any_faults(Chance& chance) {
  Faults faults;
  for (const GpuWay way : {GpuWay::none, GpuWay::gpus_flag, GpuWay::runtime}) {
    if (chance.one_in(3)) {
      faults.failing_ways[way] = chance.any<const char*>(
          {"could not select device driver \"\" with capabilities: [[gpu]]", "Unknown runtime specified nvidia",
           "nvidia-container-cli: nvml error: driver not loaded", "port is already allocated"});
    }
  }
  faults.image_missing_everywhere = chance.one_in(8);
  faults.cannot_be_created = chance.one_in(10);
  faults.ends_at_once = chance.one_in(8);
  faults.restarts_for_ever = chance.one_in(2);
  faults.has_sshd = !chance.one_in(8);
  faults.sshd_refuses_to_start = chance.one_in(8);
  faults.user_exists = !chance.one_in(8);
  faults.has_bundle = !chance.one_in(4);
  faults.has_shell = !chance.one_in(8);
  faults.can_switch_users = !chance.one_in(8);
  faults.has_python = !chance.one_in(8);
  faults.has_gpu_driver = !chance.one_in(6);
  faults.has_jupyter = chance.one_in(2);
  faults.jupyter_ends_at_once = chance.one_in(4);
  faults.install_fails = chance.one_in(4);
  faults.has_network = !chance.one_in(8);
  faults.silent_tunnel = chance.one_in(8);
  faults.keeper_fails = chance.one_in(8);
  faults.keeper_starts_nothing = chance.one_in(4);
  faults.nvidia_is_the_default_runtime = chance.one_in(5);
  if (chance.one_in(8)) faults.busy_ports = {chance.any<std::uint16_t>({2222, 8888})};
  return faults;
}

JupyterFacts any_jupyter(Chance& chance) {
  JupyterFacts jupyter;
  for (const JupyterKind kind : {JupyterKind::lab, JupyterKind::notebook}) {
    if (chance.one_in(2)) jupyter.packages.push_back({test::conda_python().path, kind, "4"});
    if (chance.one_in(3)) jupyter.packages.push_back({"/usr/bin/python3", kind, "4"});
  }
  jupyter.listening = chance.one_in(2);
  jupyter.ours_runs = chance.one_in(2);
  jupyter.ours_ended = !jupyter.ours_runs && chance.one_in(2);
  if (jupyter.ours_runs) {
    jupyter.sessions = jupyter.listening ? chance.any({0, 0, 2}) : 0;
    jupyter.setup = chance.any({test::inside().jupyter.setup.c_str(), "lab by /elsewhere"});
    jupyter.token = std::string(chance.any({0U, 64U}), 'a');
  }
  return jupyter;
}

Inside any_inside(Chance& chance) {
  Inside inside = test::inside();
  if (chance.one_in(6)) inside.user_home.clear();
  if (chance.one_in(4)) inside.bundle.clear();
  if (chance.one_in(2)) inside.image_sshd = "/usr/sbin/sshd";
  if (chance.one_in(4)) inside.can_switch_users = false;
  if (chance.one_in(6)) {
    inside = Inside{};
    inside.has_shell = false;
  }
  inside.sshd_listening = !chance.one_in(3);
  if (inside.sshd_listening) inside.sshd_fingerprint = "0123";
  if (chance.one_in(5)) inside.pythons.clear();
  if (chance.one_in(4)) inside.gpu.gpus.clear();
  if (chance.one_in(2)) inside.jupyter = any_jupyter(chance);
  return inside;
}

Observed any_start(Chance& chance, const Desired& desired) {
  using enum ContainerState;
  Observed start;
  Container its = test::container(
      chance.any({absent, absent, created, running, running, paused, restarting, removing, exited, exited, dead}));
  if (its.state == absent) {
    its = {};
  } else {
    its.gpu_way = chance.any({GpuWay::none, GpuWay::gpus_flag, GpuWay::runtime});
    its.labels[k_label_spec] = chance.one_in(4) ? "0123" : desired.spec_hash;
    its.labels[k_label_build] = chance.any({"print-1", "print-2"});
    its.applied = desired.fields;
    its.settings = EngineSettings{.restart = chance.any({"unless-stopped", "always"})};
    its.image_id = chance.any({"sha256:cda6", "sha256:older"});
    if (chance.one_in(4)) its.applied["container.shm_size"] = "1g";
    if (chance.one_in(6)) its.applied["ide.backend_cache"] = chance.any({"true", ""});
    if (chance.one_in(6)) its.applied.clear();
    if (chance.one_in(4)) its.labels.clear();
    if (chance.one_in(4)) its.ways.published.clear();
    if (chance.one_in(4)) its.ways.address.clear();
    its.exit_code = chance.any({0, 1, 137});
  }
  start.server.container = its;
  start.local.me = test::me();
  if (chance.one_in(2))
    start.server.records.push_back(
        {its.id, "", chance.any({test::me(), test::somebody_else()}), "", {test::k_host_key}});
  if (its.state == running) start.place.inside = any_inside(chance);
  start.server.engine = chance.one_in(2) ? test::engine() : test::engine_without_nvidia();
  if (chance.one_in(2)) {
    start.server.image = test::image();
    start.server.image->build_fingerprint = chance.any({"print-1", "print-2", "print-2", ""});
  }
  if (desired.target.container.build) {
    start.local.build = BuildInputs{"print-1", std::nullopt};
    if (chance.one_in(8)) start.local.build->error = Error{ErrorCode::file_failed, "Dockerfile", "cannot be read", ""};
  }
  if (chance.one_in(6)) {
    start.server.aside = test::container(exited);
    start.server.aside->id = "aside";
    if (chance.one_in(3)) start.server.aside->labels.clear();
    if (chance.one_in(2)) start.server.records.push_back({"aside", "", test::me(), "", {test::k_host_key}});
  }
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{2222, 8888, 9999}) {
    if (chance.one_in(3)) continue;
    start.local.tunnels.push_back({port, std::nullopt, "", std::nullopt});
    if (chance.one_in(2))
      start.local.tunnels.back().remote = Endpoint{"127.0.0.1", chance.any<std::uint16_t>({49153, 5})};
  }
  if (chance.one_in(2)) start.local.key = test::ready().local.key;
  start.server.machine = "x86_64";
  if (chance.one_in(2)) start.local.keeper_image = test::keeper_image();
  if (chance.one_in(2)) {
    start.server.keeper = test::keeper(chance.any({absent, running, running, exited}));
    start.server.keeper->version = chance.any({"0.1.0", "0.0.9", ""});
    start.server.keeper->has_socket = !chance.one_in(4);
    if (chance.one_in(3)) start.server.keeper->recorded = chance.any({"", "other services"});
  }
  if (chance.one_in(2)) start.local.host_keys = {test::k_host_key};
  if (chance.one_in(2)) start.local.pinned_host_keys = {chance.any({test::k_host_key, "ssh-rsa AAAAold"})};
  if (chance.one_in(12)) start.server.error = Error{ErrorCode::server_unreachable, "gpu1", "no route", ""};
  if (chance.one_in(12)) start.server.engine_error = Error{ErrorCode::engine_down, "engine", "does not answer", ""};
  return start;
}

bool is_about_the_keeper(const Action& action) {
  return is<StartKeeper>(action) || is<RecordServices>(action) || is<ForgetServices>(action) || is<AwaitKeeper>(action);
}

// Judges every step before it is done.
void expect_harmless(const Step& step, const Observed& seen, const Desired& desired) {
  const std::string text = to_text(step);
  const bool local = std::holds_alternative<LocalAction>(step.action);
  EXPECT_TRUE(local || !(seen.server.error || seen.server.engine_error)) << text;
  const bool theirs = seen.server.container && seen.server.container->state != ContainerState::absent &&
                      !is_ours(*seen.server.container);
  const bool foreign = seen.server.container && foreign_owner(desired, seen, *seen.server.container);
  EXPECT_FALSE(foreign && !local) << text;
  const bool removes = is<RemoveContainer>(step.action);
  EXPECT_FALSE(theirs && (removes || is<CreateContainer>(step.action))) << text;
  EXPECT_FALSE(theirs && is<InstallJupyter>(step.action) && seen.attempts.install != Consent::yes) << text;
  const bool brings_up =
      is<StartContainer>(step.action) || is<CreateContainer>(step.action) || is<UnpauseContainer>(step.action);
  EXPECT_FALSE(brings_up && desired.power != Power::running) << text;
  EXPECT_FALSE(step.cause.empty()) << text;
  if (!is_about_the_keeper(step.action)) return;
  ASSERT_TRUE(seen.server.keeper) << text;
  const bool not_ours = seen.server.keeper->state != ContainerState::absent && seen.server.keeper->version.empty();
  EXPECT_FALSE(not_ours) << text;
  EXPECT_TRUE(desired.target.keeper || is<ForgetServices>(step.action)) << text;
}

void expect_as_desired(const Observed& seen, const Desired& desired) {
  if (desired.power != Power::running) {
    EXPECT_TRUE(seen.local.tunnels.empty());
    EXPECT_NE(seen.server.container->state, ContainerState::running);
    EXPECT_TRUE(desired.power == Power::stopped || seen.server.container->state == ContainerState::absent);
    return;
  }
  ASSERT_EQ(seen.server.container->state, ContainerState::running);
  EXPECT_FALSE(is_ours(*seen.server.container) && seen.server.aside && is_ours(*seen.server.aside))
      << "the one from before is still there";
  const auto setup = sshd_setup(desired, seen);
  ASSERT_TRUE(setup);
  EXPECT_TRUE(seen.place.inside->sshd_listening || !setup->listens);
  EXPECT_EQ(seen.place.inside->sshd_fingerprint, fingerprint(*setup, host_keys(seen)));
  EXPECT_EQ(host_keys(seen), seen.local.pinned_host_keys);
  EXPECT_NE(record_of(seen.server, *seen.server.container), nullptr);
  const auto& admitted = seen.place.inside->authorized_keys;
  EXPECT_NE(std::ranges::find(admitted, setup->authorized_key), admitted.end());
  EXPECT_EQ(seen.local.tunnels.size(), desired.tunnels.size());
  for (const auto& wanted : desired.tunnels) {
    const auto open = std::ranges::find(seen.local.tunnels, wanted.local_port, &Tunnel::local_port);
    ASSERT_NE(open, seen.local.tunnels.end()) << wanted.name;
    const auto door = seen.place.doors.find(wanted.container_port);
    EXPECT_EQ(open->remote, door == seen.place.doors.end() ? std::nullopt : std::optional(door->second)) << wanted.name;
    EXPECT_NE(open->answers, std::optional(false)) << wanted.name;
  }
}

constexpr int k_to_the_end = 1'000'000;

// As ensure does it: what this machine alone tells first, then rounds of look, plan and steps. Who is asked answers
// `answer`; after `steps` steps the helper is killed.
class Request {
 public:
  Request(SimulatedWorld& world, const Desired& desired, Consent answer, int steps = k_to_the_end)
      : world_(world), desired_(desired), answer_(answer), steps_left_(steps) {}

  // False when it was killed.
  bool run() {
    Observed here = world_.observe({});
    here.server.container = here.server.aside = std::nullopt;
    here.place.inside = std::nullopt;
    here.local.build = std::nullopt;
    here.server.error = here.server.engine_error = std::nullopt;
    if (!apply_all(make_plan(desired_, here), here)) return steps_left_ > 0;
    for (int round = 1; round <= k_rounds_needed; ++round) {
      Observed seen = world_.observe(attempts_);
      Plan plan = make_plan(desired_, seen);
      if (!plan.wants_consent.empty() && attempts_.consent == Consent::not_asked) {
        attempts_.consent = answer_;
        attempts_.consent_for = plan.wants_consent;
        attempts_.snapshot_image = "helper/centernet:before";
        seen.attempts = attempts_;
        plan = make_plan(desired_, seen);
      }
      if (plan.steps.empty() && plan.wants_install) {
        attempts_.install = answer_ == Consent::no ? Consent::no : Consent::yes;
        seen.attempts = attempts_;
        plan = make_plan(desired_, seen);
      }
      story_ += "round " + std::to_string(round) + "\n" + to_text(plan);
      if (plan.steps.empty()) {
        ready_ = plan.problems.empty();
        if (ready_) expect_as_desired(seen, desired_);
        return true;
      }
      EXPECT_TRUE(plans_.insert(to_text(plan)).second) << "the same plan again\n" << story_;
      if (!apply_all(plan, seen)) return steps_left_ > 0;
      if (testing::Test::HasFailure()) return true;
    }
    ADD_FAILURE() << "no end\n" << story_;
    return true;
  }

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] const std::string& keeper_failed() const { return attempts_.keeper_failed; }
  [[nodiscard]] const std::string& story() const { return story_; }

 private:
  // False when the request ends with a step's error, or is killed.
  bool apply_all(const Plan& plan, const Observed& seen) {
    for (const auto& step : plan.steps) {
      expect_harmless(step, seen, desired_);
      if (steps_left_-- <= 0) return false;
      const auto done = world_.apply(step);
      if (done) {
        note_done(attempts_, step, seen);
        continue;
      }
      EXPECT_NE(done.error().code, ErrorCode::internal) << to_text(step) << ": " << to_text(done.error()) << story_;
      return note_failure(attempts_, plan, step, seen, done.error());
    }
    return true;
  }

  SimulatedWorld& world_;
  const Desired& desired_;
  const Consent answer_;
  int steps_left_;
  bool ready_ = false;
  Attempts attempts_;
  std::set<std::string> plans_;
  std::string story_;
};

bool needs_recreation(const Desired& desired, const Observed& start) {
  if (!start.server.container || start.server.container->state == ContainerState::absent ||
      !is_ours(*start.server.container))
    return false;
  return std::ranges::any_of(find_drifts(desired, start), [](const Drift& d) { return d.need == Need::recreate; });
}

// What a person wrote in a container that ran is still there, or somebody agreed to its loss.
void expect_nothing_lost(const SimulatedWorld& world, const Desired& desired, const Observed& start, bool agreed,
                         const std::string& story) {
  const std::string mine = start.server.container->id;
  for (const auto& gone : world.removed()) {
    EXPECT_TRUE(is_ours(gone)) << story;
    if (desired.power != Power::running || gone.id != mine || !gone.ever_started) continue;
    EXPECT_TRUE(agreed) << "nobody agreed\n" << story;
    const bool could_not_start = story.find("the engine cannot start the container as it was created") != story.npos;
    EXPECT_TRUE(needs_recreation(desired, start) || start.server.aside || could_not_start)
        << "and nothing was wrong with it\n"
        << story;
  }
}

TEST(Planning, EndsSoonDoesNoHarmAndReachesWhatIsDesiredInEveryWorld) {
  for (unsigned int seed = 1; seed <= 10'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Chance chance(seed);
    const Desired desired =
        desired_state(any_target(chance),
                      chance.any({Power::running, Power::running, Power::running, Power::stopped, Power::absent}));
    const Observed start = any_start(chance, desired);
    SimulatedWorld world(desired, start, any_faults(chance));
    const Consent answer = chance.any({Consent::no, Consent::yes, Consent::snapshot_first});
    Request request(world, desired, answer);
    request.run();
    expect_nothing_lost(world, desired, start, answer != Consent::no, request.story());
    EXPECT_TRUE(answer == Consent::snapshot_first || world.snapshots().empty());
    if (request.ready() && desired.power == Power::running) {
      Attempts after;  // ensure remembers it
      after.keeper_failed = request.keeper_failed();
      Observed end = world.observe(after);
      const Plan plan = make_plan(desired, end);
      EXPECT_TRUE(plan.empty()) << to_text(plan) << request.story();
      const bool drifts = std::ranges::any_of(plan.drifts, [](const Drift& d) { return d.need == Need::recreate; });
      EXPECT_FALSE(drifts && answer != Consent::no) << to_text(plan) << request.story();
    }
    if (HasFailure()) return;
  }
}

TEST(Planning, AfterAKillAtAnyStepTheNextRequestReachesWhatIsDesiredAndNothingIsLost) {
  for (unsigned int seed = 1; seed <= 1'500; ++seed) {
    for (int steps = 0; steps < 40; ++steps) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", killed after " + std::to_string(steps) + " steps");
      Chance chance(seed);
      const Desired desired = desired_state(any_target(chance), Power::running);
      const Observed start = any_start(chance, desired);
      const bool faulty = chance.one_in(2);
      SimulatedWorld world(desired, start, faulty ? any_faults(chance) : Faults{});
      const Consent answer = chance.any({Consent::no, Consent::yes, Consent::snapshot_first});
      Request killed(world, desired, answer, steps);
      const bool to_its_end = killed.run();
      const Consent then = chance.any({Consent::no, Consent::yes});
      Request next(world, desired, then);
      next.run();
      const std::string story = killed.story() + "killed\n" + next.story();
      expect_nothing_lost(world, desired, start, answer != Consent::no || then != Consent::no, story);
      const bool foreign = foreign_owner(desired, start, *start.server.container) ||
                           (start.server.aside && foreign_owner(desired, start, *start.server.aside));
      if (!faulty && !foreign && !start.server.error && !start.server.engine_error && desired.target.python == "auto" &&
          desired.target.container.gpus == "none" && !start.local.build &&
          start.server.container->state == ContainerState::exited) {
        EXPECT_TRUE(next.ready()) << story;
      }
      if (HasFailure()) return;
      if (to_its_end) break;
    }
  }
}

TEST(Planning, ReachesReadyFromNothingInAWorldWithoutFaults) {
  const Desired desired = test::desired();
  Observed start = test::nothing_yet();
  start.server.image = std::nullopt;
  SimulatedWorld world(desired, start, {});
  Request(world, desired, Consent::no).run();
  const Observed end = world.observe({});
  EXPECT_TRUE(make_plan(desired, end).empty()) << to_text(make_plan(desired, end));
}

TEST(Planning, ReachesATargetThatCanBeUsedOnAServerWithoutADriver) {
  const Desired desired = test::desired();
  Faults faults;
  faults.has_gpu_driver = false;
  faults.failing_ways[GpuWay::gpus_flag] = "could not select device driver \"\" with capabilities: [[gpu]]";
  faults.failing_ways[GpuWay::runtime] = "nvidia-container-cli: initialization error: nvml error: driver not loaded";
  SimulatedWorld world(desired, test::nothing_yet(), faults);
  Request(world, desired, Consent::no).run();
  const Plan end = make_plan(desired, world.observe({}));
  EXPECT_TRUE(end.empty()) << to_text(end);
  ASSERT_EQ(end.shortfalls.size(), 1U);
  EXPECT_EQ(end.shortfalls.front().code, ErrorCode::gpu_no_driver);
}

}  // namespace
}  // namespace helper::plan
