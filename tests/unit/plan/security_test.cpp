#include "plan/security.hpp"

#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

constexpr const char* k_hide = "; to hide such notes, in helper.json: \"security_notes\": false";

Observed ready() {
  Observed observed = test::ready();
  observed.server.container->settings = EngineSettings{};
  observed.place.inside->uid_map = {{0, 0, 4294967295U}};
  return observed;
}

EngineBuild docker(const std::string& version) {
  return {version, version, "Docker Engine - Community", "v1.3.3-0-gd842d771", "iptables", false};
}

std::vector<std::string> texts(const Observed& observed, const Desired& desired = test::desired()) {
  std::vector<std::string> all;
  for (const auto& note : security_notes(desired, observed)) {
    EXPECT_TRUE(note.text.ends_with(k_hide)) << note.text;
    all.push_back(note.text.substr(0, note.text.size() - std::string(k_hide).size()));
  }
  return all;
}

std::string engine_note(const EngineBuild& build) {
  Observed observed = ready();
  observed.server.engine_build = build;
  const auto all = texts(observed);
  EXPECT_LE(all.size(), 1U);
  return all.empty() ? "" : all.front();
}

std::string runc_note(const std::string& commit) {
  EngineBuild build = docker("29.4.0");
  build.runc = commit;
  return engine_note(build);
}

std::string toolkit_note(const std::string& version, const std::string& commit = std::string(40, 'a')) {
  Observed observed = ready();
  observed.server.toolkit = Toolkit{version, commit};
  const auto all = texts(observed);
  return all.empty() ? "" : all.front();
}

TEST(Security, AHealthySetUpGivesNoNote) {
  EXPECT_TRUE(texts(ready()).empty());
  EXPECT_TRUE(texts(test::ready()).empty());
  EXPECT_TRUE(texts(test::nothing_yet()).empty());
  EXPECT_TRUE(make_plan(test::desired(), test::ready()).security.empty());
}

TEST(Security, DockersOwnEngineThatLacksAFixIsNoted) {
  EXPECT_EQ(
      engine_note(docker("24.0.9")),
      "Docker 24.0.9 on server gpu1 lacks the fixes of CVE-2024-23651, CVE-2024-23652 and CVE-2024-23653, by which "
      "the build of a hostile image gets out of its container; fix: upgrade the packages docker-ce and "
      "docker-ce-cli there");
  EXPECT_EQ(engine_note(docker("25.0.2")), "");
  EXPECT_EQ(engine_note(docker("29.4.0")), "");
}

TEST(Security, AFixThatMattersOnlyWithFirewalldOrAPluginIsNotedOnlyThere) {
  EXPECT_EQ(engine_note(docker("28.2.2")), "");
  EngineBuild build = docker("28.2.2");
  build.firewall = "iptables+firewalld";
  EXPECT_EQ(
      engine_note(build),
      "Docker 28.2.2 on server gpu1 lacks the fix of CVE-2025-54388: once firewalld is reloaded, other machines of "
      "the network reach ports that are published on 127.0.0.1; fix: upgrade the packages docker-ce and "
      "docker-ce-cli there");
  build = docker("28.3.3");
  build.firewall = "iptables+firewalld";
  EXPECT_EQ(engine_note(build), "");
  build = docker("29.3.0");
  build.has_authorization = true;
  EXPECT_EQ(engine_note(build),
            "Docker 29.3.0 on server gpu1 lacks the fix of CVE-2026-34040, by which a request gets past the engine's "
            "authorization plugin; fix: upgrade the packages docker-ce and docker-ce-cli there");
  build = docker("29.3.1");
  build.has_authorization = true;
  EXPECT_EQ(engine_note(build), "");
}

TEST(Security, AnEngineThatADistributionMayHaveFixedIsNotJudged) {
  EXPECT_EQ(engine_note({"20.10.24+dfsg1", "", "", "1.1.5+ds1-1+deb12u1", "", false}), "");        // Debian 12
  EXPECT_EQ(engine_note({"24.0.7", "24.0.7", "", "", "iptables", true}), "");                      // Ubuntu
  EXPECT_EQ(engine_note({"24.0.7-ce", "24.0.7-ce", "", "v1.2.7-0-g6c52b3fc541f", "", true}), "");  // SUSE
  EXPECT_EQ(engine_note({"24.0.7", "29.4.0", "Docker Engine - Community", "v1.1.7-0-g860f061", "", true}), "")
      << "another engine than the one that came with the command";
  EXPECT_EQ(engine_note({"24.0.7-rc.1", "24.0.7-rc.1", "Docker Engine - Community", "", "", true}), "");
  EXPECT_EQ(engine_note({}), "");
}

