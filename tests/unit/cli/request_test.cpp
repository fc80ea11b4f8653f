#include "cli/request.hpp"

#include "support/scoped_env.hpp"
#include "unit/cli/desk.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <thread>

namespace helper::cli {
namespace {

using test::Desk;

const rpc::Json k_unchanged = {
    {"target", "centernet"}, {"state", "ready"}, {"changed", false}, {"steps", rpc::Json::array()}, {"elapsed_ms", 38}};

ensure::Event question_event() {
  ensure::Event event;
  event.kind = ensure::Event::Kind::question;
  event.question_id = "q-1";
  event.question = {Question::Kind::confirm, "Trust gpu1", {"SHA256:abc"}};
  return event;
}

void wait_until_stopped(const Desk& desk) {
  while (!desk.interrupts->token().stop_requested()) std::this_thread::sleep_for(Milliseconds(5));
}

TEST(Request, CarriesConfigTargetAgentAndWhetherSomebodyCanAnswer) {
  Desk desk;
  desk.can_ask = true;
  desk.daemon.will_answer("ensure", {.events = {}, .result = k_unchanged, .meanwhile = {}});
  ASSERT_EQ(desk.run({"ensure", "centernet"}).value_or(-1), 0);
  ASSERT_EQ(desk.daemon.asked().size(), 1u);
  const rpc::Json& params = desk.daemon.asked().front().params;
  EXPECT_EQ(params.at("config"), desk.config_file().string());
  EXPECT_EQ(params.at("target"), "centernet");
  EXPECT_EQ(params.at("agent_socket"), "/run/agent.sock");
  EXPECT_EQ(params.at("can_answer"), true);
}

TEST(Request, SendsThePersonsAnswerBack) {
  Desk desk;
  desk.can_ask = true;
  desk.person.will_answer("yes");
  desk.daemon.will_answer("ensure", {.events = {question_event()}, .result = k_unchanged, .meanwhile = {}});
  ASSERT_EQ(desk.run({"ensure"}).value_or(-1), 0);
  ASSERT_EQ(desk.person.asked().size(), 1u);
  EXPECT_EQ(desk.person.asked().front().prompt, "Trust gpu1");
  ASSERT_EQ(desk.daemon.answers().size(), 1u);
  EXPECT_EQ(desk.daemon.answers().front(), std::make_pair(std::string("q-1"), std::string("yes")));
}

TEST(Request, EndsWithThePersonsErrorWhenAQuestionGetsNoAnswer) {
  Desk desk;
  desk.daemon.will_answer("ensure", {.events = {question_event()}, .result = k_unchanged, .meanwhile = {}});
  const auto status = desk.run({"ensure"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::not_ready);
  EXPECT_EQ(status.error().thing, "Trust gpu1");
  EXPECT_TRUE(desk.daemon.answers().empty());
}

TEST(Request, IsCancelledByCtrlCAndSaysSo) {
  Desk desk;
  desk.daemon.will_answer("ensure", {.events = {}, .result = k_unchanged, .meanwhile = [&] {
                                       ::raise(SIGINT);
                                       wait_until_stopped(desk);
                                     }});
  const auto status = desk.run({"ensure"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
  EXPECT_EQ(error_kind(status.error().code).exit_status, 130);
  EXPECT_EQ(desk.err.str(), "cancelling (Ctrl-C again leaves at once)\n");
}

TEST(Request, ThatPassesItsTimeLimitIsATimeOutAndNotACancel) {
  Desk desk;
  desk.daemon.will_answer("status",
                          {.events = {}, .result = rpc::Json::array(), .meanwhile = [&] { wait_until_stopped(desk); }});
  const auto status = desk.run({"status", "--timeout", "1"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::timed_out);
}

TEST(Request, ShowsProgressOnStandardErrorOnly) {
  Desk desk;
  ensure::Event done;
  done.kind = ensure::Event::Kind::done;
  done.text = "start sshd";
  desk.daemon.will_answer("ensure", {.events = {done}, .result = k_unchanged, .meanwhile = {}});
  ASSERT_EQ(desk.run({"ensure"}).value_or(-1), 0);
  EXPECT_NE(desk.err.str().find("start sshd"), std::string::npos);
  EXPECT_EQ(desk.out.str(), "centernet: ready, nothing to do (38 ms)\n");
}

TEST(Request, IsSilentWhenToldToBeQuiet) {
  Desk desk;
  ensure::Event done;
  done.kind = ensure::Event::Kind::done;
  done.text = "start sshd";
  desk.daemon.will_answer("ensure", {.events = {done}, .result = k_unchanged, .meanwhile = {}});
  ASSERT_EQ(desk.run({"ensure", "--quiet"}).value_or(-1), 0);
  EXPECT_EQ(desk.err.str(), "");
  EXPECT_EQ(desk.out.str(), "");
}

TEST(Request, WritesOneJsonDocumentAndNoProgress) {
  Desk desk;
  ensure::Event note;
  note.kind = ensure::Event::Kind::note;
  note.text = "adopted";
  desk.daemon.will_answer("ensure", {.events = {note}, .result = k_unchanged, .meanwhile = {}});
  ASSERT_EQ(desk.run({"ensure", "--json"}).value_or(-1), 0);
  EXPECT_EQ(desk.err.str(), "");
  EXPECT_EQ(rpc::Json::parse(desk.out.str()), k_unchanged);
}

TEST(Request, NamesThePlacesLookedAtWhenThereIsNoConfig) {
  Desk desk;
  std::filesystem::remove(desk.config_file());
  const auto status = desk.run({"ensure"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::config_unreadable);
  EXPECT_TRUE(desk.daemon.asked().empty()) << "without a config there is nothing to ask the daemon";
}

TEST(Request, CarriesTheVariablesThatADevcontainerNames) {
  Desk desk;
  const test::ScopedEnv token("HELPER_TEST_TOKEN", "a b");
  ASSERT_TRUE(desk.files.write(desk.config_file(), R"({"targets": {"t1": {"devcontainer": "d.json"}}})", 0644));
  ASSERT_TRUE(desk.files.write(
      desk.folder.path() / "d.json",
      R"({"image": "i", "containerEnv": {"A": "${localEnv:HELPER_TEST_TOKEN}", "B": "${localEnv:HELPER_TEST_NONE}"}})",
      0644));
  desk.daemon.will_answer("ensure", {.events = {}, .result = k_unchanged, .meanwhile = {}});
  ASSERT_EQ(desk.run({"ensure"}).value_or(-1), 0);
  EXPECT_EQ(desk.daemon.asked().front().params.at("environment"), rpc::Json::array({"HELPER_TEST_TOKEN=a b"}));
}

// The daemon then tells what is wrong, and not that a variable is missing.
TEST(Request, CarriesTheVariablesOfADevcontainerThatIsWrong) {
  Desk desk;
  const test::ScopedEnv token("HELPER_TEST_TOKEN", "i:1");
  const test::ScopedEnv host("HELPER_TEST_HOST", "bad host");
  ASSERT_TRUE(desk.files.write(desk.config_file(), R"({"targets": {"t1": {"devcontainer": "d.json"}}})", 0644));
  for (const char* wrong : {R"("capAdd": [])", R"("capAdd": 5)", R"("workspaceFolder": 5)"}) {
    ASSERT_TRUE(desk.files.write(desk.folder.path() / "d.json",
                                 std::string("{") + wrong + R"(, "image": "${localEnv:HELPER_TEST_TOKEN}",
          "runArgs": ["--hostname", "${localEnv:HELPER_TEST_HOST}"]})",
                                 0644));
    desk.daemon.will_answer("ensure", {.events = {}, .result = k_unchanged, .meanwhile = {}});
    ASSERT_EQ(desk.run({"ensure"}).value_or(-1), 0);
    EXPECT_EQ(desk.daemon.asked().back().params.at("environment"),
              rpc::Json::array({"HELPER_TEST_HOST=bad host", "HELPER_TEST_TOKEN=i:1"}));
  }
}

TEST(Request, FindsADevcontainerWhoseKeyIsWrittenWithEscapes) {
  Desk desk;
  const test::ScopedEnv token("HELPER_TEST_TOKEN", "a b");
  ASSERT_TRUE(desk.files.write(desk.config_file(), R"({"targets": {"t1": {"\u0064evcontainer": "d.json"}}})", 0644));
  ASSERT_TRUE(desk.files.write(desk.folder.path() / "d.json",
                               R"({"image": "i", "containerEnv": {"A": "${localEnv:HELPER_TEST_TOKEN}"}})", 0644));
  desk.daemon.will_answer("ensure", {.events = {}, .result = k_unchanged, .meanwhile = {}});
  ASSERT_EQ(desk.run({"ensure"}).value_or(-1), 0);
  EXPECT_EQ(desk.daemon.asked().front().params.at("environment"), rpc::Json::array({"HELPER_TEST_TOKEN=a b"}));
}

TEST(Request, CarriesTheVariablesOfTheConfigAndItsLocalFileOnceEachAlsoWhenOneIsNotSet) {
  Desk desk;
  const test::ScopedEnv token("HELPER_TEST_TOKEN", "a b");
  ASSERT_TRUE(desk.files.write(desk.config_file(), R"({"targets": {"t1": {"container": {"image": "i"}}}})", 0644));
  ASSERT_TRUE(desk.files.write(
      desk.folder.path() / "helper.local.json",
      R"({"targets": {"t1": {"container": {"env": {"A": "${localEnv:HELPER_TEST_TOKEN} ${localEnv:HELPER_TEST_TOKEN}",
          "B": "${localEnv:HELPER_TEST_NOT_SET}"}}}}})",
      0644));
  desk.daemon.will_answer("ensure", {.events = {}, .result = k_unchanged, .meanwhile = {}});
  ASSERT_EQ(desk.run({"ensure"}).value_or(-1), 0);
  EXPECT_EQ(desk.daemon.asked().front().params.at("environment"), rpc::Json::array({"HELPER_TEST_TOKEN=a b"}));
}

