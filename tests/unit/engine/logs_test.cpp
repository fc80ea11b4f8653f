#include "engine/logs.hpp"

#include "base/text.hpp"
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

TEST_F(Lines, AreCutBetweenCharacters) {
  LineBatches batches(sink_);
  std::string text;
  while (text.size() < 300'000) text += "a\u00e9\u20ac\U0001f600";
  for (std::size_t at = 0; at < text.size(); at += 32'749) batches.take(std::string_view(text).substr(at, 32'749));
  batches.flush();
  std::string all;
  for (const auto& piece : seen_) {
    EXPECT_EQ(find_bad_utf8(piece), std::string_view::npos);
    all += piece;
  }
  EXPECT_GT(seen_.size(), 3U);
  EXPECT_EQ(all, text);
}

TEST_F(Lines, ThatAreNoTextAreCutSomewhere) {
  LineBatches batches(sink_);
  for (const std::string& bytes : {std::string(100'000, '\xe2'), std::string(100'000, '\x80')}) batches.take(bytes);
  batches.flush();
  std::size_t count = 0;
  for (const auto& piece : seen_) count += piece.size();
  EXPECT_EQ(count, 200'000U);
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

// The words of Docker 20.10 and Podman 4.3.
TEST(LogsTrouble, NamesTheLogDriverThatKeepsNothing) {
  const Error docker = logs_trouble(EngineCli{}, "dcase", "configured logging driver does not support reading", "none");
  EXPECT_EQ(docker.cause,
            "its output cannot be read: the container has the log driver \"none\" (configured logging driver does not "
            "support reading)");
  EXPECT_EQ(docker.fix,
            R"(set "extra_args": ["--log-driver=json-file"] in helper.json; the output is kept when the container is )"
            "created again with that driver");
  const Error podman = logs_trouble(EngineCli{"podman"}, "dcase",
                                    "this container is using the 'none' log driver, cannot read logs", "none");
  EXPECT_NE(podman.fix.find("--log-driver=k8s-file"), std::string::npos);
  EXPECT_EQ(logs_trouble(EngineCli{}, "dcase", "No such container: dcase", "").fix, "on the server: docker ps -a");
}

TEST_F(Lines, OfAContainerWhoseLogDriverKeepsNoneAreAnErrorThatNamesIt) {
  test::FakeCommandRunner server;
  const std::string words = "Error response from daemon: configured logging driver does not support reading\n";
  server.always("docker container inspect", CommandOutput{0, "none\n", ""});
  server.always("docker logs", CommandOutput{1, words, ""});
  const auto once = container_logs(server, EngineCli{}, "dcase", 5, {});
  ASSERT_FALSE(once);
  EXPECT_NE(once.error().cause.find("log driver \"none\""), std::string::npos) << once.error().cause;
  const auto followed = follow_logs(server, EngineCli{}, "dcase", 5, sink_, {});
  ASSERT_FALSE(followed);
  EXPECT_EQ(followed.error().cause, once.error().cause);
}

}  // namespace
}  // namespace helper::engine
