// What takes the short way when all is well, and what opens or sends through a target that is ready.
#include "rpc/types.hpp"
#include "support/banner_server.hpp"
#include "unit/cli/desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::cli {
namespace {

using test::BannerServer;
using test::Desk;
using ::testing::Contains;
using ::testing::HasSubstr;

ide::Access settings(std::uint16_t port) {
  ide::Access i;
  i.target = i.ssh_name = "centernet";
  i.host = "127.0.0.1";
  i.port = port;
  i.user = "root";
  i.key_file = "/home/me/key";
  i.known_hosts = "/home/me/known_hosts";
  i.host_key_alias = "helper-centernet";
  i.python = "/usr/bin/python3";
  i.project_local = "/home/me/none";
  i.project_remote = "/workspace/p";
  return i;
}

test::FakeDaemon::Script answers(rpc::Json result) {
  return {.events = {}, .result = std::move(result), .meanwhile = {}};
}

rpc::Json ready_report(std::uint16_t port) {
  ensure::Report report;
  report.target = "centernet";
  report.state = "ready";
  report.changed = true;
  report.settings = settings(port);
  return rpc::to_json(report);
}

std::vector<std::string> methods_of(const Desk& desk) {
  std::vector<std::string> methods;
  for (const auto& asked : desk.daemon.asked()) methods.push_back(asked.method);
  return methods;
}

TEST(QuickEnsure, AsksTheServerNothingWhenWhatIsKnownAnswers) {
  const BannerServer server("SSH-2.0-x\r\n");
  Desk desk;
  desk.daemon.will_answer("known", answers(rpc::to_json(settings(server.port()))));
  EXPECT_EQ(desk.run({"ensure", "--quick"}).value_or(-1), 0);
  EXPECT_EQ(methods_of(desk), std::vector<std::string>{"known"});
  EXPECT_THAT(desk.out.str(), HasSubstr("centernet: ready"));
}

TEST(QuickEnsure, AnswersInJsonAsEnsureDoes) {
  const BannerServer server("SSH-2.0-x\r\n");
  Desk desk;
  desk.daemon.will_answer("known", answers(rpc::to_json(settings(server.port()))));
  EXPECT_EQ(desk.run({"ensure", "--quick", "--json"}).value_or(-1), 0);
  const auto report = rpc::Json::parse(desk.out.str());
  EXPECT_EQ(report.at("state"), "ready");
  EXPECT_EQ(report.at("changed"), false);
  EXPECT_EQ(report.at("settings").at("port"), server.port());
}

TEST(QuickEnsure, EnsuresWhenNothingIsKnownOrNothingAnswers) {
  std::uint16_t closed = 0;
  {
    const BannerServer gone("SSH-2.0-x\r\n");
    closed = gone.port();
  }
  for (const bool known : {false, true}) {
    Desk desk;
    if (known) desk.daemon.will_answer("known", answers(rpc::to_json(settings(closed))));
    if (!known)
      desk.daemon.will_answer("known",
                              {.events = {}, .result = fail(ErrorCode::not_ready, "centernet", "x"), .meanwhile = {}});
    desk.daemon.will_answer("ensure", answers(ready_report(closed)));
    EXPECT_EQ(desk.run({"ensure", "--quick"}).value_or(-1), 0);
    EXPECT_EQ(methods_of(desk), (std::vector<std::string>{"known", "ensure"}));
  }
}

TEST(QuickEnsure, DoesNotTakeTheShortWayWhenTheContainerIsToBeMadeAnew) {
  Desk desk;
  desk.daemon.will_answer("ensure", answers(ready_report(1)));
  EXPECT_EQ(desk.run({"ensure", "--quick", "--recreate"}).value_or(-1), 0);
  EXPECT_EQ(methods_of(desk), std::vector<std::string>{"ensure"});
}

TEST(Open, PrintsTheLinkThatTheBackendInTheContainerIsUsedBy) {
  Desk desk;
  desk.daemon.will_answer("ensure", answers(ready_report(2222)));
  EXPECT_EQ(desk.run({"open", "gateway", "--print"}).value_or(-1), 0);
  EXPECT_EQ(desk.out.str(),
            "jetbrains-gateway://connect#type=ssh&host=127.0.0.1&port=2222&user=root&projectPath=%2Fworkspace%2Fp\n");
  ASSERT_EQ(desk.ran.size(), 1u);
  EXPECT_EQ(desk.ran.front().argv.front(), "ssh");
  EXPECT_THAT(desk.ran.front().argv, Contains("-oStrictHostKeyChecking=yes"));
  EXPECT_EQ(desk.ran.front().argv.back(), "sh -s");
}

TEST(Open, SaysWhatIsMissing) {
  for (const char* what : {"pycharm", "jupyter"}) {
    Desk desk;
    desk.daemon.will_answer("ensure", answers(ready_report(2222)));
    const auto status = desk.run({"open", what, "--print"});
    ASSERT_FALSE(status) << what;
    EXPECT_FALSE(status.error().fix.empty()) << what;
  }
}

TEST(Connect, IsNoJsonDocument) {
  Desk desk;
  EXPECT_EQ(desk.run({"connect", "--json"}).error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace helper::cli