TEST(Request, ParsesTheConfigOnlyWhenItsTextMayNameVariables) {
  EXPECT_FALSE(may_name_variables(""));
  EXPECT_FALSE(may_name_variables(R"({"targets": {"t1": {"server": "gpu1", "container": {"image": "i"}}}})"));
  EXPECT_FALSE(may_name_variables(R"({"env": {"A": "line\n", "B": "${containerEnv:HOME}"}})"));
  EXPECT_TRUE(may_name_variables(R"({"devcontainer": "."})"));
  EXPECT_TRUE(may_name_variables(R"({"\u0064evcontainer": "."})"));
  EXPECT_TRUE(may_name_variables(R"({"env": {"A": "${localEnv:A}"}})"));
}

TEST(Request, LeavesAConfigThatCannotBeReadToTheDaemon) {
  Desk desk;
  desk.files.set_unreadable(desk.config_file());
  desk.daemon.will_answer("ensure", {.events = {}, .result = k_unchanged, .meanwhile = {}});
  ASSERT_EQ(desk.run({"ensure"}).value_or(-1), 0);
  const rpc::Json& params = desk.daemon.asked().front().params;
  EXPECT_TRUE(!params.contains("environment") || params.at("environment").empty());
}

}  // namespace
}  // namespace helper::cli
