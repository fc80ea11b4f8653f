#include "rpc/methods.hpp"
#include "rpc/types.hpp"
#include "unit/cli/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace helper::cli {
namespace {

using test::Desk;

test::FakeDaemon::Script answers(rpc::Json result) {
  return {.events = {}, .result = std::move(result), .meanwhile = {}};
}

rpc::Json status_of(const std::string& target, const std::string& state) {
  ensure::TargetStatus status;
  status.target = target;
  status.state = state;
  return rpc::to_json(status);
}

rpc::Json report_of(const std::string& state) {
  ensure::Report report;
  report.target = "centernet";
  report.state = state;
  report.changed = true;
  return rpc::to_json(report);
}

rpc::Json removal_plan() {
  ensure::PlanReport plan;
  plan.target = "centernet";
  plan.steps = {{"remove container centernet", "asked for", {}}};
  plan.losses = {"1 kernel is busy: train.ipynb"};
  return rpc::to_json(plan);
}

rpc::Json ready_settings() {
  ide::Access i;
  i.target = i.ssh_name = "centernet";
  i.host = "127.0.0.1";
  i.port = 2222;
  i.user = "root";
  i.key_file = "/home/me/.ssh/id_ed25519";
  i.known_hosts = "/home/me/known_hosts";
  i.host_key_alias = "helper-centernet";
  i.python = "/usr/bin/python3";
  i.python_version = "3.11.2";
  return rpc::to_json(i);
}

TEST(Status, EndsWithZeroOnlyWhenEveryTargetIsReady) {
  Desk desk;
  desk.daemon.will_answer("status", answers({status_of("a", "ready"), status_of("b", "ready")}));
  EXPECT_EQ(desk.run({"status"}).value_or(-1), 0);
  desk.daemon.will_answer("status", answers({status_of("a", "ready"), status_of("b", "stopped")}));
  EXPECT_EQ(desk.run({"status"}).value_or(-1), error_kind(ErrorCode::not_ready).exit_status);
}

TEST(Status, IsALineOfEachTargetUnlessMoreIsAskedFor) {
  const auto shown = [](const std::vector<std::string>& words) {
    Desk desk;
    desk.daemon.will_answer("status", answers({status_of("a", "ready"), status_of("b", "ready")}));
    EXPECT_TRUE(desk.run(words));
    return desk.out.str();
  };
  EXPECT_EQ(std::ranges::count(shown({"status"}), '\n'), 3);
  EXPECT_EQ(shown({"status", "--long"}), shown({"status", "a"}));
  EXPECT_NE(shown({"status", "--long"}), shown({"status"}));
}

class EnsureAll : public testing::Test {
 protected:
  EnsureAll() {
    ensure::TargetList list{"/helper.json", false, {{"a", "gpu1", "a"}, {"second", "gpu1", "b"}}};
    desk.daemon.will_answer("targets", answers(rpc::to_json(list)));
  }
  static rpc::Json ready(const std::string& target) {
    ensure::Report report;
    report.target = target;
    report.state = "ready";
    return rpc::to_json(report);
  }
  static test::FakeDaemon::Script fails(ErrorCode code) {
    return {.events = {}, .result = fail(code, "gpu1", "it does not answer", "look"), .meanwhile = {}};
  }

