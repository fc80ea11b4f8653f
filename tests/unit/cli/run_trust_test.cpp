#include "rpc/types.hpp"
#include "unit/cli/desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::cli {
namespace {

using test::Desk;
using testing::HasSubstr;
using testing::Not;

test::FakeDaemon::Script answers(rpc::Json result) {
  return {.events = {}, .result = std::move(result), .meanwhile = {}};
}

rpc::Json report(const Desk& desk, const std::string& state) {
  return rpc::to_json(ensure::TrustReport{
      desk.config_file().string(), state, "", "d1", {"t: connects to server gpu1", "t: mounts /:/host\x1b[2J"}, {}});
}

TEST(RunTrust, WithoutATerminalItShowsWhatItApprovesAndTheApprovalNamesWhatWasShown) {
  Desk desk;
  desk.daemon.will_answer("trusted", answers(report(desk, "new")));
  desk.daemon.will_answer("trust", answers(report(desk, "trusted")));
  ASSERT_EQ(desk.run({"trust"}).value_or(-1), 0);
  EXPECT_THAT(desk.out.str(), HasSubstr("  t: connects to server gpu1\n"));
  EXPECT_THAT(desk.out.str(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(desk.out.str(), HasSubstr("helper.json is trusted\n"));
  EXPECT_EQ(desk.daemon.asked().back().params.at("digest"), "d1");
  EXPECT_EQ(desk.daemon.asked().back().params.at("config"), desk.config_file().string());
}

TEST(RunTrust, InATerminalANoApprovesNothing) {
  Desk desk;
  desk.can_ask = true;
  desk.daemon.will_answer("trusted", answers(report(desk, "new")));
  desk.person.will_answer("no");
  const auto status = desk.run({"trust", desk.folder.path().string()});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
  EXPECT_EQ(desk.daemon.asked().size(), 1U);
}

TEST(RunTrust, WhatIsTrustedAlreadyIsNotAskedAbout) {
  Desk desk;
  desk.daemon.will_answer("trusted", answers(report(desk, "trusted")));
  ASSERT_EQ(desk.run({"trust"}).value_or(-1), 0);
  EXPECT_THAT(desk.out.str(), HasSubstr("is trusted already"));
}

TEST(RunTrust, ListsAndTakesBack) {
  Desk desk;
  desk.daemon.will_answer(
      "trust.list", answers(rpc::to_json(ensure::TrustList{{{"/p/helper.json", "init", "2026-11-22T03:50:00Z", {}}}})));
  ASSERT_EQ(desk.run({"trust", "--list"}).value_or(-1), 0);
  EXPECT_EQ(desk.out.str(), "/p/helper.json\n    written by helper init, 2026-11-22T03:50:00Z\n");
  desk.daemon.will_answer("untrust", answers({{"withdrawn", true}}));
  ASSERT_EQ(desk.run({"untrust"}).value_or(-1), 0);
  EXPECT_THAT(desk.out.str(), HasSubstr("is no longer trusted"));
}

TEST(RunTrust, AFileThatIsNotThereIsSaid) {
  Desk desk;
  const auto status = desk.run({"trust", "nowhere.json"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::config_unreadable);
}

TEST(RunInit, WhatItWritesIsApproved) {
  Desk desk;
  ASSERT_EQ(desk.run({"init", "--config", "new.json", "--image", "x:1"}).value_or(-1), 0);
  const auto record = desk.files.read(desk.folder.path() / "data" / "trust.json");
  ASSERT_TRUE(record && *record);
  EXPECT_THAT(**record, HasSubstr("\"init\""));
}

}  // namespace
}  // namespace helper::cli
