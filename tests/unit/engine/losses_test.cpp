#include "engine/losses.hpp"

#include "engine/list.hpp"
#include "engine/progress.hpp"
#include "engine/read_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::engine {
namespace {

using testing::ElementsAre;

TEST(ReadLosses, TakesWhatThePartsOfTheScriptPrinted) {
  const std::string n = "@n";
  const std::string text =
      "\n@n size 0\n12345\n\n@n diff 0\nA /root/notes.txt\nC /root\n2\n\n@n processes 0\n    PID COMMAND\n" +
      std::string("     77 python train.py\n     78 /dev/helper/ssh/sbin/sshd -D\n     79 sleep 86400\n") +
      "\n@n gpu_jobs 0\n77, python, 10240 MiB\n80, somebody else's, 1 MiB\n";
  const auto losses = read_losses(text, n);
  EXPECT_EQ(losses.bytes, 12345);
  EXPECT_EQ(losses.changes, 2);
  EXPECT_THAT(losses.files, ElementsAre("/root/notes.txt"));
  EXPECT_THAT(losses.processes, ElementsAre("python train.py"));
  EXPECT_THAT(losses.gpu_jobs, ElementsAre("77, python, 10240 MiB"));
}

TEST(ReadLosses, OfNothingIsNothing) {
  const auto losses = read_losses("noise", "@n");
  EXPECT_EQ(losses.bytes, std::nullopt);
  EXPECT_EQ(losses.changes, 0);
}

TEST(AppliedLabel, ComesBackAsItWasWritten) {
  const std::map<std::string, std::string> fields{{"a", "x \"y\" \n z"}, {"b", ""}};
  EXPECT_EQ(read_applied(applied_label(fields)), fields);
  EXPECT_TRUE(read_applied("no JSON").empty());
  EXPECT_TRUE(read_applied("[1]").empty());
  EXPECT_TRUE(read_applied(R"({"a": 1})").empty());
}

TEST(ReadMade, TakesLinesOfSixFields) {
  const auto made =
      read_made("centernet\tbox\trunning\tUp 2 hours\tcenternet:1.2\t12.3MB (virtual 1.2GB)\tf1b77c1f\t0123\nnoise\n");
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made.front().target, "centernet");
  EXPECT_EQ(made.front().name, "box");
  EXPECT_EQ(made.front().size, "12.3MB");
}

TEST(PullProgress, CountsLayersInPiecesThatBreakAnywhere) {
  std::vector<std::string> told;
  const OutputSink sink = [&](std::string_view text) { told.emplace_back(text); };
  PullProgress progress(sink);
  for (const char* piece : {"1.2: Pulling from x\n0123456789ab: Pulling fs", " layer\nba9876543210: Already exists\n",
                            "0123456789ab: Download complete\r", "0123456789ab: Pull complete\nDigest: sha256:0\n"})
    progress.take(piece);
  EXPECT_THAT(told, ElementsAre("0 of 1 layers", "1 of 2 layers", "2 of 2 layers"));
}

TEST(BuildProgress, TellsEachStepAndNotEveryLine) {
  std::vector<std::string> told;
  const OutputSink sink = [&](std::string_view text) { told.emplace_back(text); };
  BuildProgress progress(sink);
  progress.take("Step 1/2 : FROM x\n");
  for (int i = 0; i < 1000; ++i) progress.take("line\n");
  progress.take("#5 [2/2] RUN make\n");
  EXPECT_EQ(told.front(), "Step 1/2 : FROM x");
  EXPECT_EQ(told.back(), "#5 [2/2] RUN make");
  EXPECT_LT(told.size(), 500U);
}

TEST(BuildProgress, LeavesTheDigestsOfBuildKitOut) {
  std::vector<std::string> told;
  const OutputSink sink = [&](std::string_view text) { told.emplace_back(text); };
  BuildProgress progress(sink);
  progress.take("#4 sha256:3d3cededc12c7b09d82615344b39bb56\n#4 [stage-0 2/2] RUN make\n");
  EXPECT_EQ(told, std::vector<std::string>{"#4 [stage-0 2/2] RUN make"});
}

}  // namespace
}  // namespace helper::engine