  Desk desk;
};

TEST_F(EnsureAll, EachLineSaysWhichTargetItIsAbout) {
  ensure::Event done;
  done.kind = ensure::Event::Kind::done;
  done.text = "start sshd";
  desk.daemon.will_answer("ensure", {.events = {done}, .result = ready("a"), .meanwhile = {}});
  desk.daemon.will_answer("ensure", answers(ready("second")));
  EXPECT_EQ(desk.run({"ensure", "--all"}).value_or(-1), 0);
  EXPECT_EQ(desk.out.str(), "a      | a: ready, nothing to do (0 ms)\nsecond | second: ready, nothing to do (0 ms)\n");
  EXPECT_EQ(desk.err.str(), "a      | ✓    0 ms  start sshd\n");
  EXPECT_EQ(desk.daemon.asked().at(1).params.at("target"), "a");
  EXPECT_EQ(desk.daemon.asked().at(2).params.at("target"), "second");
}

TEST_F(EnsureAll, ATargetThatFailsKeepsNoOtherWaitingAndItsStatusCounts) {
  desk.daemon.will_answer("ensure", fails(ErrorCode::engine_down));
  desk.daemon.will_answer("ensure", answers(ready("second")));
  EXPECT_EQ(desk.run({"ensure", "--all"}).value_or(-1), error_kind(ErrorCode::engine_down).exit_status);
  EXPECT_EQ(desk.out.str(), "second | second: ready, nothing to do (0 ms)\n");
  EXPECT_EQ(desk.err.str().find("a      | error: gpu1"), 0U) << desk.err.str();
  EXPECT_NE(desk.err.str().find("\na      |   fix: look"), std::string::npos) << desk.err.str();
}

TEST_F(EnsureAll, TheStatusIsThatOfTheFirstProblem) {
  desk.daemon.will_answer("ensure", fails(ErrorCode::engine_down));
  desk.daemon.will_answer("ensure", fails(ErrorCode::port_busy));
  EXPECT_EQ(desk.run({"ensure", "--all"}).value_or(-1), error_kind(ErrorCode::engine_down).exit_status);
}

TEST_F(EnsureAll, WhatIsWrongWithTheConfigIsToldOnce) {
  desk.daemon.will_answer("ensure", fails(ErrorCode::config_untrusted));
  EXPECT_EQ(desk.run({"ensure", "--all"}).value_or(-1), error_kind(ErrorCode::config_untrusted).exit_status);
  EXPECT_EQ(desk.daemon.asked().size(), 2U);
}

TEST_F(EnsureAll, AsJsonIsOneArrayWithTheErrors) {
  desk.daemon.will_answer("ensure", fails(ErrorCode::engine_down));
  desk.daemon.will_answer("ensure", answers(ready("second")));
  EXPECT_TRUE(desk.run({"ensure", "--all", "--json"}));
  const auto json = rpc::Json::parse(desk.out.str());
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0].at("target"), "a");
  EXPECT_EQ(json[0].at("error").at("name"), "engine.down");
  EXPECT_EQ(json[1], ready("second"));
  EXPECT_EQ(desk.err.str(), "");
}

TEST_F(EnsureAll, AQuestionNamesItsTarget) {
  desk.can_ask = true;
  desk.person.will_answer("yes");
  ensure::Event question;
  question.kind = ensure::Event::Kind::question;
  question.question_id = "q1";
  question.question = {Question::Kind::confirm, "Recreate it?", {}};
  desk.daemon.will_answer("ensure", {.events = {question}, .result = ready("a"), .meanwhile = {}});
  desk.daemon.will_answer("ensure", answers(ready("second")));
  EXPECT_EQ(desk.run({"ensure", "--all"}).value_or(-1), 0);
  EXPECT_EQ(desk.person.asked().at(0).prompt, "a: Recreate it?");
}

TEST_F(EnsureAll, WithANameIsAWrongUse) {
  EXPECT_EQ(desk.run({"ensure", "a", "--all"}).error().code, ErrorCode::usage);
}

TEST(Plan, EndsWithTheStatusOfItsFirstProblem) {
  Desk desk;
  ensure::PlanReport plan;
  plan.target = "centernet";
  plan.problems = {{ErrorCode::image_missing, "image x", "it is not there", ""}};
  desk.daemon.will_answer("plan", answers(rpc::to_json(plan)));
  EXPECT_EQ(desk.run({"plan", "--json"}).value_or(-1), error_kind(ErrorCode::image_missing).exit_status);
  EXPECT_EQ(rpc::Json::parse(desk.out.str()), rpc::to_json(plan));
}

TEST(Plan, AsksForTheStateGiven) {
  Desk desk;
  desk.daemon.will_answer("plan", answers(removal_plan()));
  ASSERT_EQ(desk.run({"plan", "--power", "absent"}).value_or(-1), 0);
  EXPECT_EQ(desk.daemon.asked().front().params.at("power"), "absent");
}

