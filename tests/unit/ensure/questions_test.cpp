#include "ensure/questions.hpp"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <thread>

namespace helper::ensure {
namespace {

TEST(Questions, AreAnsweredOnceFromAnotherThread) {
  Questions questions;
  const auto id = questions.open();
  auto waiting = std::async(std::launch::async, [&] { return questions.wait(id, {}); });
  EXPECT_TRUE(questions.answer(id, "yes"));
  EXPECT_FALSE(questions.answer(id, "no"));
  EXPECT_EQ(waiting.get(), "yes");
  EXPECT_FALSE(questions.answer(id, "late"));
}

TEST(Questions, MayBeAnsweredBeforeAnybodyWaits) {
  Questions questions;
  const auto id = questions.open();
  EXPECT_TRUE(questions.answer(id, ""));
  EXPECT_EQ(questions.wait(id, {}), "");
}

TEST(Questions, OfNoSuchIdTakeNoAnswer) {
  Questions questions;
  EXPECT_FALSE(questions.answer("q1", "x"));
  const auto id = questions.open();
  EXPECT_FALSE(questions.answer(id + "0", "x"));
  EXPECT_FALSE(questions.answer("", "x"));
}

TEST(Questions, HaveIdsOfTheirOwnAndEachGetsItsOwnAnswer) {
  Questions questions;
  std::set<std::string> ids;
  std::vector<std::future<Result<std::string>>> waiting;
  for (int i = 0; i < 8; ++i) {
    const auto id = questions.open();
    EXPECT_TRUE(ids.insert(id).second);
    waiting.push_back(std::async(std::launch::async, [&questions, id] { return questions.wait(id, {}); }));
  }
  for (const auto& id : ids) EXPECT_TRUE(questions.answer(id, "answer to " + id));
  std::set<std::string> answers;
  for (auto& wait : waiting) answers.insert(wait.get().value());
  EXPECT_EQ(answers.size(), 8U);
}

TEST(Questions, AreClosedWhenTheRequestIsCancelled) {
  Questions questions;
  const auto id = questions.open();
  std::stop_source stop;
  auto waiting = std::async(std::launch::async, [&] { return questions.wait(id, stop.get_token()); });
  stop.request_stop();
  const auto answer = waiting.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::cancelled);
  EXPECT_FALSE(questions.answer(id, "late"));
}

}  // namespace
}  // namespace helper::ensure