TEST(Security, RuncOfDockersPackagesThatLacksAFixIsNoted) {
  const std::string lacks =
      " on server gpu1 lacks the fixes of CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881, by which a hostile "
      "container gets out; fix: upgrade the package containerd.io there";
  EXPECT_EQ(runc_note("v1.2.5-0-g59923ef"), "runc 1.2.5" + lacks);
  EXPECT_EQ(runc_note("v1.1.12-0-g51d5e94"), "runc 1.1.12" + lacks);
  EXPECT_EQ(runc_note("v1.3.2-0-gaeabe4e"), "runc 1.3.2" + lacks);
  for (const char* fixed : {"v1.2.8-0-geeb7e60", "v1.3.3-0-gd842d77", "v1.4.0-0-g8bd78a9", "v1.10.0-0-g8bd78a9"})
    EXPECT_EQ(runc_note(fixed), "") << fixed;
}

TEST(Security, ARuncThatMayHaveBeenFixedIsNotJudged) {
  for (const char* other : {"1.1.5+ds1-1+deb12u1", "1.1.5+ds1-1+deb12u7", "", "v1.2.5-3-g59923ef", "v1.2.5-0-g",
                            "v1.2.5", "v1.4.0-rc.2-0-g59923ef", "2c9f5602f0ba3d9da1c2596322dfc4e156844890",
                            "v1.2-0-g59923ef", "v1.2.5-0-g59923ef-dirty"})
    EXPECT_EQ(runc_note(other), "") << other;
}

TEST(Security, AToolkitThatLacksAFixIsNotedWhereTheTargetWantsGpus) {
  EXPECT_EQ(toolkit_note("1.17.8"),
            "NVIDIA Container Toolkit 1.17.8 on server gpu1 lacks the fix of CVE-2026-24260; fix: upgrade the package "
            "nvidia-container-toolkit there to 1.19.1 or later");
  EXPECT_EQ(toolkit_note("1.19.1"), "");
  EXPECT_EQ(toolkit_note("1.20.0"), "");
  EXPECT_EQ(toolkit_note("1.17.8", ""), "") << "a distribution's";
  EXPECT_EQ(toolkit_note("1.17.8-r3"), "");
  Observed observed = ready();
  observed.server.toolkit = Toolkit{"1.17.8", std::string(40, 'a')};
  auto desired = test::desired();
  desired.target.container.gpus = "none";
  EXPECT_TRUE(texts(observed, desired).empty());
}

TEST(Security, APrivilegedContainerIsNotedByWhatTheEngineSays) {
  Observed observed = ready();
  observed.server.container->settings->privileged = true;
  EXPECT_EQ(texts(observed), (std::vector<std::string>{
                                 "container centernet is privileged: root in it is root of server gpu1; fix: remove "
                                 "\"privileged\" from helper.json, then: helper ensure centernet --recreate"}));
  observed.server.container->labels.clear();
  EXPECT_EQ(texts(observed),
            (std::vector<std::string>{"container centernet is privileged: root in it is root of server gpu1; fix: "
                                      "recreate it without --privileged"}));
  auto desired = test::desired();
  desired.target.server = "local";
  EXPECT_EQ(texts(observed, desired),
            (std::vector<std::string>{"container centernet is privileged: root in it is root of this machine; fix: "
                                      "recreate it without --privileged"}));
}

