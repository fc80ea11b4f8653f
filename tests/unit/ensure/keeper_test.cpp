// What is handed to the keeper, and what is remembered of that.
#include "ensure/keeper.hpp"

#include "ensure/knowledge.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace helper::ensure {
namespace {

using nlohmann::json;

plan::Place place() {
  plan::Place place;
  place.name = "container centernet";
  place.user = "dev";
  place.shell = {"/dev/helper/ssh/bin/busybox", "sh"};
  return place;
}

plan::RecordServices action() {
  plan::RecordServices action{"helper-keeper-anna", "centernet", std::string(64, 'c'), "2026-11-29T10:00:00.5Z"};
  action.sshd.sshd = "/dev/helper/ssh/sbin/sshd";
  action.sshd.from_bundle = true;
  action.sshd.user = "dev";
  action.sshd.folder = "/dev/helper/run";
  action.sshd.authorized_key = "ssh-ed25519 AAAA anna";
  action.keys = {"ssh-ed25519 AAAA anna", "ssh-ed25519 BBBB bob"};
  action.jupyter = plan::JupyterSetup{
      {"/opt/conda/bin/python", plan::JupyterKind::lab, "4.0.11"}, "dev", "/home/dev", "/work", "0.0.0.0", 8888};
  return action;
}

const inside::HostKeyFiles k_keys{"PRIVATE-ED25519\n", "PRIVATE-ECDSA\n"};

json record(const plan::RecordServices& about) {
  return json::parse(keeper_record(about, place(), k_keys, {"ssh-ed25519 AAAAhost"}, "TOKEN-1234"));
}

TEST(KeeperRecord, HasEachServiceWithItsUserAndItsInput) {
  const json all = record(action());
  EXPECT_EQ(all.at("version"), 1);
  EXPECT_EQ(all.at("container"), std::string(64, 'c'));
  EXPECT_EQ(all.at("handled"), "2026-11-29T10:00:00.5Z");
  std::string text;
  for (const auto& each : all.at("services")) {
    text += each.at("name").get<std::string>() + " " + each.at("user").get<std::string>() +
            (each.at("detach").get<bool>() ? " detached" : "") +
            (each.at("independent").get<bool>() ? " independent" : "") + "\n";
  }
  EXPECT_EQ(text,
            "sshd 0 independent\n"
            "jupyter-folders 0\n"
            "jupyter-files dev\n"
            "jupyter dev detached\n"
            "jupyter-answer dev\n");
}

TEST(KeeperRecord, HasItsSecretsInInputsOnly) {
  json all = record(action());
  for (auto& each : all.at("services")) each.erase("input");
  const std::string text = all.dump();
  for (const char* secret : {"PRIVATE", "TOKEN"}) EXPECT_EQ(text.find(secret), std::string::npos) << text;
}

TEST(KeeperRecord, WithoutJupyterIsSshdAlone) {
  auto about = action();
  about.jupyter = std::nullopt;
  const json services = record(about).at("services");
  ASSERT_EQ(services.size(), 1U);
  EXPECT_EQ(services[0].at("name"), "sshd");
  EXPECT_EQ(services[0].at("independent"), false);
}

TEST(KeeperImage, IsFoundForTheServersProcessor) {
  const helper::test::TempFolder folder;
  Paths paths;
  EXPECT_EQ(find_keeper_image(paths, "x86_64"), std::nullopt);
  paths.keeper = folder.path();
  EXPECT_EQ(find_keeper_image(paths, "x86_64"), std::nullopt);
  std::ofstream(folder.path() / "keeper-x86_64.tar") << "tar";
  const auto found = find_keeper_image(paths, "x86_64");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->file, (folder.path() / "keeper-x86_64.tar").string());
  EXPECT_EQ(find_keeper_image(paths, "aarch64"), std::nullopt);
  EXPECT_EQ(find_keeper_image(paths, ""), std::nullopt);
}

class RecordedServices : public ::testing::Test {
 protected:
  void look(const std::string& keeper) {
    plan::Observed seen;
    seen.server.keeper = plan::Keeper{};
    seen.server.keeper->id = keeper;
    take_look(knowledge_, plan::Power::running, seen, {}, {});
  }
  Knowledge knowledge_;
};

TEST_F(RecordedServices, AreKnownOfOneContainerAndOneKeeper) {
  look("k1");
  EXPECT_EQ(recorded_of(knowledge_, "k1", "c1"), std::nullopt);
  take_record(knowledge_, "c1", "fingerprint");
  EXPECT_EQ(recorded_of(knowledge_, "k1", "c1"), "fingerprint");
  EXPECT_EQ(recorded_of(knowledge_, "k1", "c2"), std::nullopt) << "it was recreated";
  EXPECT_EQ(recorded_of(knowledge_, "k2", "c1"), std::nullopt) << "somebody started another keeper";
  EXPECT_EQ(recorded_of(knowledge_, "k1", ""), std::nullopt);
}

TEST_F(RecordedServices, OfAKeeperThatHasJustBeenStartedAreItsAlone) {
  look("");
  take_keeper(knowledge_, "1.0");
  take_record(knowledge_, "c1", "fingerprint");
  look("k1");
  EXPECT_EQ(recorded_of(knowledge_, "k1", "c1"), "fingerprint");
  EXPECT_EQ(recorded_of(knowledge_, "k2", "c1"), std::nullopt);
  take_keeper(knowledge_, "1.0");
  EXPECT_EQ(recorded_of(knowledge_, "k1", "c1"), std::nullopt);
}

}  // namespace
}  // namespace helper::ensure
