// Who changed what: the config now, what was applied, and what the engine says is.
#include "plan/drift.hpp"

#include "config/keys.hpp"
#include "plan/actual.hpp"
#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace helper::plan {
namespace {

TEST(BytesOf, ReadsASizeAsTheEnginesDo) {
  EXPECT_EQ(bytes_of("1.5g"), 1'610'612'736);
  EXPECT_EQ(bytes_of("16 GB"), 17'179'869'184);
  EXPECT_EQ(bytes_of("1.3g"), 1'395'864'371);
  EXPECT_EQ(bytes_of("0.5 k"), 512);
  EXPECT_EQ(bytes_of("1024"), 1024);
  EXPECT_EQ(bytes_of("8MiB"), 8'388'608);
}

Observed made_from(const config::Target& target) {
  Observed observed = test::ready();
  observed.server.container->applied = fields_of(target);
  observed.server.container->settings = EngineSettings{.restart = target.container.restart};
  observed.server.container->image_id = "sha256:cda6";
  for (const auto& [name, value] : target.container.env) observed.server.container->env.push_back(name + "=" + value);
  observed.server.image = test::image();
  return observed;
}

std::vector<Drift> drifts(const config::Target& now, const Observed& observed) {
  return find_drifts(desired_state(now, Power::running), observed);
}

TEST(Fields, EachKeyOfTheConfigSaysWhatItsChangeNeeds) {
  for (const auto& key : config::keys()) {
    constexpr std::string_view k_target = "targets.*.";
    if (key.set == nullptr || key.kind == config::Kind::object) continue;
    ASSERT_TRUE(key.path.starts_with(k_target)) << key.path;
    EXPECT_NE(find_field(key.path.substr(k_target.size())), nullptr) << key.path << ": add a row to plan/fields.cpp";
  }
}

// Nor anything that could be made of it alone: who can read the labels could try all short values.
TEST(Labels, AreTheSameWhateverTheValueOfAVariableIs) {
  config::Target target = test::target();
  target.container.env["TOKEN"] = "hunter2";
  const Desired before = desired_state(target, Power::running);
  target.container.env["TOKEN"] = "hunter3";
  const Desired after = desired_state(target, Power::running);
  EXPECT_EQ(after.fields, before.fields);
  EXPECT_EQ(after.spec_hash, before.spec_hash);
  EXPECT_EQ(before.fields.at("container.env"), "TOKEN");
}

TEST(Drift, AVariableOfAnotherValueIsOneAndNoValueIsShown) {
  config::Target then = test::target();
  then.container.env = {{"TOKEN", "hunter2"}, {"MODE", "x"}};
  config::Target now = then;
  now.container.env["TOKEN"] = "hunter3";
  EXPECT_TRUE(drifts(then, made_from(then)).empty());
  const auto found = drifts(now, made_from(then));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(to_text(found.front()), "container.env: config: MODE, TOKEN with another value; container: MODE, TOKEN");
}

// Containers of version 0.1 have a fingerprint of each value in their labels.
TEST(Drift, AContainerOfAnOlderVersionIsComparedAsItIs) {
  config::Target target = test::target();
  target.container.env = {{"A", "1"}, {"B", "x=#y, z"}};
  Observed observed = made_from(target);
  observed.server.container->applied["container.env"] = "A=#af63ad4c86019caf, B=#0123456789abcdef";
  EXPECT_TRUE(drifts(target, observed).empty());
  target.container.env["A"] = "2";
  EXPECT_EQ(drifts(target, observed).size(), 1U);

  observed = made_from(target);
  observed.server.container->applied.clear();
  observed.server.container->labels[k_label_spec] = desired_state(target, Power::running).older_spec_hash;
  EXPECT_TRUE(drifts(target, observed).empty());
}

TEST(Drift, IsNoneWhereNothingChanged) { EXPECT_TRUE(drifts(test::target(), made_from(test::target())).empty()); }

TEST(Drift, NamesTheFieldThatTheConfigChanged) {
  config::Target now = test::target();
  now.container.shm_size = "8g";
  EXPECT_EQ(drifts(now, made_from(test::target())),
            (std::vector<Drift>{{"container.shm_size", Need::recreate, "8g", "", "0", "the config has changed"}}));
}

// One that was made before there was such a key says nothing of it.
TEST(Drift, ACacheForTheIdeIsOneOnlyWhereItIsWantedAndMissingOrThereAndNotWanted) {
  const config::Target without = test::target();
  config::Target with = without;
  with.ide.backend_cache = true;
  Observed from_before = made_from(without);
  from_before.server.container->applied.erase(std::string(k_backend_cache_key));
  EXPECT_TRUE(drifts(without, from_before).empty());
  EXPECT_EQ(drifts(with, from_before),
            (std::vector<Drift>{{"ide.backend_cache", Need::recreate, "true", "", "", "the config has changed"}}));
  EXPECT_TRUE(drifts(with, made_from(with)).empty());
  ASSERT_EQ(drifts(without, made_from(with)).size(), 1U);
}

TEST(Drift, TurningTheCacheOnDoesNothingToAContainerWithoutConsent) {
  config::Target now = test::target();
  now.ide.backend_cache = true;
  const Plan plan = test::plan_for(desired_state(now, Power::running), made_from(test::target()));
  EXPECT_TRUE(plan.steps.empty()) << to_text(plan);
  EXPECT_EQ(plan.wants_consent, "f1b77c1f");
}

TEST(Drift, AVariableThatWasTakenOutOfTheConfigIsOne) {
  config::Target then = test::target();
  then.container.env["A"] = "1";
  const auto found = drifts(test::target(), made_from(then));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().field, "container.env");
  EXPECT_EQ(found.front().wanted, "");
}

TEST(Drift, ARestartPolicyThatSomebodyChangedIsTheirs) {
  Observed observed = made_from(test::target());
  observed.server.container->settings->restart = "always";
  EXPECT_EQ(drifts(test::target(), observed),
            (std::vector<Drift>{{"container.restart", Need::live, "unless-stopped", "unless-stopped", "always",
                                 "changed on the server"}}));
}

TEST(Drift, ALiveChangeThatWasAppliedIsNoneAnyMoreThoughTheLabelIsOld) {
  config::Target now = test::target();
  now.container.restart = "no";
  Observed observed = made_from(test::target());
  observed.server.container->settings->restart = "no";
  EXPECT_TRUE(drifts(now, observed).empty());
}

TEST(Drift, AnotherImageOfTheSameNameIsOne) {
  Observed observed = made_from(test::target());
  observed.server.image->id = "sha256:0123456789abcdef0123456789abcdef";
  const auto found = drifts(test::target(), observed);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(to_text(found.front()),
            "container.image: config: centernet:1.2 (0123456789ab); container: cda6 (the server now has another image "
            "of that "
            "name)");
}

TEST(Drift, FilesOfABuildThatChangedAreOneAndTheImagesIdIsNotASecond) {
  Observed observed = made_from(test::target());
  observed.server.container->labels[k_label_build] = "then";
  observed.server.image->id = "sha256:another";
  observed.local.build = BuildInputs{"now", std::nullopt};
  const auto found = drifts(test::target(), observed);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().field, "container.build");
}

TEST(Drift, OfAContainerThatDoesNotTellWhatWasAppliedTheFingerprintSpeaks) {
  Observed observed = test::ready();
  EXPECT_TRUE(drifts(test::target(), observed).empty());
  observed.server.container->labels[k_label_spec] = "0123";
  ASSERT_EQ(drifts(test::target(), observed).size(), 1U);
  EXPECT_EQ(drifts(test::target(), observed).front().field, "container");
}

TEST(Drift, IsToldWithTheWayToApplyItAndNothingIsDoneWithoutConsent) {
  config::Target now = test::target();
  now.container.shm_size = "8g";
  const Observed observed = made_from(test::target());
  Observed with_fingerprint = observed;
  const Desired desired = desired_state(now, Power::running);
  with_fingerprint.place.inside->sshd_fingerprint = test::fingerprint_of(observed, desired);
  const Plan plan = test::plan_for(desired, with_fingerprint);
  EXPECT_TRUE(plan.steps.empty()) << to_text(plan);
  EXPECT_EQ(plan.wants_consent, "f1b77c1f");
  EXPECT_NE(to_text(plan).find("helper ensure centernet --recreate"), std::string::npos);
}

TEST(Drift, WithConsentTheOldContainerWaitsAsideWhileTheNewOneIsMade) {
  config::Target now = test::target();
  now.container.shm_size = "8g";
  Observed observed = made_from(test::target());
  observed.attempts.consent = Consent::snapshot_first;
  observed.attempts.consent_for = "f1b77c1f";
  observed.attempts.snapshot_image = "helper/centernet:before";
  EXPECT_EQ(to_text(test::plan_for(desired_state(now, Power::running), observed)),
            "save a copy of container centernet as image helper/centernet:before: will be recreated\n"
            "stop container centernet: will be recreated\n"
            "rename container centernet to centernet.helper-replaced: container.shm_size: config: 8g; container: "
            "0 bytes (engine's default)\n"
            "drift: container.shm_size: config: 8g; container: 0 bytes (engine's default)\n");
}

// A log, an IDE's own files or __pycache__ change while the image is built: what was sent was built.
TEST(Drift, FilesThatChangedSinceThisRequestBuiltTheImageAreNoReasonToBuildItAgain) {
  config::Target target = test::target();
  target.container.build = config::BuildConfig{"/home/me/project", "Dockerfile", {}, ""};
  Observed observed = made_from(target);
  observed.server.container->state = ContainerState::absent;
  observed.server.image->build_fingerprint = "sent";
  observed.local.build = BuildInputs{"changed since", std::nullopt};
  const auto plan_of = [&] { return to_text(test::plan_for(desired_state(target, Power::running), observed)); };
  EXPECT_NE(plan_of().find("build image"), std::string::npos);
  observed.attempts.built = "sent";
  EXPECT_EQ(plan_of().find("build image"), std::string::npos);
  EXPECT_NE(plan_of().find("create container"), std::string::npos);

  observed.server.container->state = ContainerState::running;
  observed.server.container->labels[k_label_build] = "sent";
  EXPECT_TRUE(drifts(target, observed).empty());
  EXPECT_NE(plan_of().find("changed while image"), std::string::npos) << plan_of();
  observed.attempts.built.clear();
  EXPECT_EQ(drifts(target, observed).size(), 1U);
}

TEST(Drift, ABuildThatBrokeBesideAContainerThatRunsIsTold) {
  config::Target target = test::target();
  target.container.build = config::BuildConfig{"/home/me/project", "docker", {}, ""};
  Observed observed = made_from(target);
  observed.server.container->labels[k_label_build] = "then";
  observed.local.build =
      BuildInputs{"", Error{ErrorCode::file_failed, "/home/me/project/docker", "it is a folder", "name a file"}};
  const std::string text = to_text(test::plan_for(desired_state(target, Power::running), observed));
  EXPECT_NE(text.find("the image could not be built again: /home/me/project/docker: it is a folder; container "
                      "centernet is as it was built before"),
            std::string::npos)
      << text;
  EXPECT_TRUE(drifts(target, observed).empty());
}

}  // namespace
}  // namespace helper::plan