TEST(Security, TheEnginesSocketInAContainerIsNoted) {
  Observed observed = ready();
  observed.server.container->mounts = {{"/data", Mount::Kind::server_folder, "/srv/data"},
                                       {"/docker.sock", Mount::Kind::server_folder, "/var/run/docker.sock"}};
  EXPECT_EQ(
      texts(observed),
      (std::vector<std::string>{
          "container centernet has /var/run/docker.sock of server gpu1 at /docker.sock: who may use that socket is "
          "root of server gpu1; fix: remove that mount from helper.json, then: helper ensure centernet "
          "--recreate"}));
  for (const char* own : {"/run/user/1000/docker.sock", "/home/me/.docker/docker.sock", "/srv/docker.sock.bak"}) {
    observed.server.container->mounts = {{"/docker.sock", Mount::Kind::server_folder, own}};
    EXPECT_TRUE(texts(observed).empty()) << own;
  }
  observed.server.container->mounts = {{"/var/run/docker.sock", Mount::Kind::volume, "docker.sock"}};
  EXPECT_TRUE(texts(observed).empty());
}

TEST(Security, WhereRootOfTheContainerIsNotRootOfTheServerItsRightsAreNotNoted) {
  Observed observed = ready();
  observed.server.container->settings->privileged = true;
  observed.server.container->mounts = {{"/docker.sock", Mount::Kind::server_folder, "/var/run/docker.sock"}};
  EXPECT_EQ(texts(observed).size(), 2U);
  Observed mapped = observed;
  mapped.place.inside->uid_map = {{0, 1000, 1}, {1, 100000, 65536}};
  EXPECT_TRUE(texts(mapped).empty());
  mapped.place.inside->uid_map.clear();
  EXPECT_TRUE(texts(mapped).empty()) << "it is not known";
  Observed rootless = observed;
  rootless.server.engine = test::engine();
  rootless.server.engine->rootless = true;
  EXPECT_TRUE(texts(rootless).empty());
}

TEST(Security, AnSshServerThatLetsRootInByAPasswordIsNoted) {
  Observed observed = ready();
  observed.place.inside->root_password = true;
  EXPECT_EQ(
      texts(observed),
      (std::vector<std::string>{
          "container centernet lets root in by a password: its own sshd runs with PermitRootLogin yes and "
          "PasswordAuthentication yes, and root has a password; fix: set PermitRootLogin prohibit-password in the "
          "sshd_config of its image"}));
}

TEST(Security, TheConfigHidesAllNotes) {
  Observed observed = ready();
  observed.place.inside->root_password = true;
  observed.server.container->settings->privileged = true;
  observed.server.engine_build = docker("24.0.9");
  auto desired = test::desired();
  EXPECT_EQ(texts(observed, desired).size(), 3U);
  desired.target.security_notes = false;
  EXPECT_TRUE(texts(observed, desired).empty());
}

TEST(Security, APlanShowsThemAndDoesNothingForThem) {
  Observed observed = ready();
  observed.place.inside->root_password = true;
  const auto plan = make_plan(test::desired(), observed);
  ASSERT_EQ(plan.security.size(), 1U);
  EXPECT_TRUE(plan.empty());
  EXPECT_TRUE(plan.notes.empty());
  EXPECT_EQ(to_text(plan), "note: " + plan.security.front().text + "\n");
}

TEST(Security, AFactIsToldOnceForEachContainerAndVersion) {
  const std::vector<SecurityNote> notes{{"privileged gpu1 centernet", "a"}, {"runc 1.2.5 gpu1", "b"}};
  EXPECT_EQ(not_told(notes, ""), notes);
  EXPECT_EQ(not_told(notes, "privileged gpu1 centernet\n"), (std::vector<SecurityNote>{notes[1]}));
  EXPECT_EQ(not_told(notes, "privileged gpu1 other\nrunc 1.2.4 gpu1\n"), notes);
  EXPECT_TRUE(not_told(notes, "runc 1.2.5 gpu1\nprivileged gpu1 centernet\n").empty());
}

TEST(Security, TheFactNamesTheServerAndTheContainer) {
  Observed observed = ready();
  observed.server.container->settings->privileged = true;
  observed.server.engine_build = docker("24.0.9");
  observed.server.engine_build->runc = "v1.2.5-0-g59923ef";
  observed.server.toolkit = Toolkit{"1.17.8", std::string(40, 'a')};
  std::vector<std::string> facts;
  for (const auto& note : security_notes(test::desired(), observed)) facts.push_back(note.fact);
  EXPECT_EQ(facts, (std::vector<std::string>{"engine 24.0.9 gpu1", "runc 1.2.5 gpu1", "toolkit 1.17.8 gpu1",
                                             "privileged gpu1 centernet"}));
}

}  // namespace
}  // namespace helper::plan
