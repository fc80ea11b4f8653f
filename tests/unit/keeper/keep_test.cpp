// The decisions: which run of which container is worked on, which service is next, what the engine said.
#include "keeper/keep.hpp"

#include "support/golden.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace helper::keeper {
namespace {

constexpr std::int64_t k_now = 1'000'000;

Record record(bool first_is_independent = false) {
  Record record{std::string(64, 'a'), "", {}, "7"};
  for (const char* name : {"sshd", "jupyter"}) {
    Service service;
    service.name = name;
    service.words = {"/bin/sh", "-s"};
    record.services.push_back(service);
  }
  record.services[0].independent = first_is_independent;
  return record;
}

std::string text_of(const Next& next) {
  if (const auto* run = std::get_if<RunService>(&next)) return "run " + std::to_string(run->which);
  if (const auto* wait = std::get_if<Wait>(&next)) return "wait " + std::to_string(wait->ms);
  return "done";
}

Result<Ran> ended(int code) { return Ran{code, "its last words"}; }

TEST(KeeperDecides, OneInstantIsOneRunHoweverItIsWritten) {
  EXPECT_TRUE(is_same_run("2026-11-29T17:51:50.12Z", "2026-11-29T17:51:50.120000000Z"));
  EXPECT_TRUE(is_same_run("2026-11-29T17:51:50.123456789Z", "2026-11-29T19:21:50.123456789+01:30"));
  EXPECT_TRUE(is_same_run("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"));
  EXPECT_FALSE(is_same_run("2026-11-29T17:51:50.123456789Z", "2026-11-29T17:51:50.123456788Z"));
  EXPECT_FALSE(is_same_run("2026-11-29T17:51:50Z", "2026-11-29T17:51:50-01:00"));
  EXPECT_FALSE(is_same_run("2026-11-29T17:51:50Z", ""));
  EXPECT_TRUE(is_same_run("odd", "odd"));
  EXPECT_FALSE(is_same_run("odd", "even"));
  for (const char* text :
       {"2026-13-29T17:51:50Z", "2026-02-30T17:51:50Z", "2026-11-29T17:51:50", "2026-11-29T17:51:50+1",
        "2026-11-29 17:51:50Z", "2026-11-29T17:51:50.Zx", "-026-11-29T17:51:50Z"}) {
    EXPECT_FALSE(is_same_run(text, "2026-11-29T17:51:50Z")) << text;
  }
}

TEST(KeeperDecides, AStateIsOfOneRunAndOneRecord) {
  auto old = state_of(record(), "run 1", std::nullopt);
  ASSERT_EQ(old.services.size(), 2U);
  old.services[0].outcome = Outcome::started;
  EXPECT_EQ(state_of(record(), "run 1", old).services[0].outcome, Outcome::started);
  EXPECT_EQ(state_of(record(), "run 2", old).services[0].outcome, Outcome::waiting);
  auto newer = record();
  newer.written = "8";
  EXPECT_EQ(state_of(newer, "run 1", old).services[0].outcome, Outcome::waiting);
  auto fewer = record();
  fewer.services.pop_back();
  EXPECT_EQ(state_of(fewer, "run 1", old).services.size(), 1U);
}

TEST(KeeperDecides, ServicesRunInOrderAndOnce) {
  auto state = state_of(record(), "run", std::nullopt);
  EXPECT_EQ(text_of(next_of(record(), state, k_now)), "run 0");
  note(state.services[0], ended(0), k_now);
  EXPECT_EQ(text_of(next_of(record(), state, k_now)), "run 1");
  note(state.services[1], ended(0), k_now);
  EXPECT_EQ(text_of(next_of(record(), state, k_now)), "done");
  EXPECT_EQ(state.services[0].line, "its last words");
}

TEST(KeeperDecides, AFailedServiceIsTriedAgainEverMoreSlowlyAndNotForEver) {
  auto state = state_of(record(), "run", std::nullopt);
  auto now = k_now;
  for (const std::int64_t pause : {1'000, 3'000, 10'000, 60'000, 60'000}) {
    ASSERT_EQ(text_of(next_of(record(), state, now)), "run 0");
    note(state.services[0], ended(1), now);
    EXPECT_EQ(text_of(next_of(record(), state, now)), "wait " + std::to_string(pause));
    now += pause;
  }
  note(state.services[0], ended(1), now);
  EXPECT_EQ(state.services[0].outcome, Outcome::failed);
  EXPECT_EQ(text_of(next_of(record(), state, now + 1'000'000)), "done");
}

TEST(KeeperDecides, WhatIsIndependentHoldsNothingUp) {
  auto state = state_of(record(true), "run", std::nullopt);
  note(state.services[0], ended(1), k_now);
  EXPECT_EQ(text_of(next_of(record(true), state, k_now)), "run 1");
  note(state.services[1], ended(1), k_now + 500);
  EXPECT_EQ(text_of(next_of(record(true), state, k_now + 600)), "wait 400");
  EXPECT_EQ(text_of(next_of(record(true), state, k_now + 1'000)), "run 0");
}

TEST(KeeperDecides, AClockThatIsSetBackMakesNoPauseLong) {
  auto state = state_of(record(), "run", std::nullopt);
  note(state.services[0], ended(1), k_now);
  EXPECT_EQ(text_of(next_of(record(), state, 0)), "wait 60000");
}

TEST(KeeperDecides, WhyACommandCouldNotBeRunIsKept) {
  Tried tried;
  note(tried, fail(ErrorCode::timed_out, "the command", "it did not end in 5 s\n"), k_now);
  EXPECT_EQ(tried.line, "the command: it did not end in 5 s?");
  EXPECT_EQ(tried.exit_code, std::nullopt);
  EXPECT_EQ(tried.outcome, Outcome::waiting);
  note(tried, Ran{std::nullopt, ""}, k_now);  // detached
  EXPECT_EQ(tried.outcome, Outcome::started);
}

const std::string k_id(64, 'a');

TEST(KeeperEngine, EventsOfBothEnginesAreUnderstood) {
  const auto docker =
      parse_event(R"({"status":"start","id":")" + k_id + R"(","Type":"container","Action":"start","Actor":{"ID":")" +
                  k_id + R"(","Attributes":{"name":"box"}},"scope":"local","time":1,"timeNano":2})");
  ASSERT_TRUE(docker);
  EXPECT_EQ(docker->is, Event::Is::start);
  EXPECT_EQ(docker->container, k_id);
  for (const auto& [action, is] : {std::pair("die", Event::Is::end), std::pair("died", Event::Is::end),
                                   std::pair("destroy", Event::Is::removed), std::pair("remove", Event::Is::removed),
                                   std::pair("exec_create: sh", Event::Is::other), std::pair("", Event::Is::other)}) {
    EXPECT_EQ(
        parse_event(R"({"Type":"container","Action":")" + std::string(action) + R"(","Actor":{"ID":")" + k_id + "\"}}")
            ->is,
        is)
        << action;
  }
  for (const std::string& line :
       {std::string("{"), std::string("[]"), std::string("{}"), std::string(R"({"Type":"container"})"),
        std::string(R"({"Type":"container","Action":"start","Actor":[]})"),
        std::string(R"({"Type":"container","Action":"start","Actor":{"ID":"../../etc"}})"),
        std::string(R"({"Type":"image","Action":"start","Actor":{"ID":")") + k_id + "\"}}",
        std::string(100'000, '{')}) {
    EXPECT_FALSE(parse_event(line)) << line.substr(0, 60);
  }
}

TEST(KeeperEngine, AContainerIsGoneOnlyWhenTheEngineSaysSo) {
  EXPECT_EQ(parse_look({404, R"({"message":"No such container: abc"})"})->is, Looked::Is::gone);
  EXPECT_EQ(
      parse_look(
          {404,
           R"({"cause":"no such container","message":"no container with ID abc found: no such container","response":404})"})
          ->is,
      Looked::Is::gone);
  for (const Answer& answer :
       {Answer{404, "404 page not found"}, Answer{404, R"({"message":"page not found"})"}, Answer{404, ""},
        Answer{500, R"({"message":"No such container"})"}, Answer{200, "{}"}, Answer{200, "["},
        Answer{200, R"({"State":[]})"}, Answer{200, R"({"Name":"/box","State":{"Running":true}})"},
        Answer{200, R"({"Name":"/box","State":{"Running":true,"StartedAt":"a\nb"}})"}}) {
    EXPECT_FALSE(parse_look(answer)) << answer.body;
  }
}

// Engines leave out what is not set (Docker's API 1.52 does it more than those before it).
TEST(KeeperEngine, AFieldThatIsNotThereIsNoTroubleUnlessItIsNeeded) {
  using Json = nlohmann::json;
  for (const char* name : {"docker26_running", "docker29_running", "podman5_rootless"}) {
    Json answer =
        Json::parse(helper::test::read_file(std::string(TEST_SOURCE_DIR) + "/golden/engine/" + name + ".json"));
    if (answer.is_array()) answer = Json(answer.front());
    for (const char* inside : {"", "State"}) {
      const Json object = *inside == '\0' ? answer : answer[inside];
      for (const auto& [field, ignored] : object.items()) {
        Json changed = answer;
        (*inside == '\0' ? changed : changed[inside]).erase(field);
        const bool is_needed = field == "Name" || field == "State" || field == "StartedAt";
        EXPECT_EQ(parse_look({200, changed.dump()}).has_value(), !is_needed) << name << " " << inside << " " << field;
      }
    }
  }
  // API 1.52 tells an event without the fields of 1.21.
  const auto event = parse_event(R"({"Type":"container","Action":"start","Actor":{"ID":")" + k_id + "\"}}");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->is, Event::Is::start);
}

TEST(KeeperEngine, OnlyAContainerThatRunsIsWorkedOn) {
  const auto running = parse_look(
      {200, R"({"Name":"/box","State":{"Running":true,"Paused":false,"StartedAt":"2026-11-29T17:51:50Z"}})"});
  ASSERT_TRUE(running);
  EXPECT_EQ(running->is, Looked::Is::running);
  EXPECT_EQ(running->name, "box");
  EXPECT_EQ(running->run, "2026-11-29T17:51:50Z");
  EXPECT_EQ(
      parse_look({200, R"({"Name":"/box","State":{"Running":true,"Paused":true,"StartedAt":"2026-11-29T17:51:50Z"}})"})
          ->is,
      Looked::Is::stopped);
  EXPECT_EQ(parse_look({200, R"({"Name":"/box","State":{"Running":false}})"})->is, Looked::Is::stopped);
}

}  // namespace
}  // namespace helper::keeper