TEST(Ensure, AsADryRunOnlyPlans) {
  Desk desk;
  desk.daemon.will_answer("plan", answers(removal_plan()));
  ASSERT_EQ(desk.run({"ensure", "--dry-run"}).value_or(-1), 0);
  ASSERT_EQ(desk.daemon.asked().size(), 1u);
  EXPECT_EQ(desk.daemon.asked().front().method, "plan");
  EXPECT_EQ(desk.daemon.asked().front().params.at("power"), "running");
}

TEST(Remove, ShowsWhatWouldGoAndAsksInATerminal) {
  Desk desk;
  desk.can_ask = true;
  desk.person.will_answer("yes");
  desk.daemon.will_answer("plan", answers(removal_plan()));
  desk.daemon.will_answer("remove", answers(report_of("absent")));
  ASSERT_EQ(desk.run({"remove"}).value_or(-1), 0);
  ASSERT_EQ(desk.person.asked().size(), 1u);
  EXPECT_EQ(desk.person.asked().front().details.at(0), "  remove container centernet");
  EXPECT_EQ(desk.person.asked().front().details.at(1), "1 kernel is busy: train.ipynb");
  EXPECT_EQ(desk.out.str(), "centernet: absent (0 steps, 0 ms)\n");
}

TEST(Remove, TouchesNothingWhenTheAnswerIsNo) {
  Desk desk;
  desk.can_ask = true;
  desk.person.will_answer("no");
  desk.daemon.will_answer("plan", answers(removal_plan()));
  const auto status = desk.run({"remove"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
  ASSERT_EQ(desk.daemon.asked().size(), 1u) << "only the plan";
}

TEST(Remove, DoesNotAskWithYes) {
  for (const bool can_ask : {true, false}) {
    Desk desk;
    desk.can_ask = can_ask;
    desk.daemon.will_answer("remove", answers(report_of("absent")));
    EXPECT_EQ(desk.run({"remove", "--yes"}).value_or(-1), 0);
    EXPECT_TRUE(desk.person.asked().empty());
  }
}

TEST(Remove, NeedsYesWhenThereIsNobodyToAskAndSomethingWouldGo) {
  Desk desk;
  desk.daemon.will_answer("plan", answers(removal_plan()));
  const auto status = desk.run({"remove"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::usage);
  EXPECT_EQ(status.error().cause,
            "there is nobody to ask whether to do this: remove container centernet; 1 kernel is busy: train.ipynb; "
            "what was written in a container outside its mounts is lost with it");
  EXPECT_EQ(status.error().fix, "keep a copy first: helper snapshot centernet; then: helper remove centernet --yes");
  ASSERT_EQ(desk.daemon.asked().size(), 1u) << "only the plan";
}

TEST(Logs, AreMadeSafeForATerminalAndLeftAloneForAPipe) {
  const rpc::Json log = {{"target", "centernet"}, {"text", "epoch 1\n\x1b]0;x\x07no line end"}};
  Desk terminal;
  terminal.out_is_terminal = true;
  terminal.daemon.will_answer("logs", answers(log));
  ASSERT_EQ(terminal.run({"logs", "--lines", "7"}).value_or(-1), 0);
  EXPECT_EQ(terminal.out.str(), "epoch 1\n\\x1b]0;x\\x07no line end\n");
  EXPECT_EQ(terminal.daemon.asked().front().params.at("lines"), 7);
  Desk pipe;
  pipe.daemon.will_answer("logs", answers(log));
  ASSERT_EQ(pipe.run({"logs"}).value_or(-1), 0);
  EXPECT_EQ(pipe.out.str(), "epoch 1\n\x1b]0;x\x07no line end\n");
}

TEST(Logs, SayThatThereIsNothing) {
  Desk desk;
  desk.daemon.will_answer("logs", answers({{"target", "centernet"}, {"text", ""}}));
  ASSERT_EQ(desk.run({"logs"}).value_or(-1), 0);
  EXPECT_EQ(desk.out.str(), "");
  EXPECT_EQ(desk.err.str(), "note: the container has written nothing to its log yet\n");
}

TEST(Logs, OfTheDaemonAreItsLastLinesWithoutAskingIt) {
  Desk desk;
  ASSERT_FALSE(desk.run({"logs", "--daemon"}));
  ASSERT_TRUE(desk.files.write(desk.folder.path() / "state/helperd.log", "one\ntwo\nthree\n", 0600));
  ASSERT_EQ(desk.run({"logs", "--daemon", "--lines", "2"}).value_or(-1), 0);
  EXPECT_EQ(desk.out.str(), "two\nthree\n");
  EXPECT_TRUE(desk.daemon.asked().empty());
}

TEST(Settings, ComeAsTextJsonOrAnSshConfigBlock) {
  for (const char* format : {"text", "json", "ssh-config"}) {
    Desk desk;
    desk.daemon.will_answer("settings", answers(ready_settings()));
    ASSERT_EQ(desk.run({"settings", "--format", format}).value_or(-1), 0) << format;
    const std::string text = desk.out.str();
    EXPECT_NE(text.find("helper-centernet"), std::string::npos) << format;
    EXPECT_EQ(rpc::Json::accept(text), std::string(format) == "json") << format;
    EXPECT_EQ(text.find("HostKeyAlias") != std::string::npos && text.find("PyCharm") == std::string::npos,
              std::string(format) == "ssh-config")
        << text;
  }
}

TEST(Settings, AreRefusedWhenTheDaemonSendsSomethingElse) {
  Desk desk;
  desk.daemon.will_answer("settings", answers({{"target", 7}}));
  EXPECT_FALSE(desk.run({"settings"}));
  EXPECT_EQ(desk.out.str(), "");
}

TEST(Version, AsksADaemonThatRunsAndStartsNone) {
  Desk desk;
  ASSERT_EQ(desk.run({"version"}).value_or(-1), 0);
  EXPECT_NE(desk.out.str().find("not running"), std::string::npos);
  EXPECT_TRUE(desk.daemon.asked().empty());
  Desk other;
  other.daemon.runs({{"version", "9.9.9"}, {"pid", 4711}});
  ASSERT_EQ(other.run({"version", "--json"}).value_or(-1), 0);
  const rpc::Json version = rpc::Json::parse(other.out.str());
  EXPECT_EQ(version.at("daemon").at("version"), "9.9.9");
  EXPECT_EQ(version.at("helper"), HELPER_VERSION);
  EXPECT_EQ(version.at("api"), rpc::k_api);
  EXPECT_TRUE(version.at("endpoint_file").get<std::string>().ends_with("endpoint.json"));
  EXPECT_TRUE(version.at("log_file").get<std::string>().ends_with("helperd.log"));
}

TEST(Rpc, SendsTheParametersAsTheyAreAndPrintsTheResult) {
  Desk desk;
  desk.daemon.will_answer("cancel", answers({{"cancelled", 1}}));
  ASSERT_EQ(desk.run({"rpc", "cancel", R"({"request": "x"})"}).value_or(-1), 0);
  EXPECT_EQ(desk.daemon.asked().front().params, (rpc::Json{{"request", "x"}}));
  EXPECT_EQ(rpc::Json::parse(desk.out.str()), (rpc::Json{{"cancelled", 1}}));
}

TEST(Rpc, RefusesParametersThatAreNoObject) {
  for (const char* params : {"[1]", "{", "7", "nonsense"}) {
    Desk desk;
    const auto status = desk.run({"rpc", "status", params});
    ASSERT_FALSE(status) << params;
    EXPECT_EQ(status.error().code, ErrorCode::usage) << params;
    EXPECT_TRUE(desk.daemon.asked().empty());
  }
}

TEST(Help, KnowsVerbsErrorsAndNothingElse) {
  Desk desk;
  EXPECT_EQ(desk.run({"help", "rpc"}).value_or(-1), 0);
  EXPECT_NE(desk.out.str().find("shutdown"), std::string::npos) << "the help of rpc lists the methods";
  EXPECT_EQ(desk.run({"help", "errors"}).value_or(-1), 0);
  EXPECT_NE(desk.out.str().find("port.busy"), std::string::npos);
  EXPECT_FALSE(desk.run({"help", "me"}));
}

TEST(Schema, IsOneJsonDocument) {
  Desk desk;
  ASSERT_EQ(desk.run({"schema"}).value_or(-1), 0);
  EXPECT_TRUE(rpc::Json::parse(desk.out.str()).at("properties").contains("targets"));
}

}  // namespace
}  // namespace helper::cli
