#include "engine/logs.hpp"

#include "support/fake_command_runner.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace helper::engine {
namespace {

class Lines : public ::testing::Test {
 protected:
  std::vector<std::string> seen_;
  OutputSink sink_ = [this](std::string_view text) { seen_.emplace_back(text); };
};

TEST_F(Lines, AreGivenWholeWhereverThePiecesAreCut) {
  LineBatches batches(sink_);
  for (const std::string_view piece : {"one\ntw", "o", "\nthree\nfo"}) batches.take(piece);
  EXPECT_EQ(seen_, (std::vector<std::string>{"one\n", "two\nthree\n"}));
  batches.flush();
  EXPECT_EQ(seen_.back(), "fo");
}

TEST_F(Lines, OfAProgressBarAreShownWhileItMoves) {
  LineBatches batches(sink_);
  batches.take("10%\r20%");
  EXPECT_EQ(seen_, (std::vector<std::string>{"10%\r"}));
}

TEST_F(Lines, WithoutAnEndDoNotFillMemory) {
  LineBatches batches(sink_);
  for (int i = 0; i < 100; ++i) batches.take(std::string(1000, 'x'));
  EXPECT_GE(seen_.size(), 1U);
}

TEST_F(Lines, OfAContainerAreFollowed) {
  test::FakeCommandRunner server;
  server.always("logs --follow --tail 5 -- centernet 2>&1", CommandOutput{0, "epoch 1\nepoch", ""});
  ASSERT_TRUE(follow_logs(server, EngineCli{}, "centernet", 5, sink_, {}));
  EXPECT_EQ(seen_, (std::vector<std::string>{"epoch 1\n", "epoch"}));
}

TEST_F(Lines, ThatCannotBeFollowedAreAnError) {
  test::FakeCommandRunner server;
  server.always("logs --follow", CommandOutput{1, "Error: No such container: centernet\n", ""});
  const auto done = follow_logs(server, EngineCli{}, "centernet", 5, sink_, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::engine_failed);
}

}  // namespace
}  // namespace helper::engine
