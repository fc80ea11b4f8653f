#include "cli/complete.hpp"

#include "cli/verbs/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace helper::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using Words = std::vector<std::string>;
using Files = Completion::Files;

Words targets(const std::string& config) {
  return config.empty() ? Words{"centernet", "mindspore"} : Words{"of " + config};
}

Words offered(const Words& words) {
  Words list;
  for (const auto& candidate : complete(words, targets).candidates) list.push_back(candidate.word);
  return list;
}

TEST(Complete, OffersTheVerbsFirst) {
  EXPECT_EQ(offered({""}).size(), verbs().size());
  EXPECT_THAT(offered({"set"}), ElementsAre("settings"));
  EXPECT_EQ(complete({"set"}, targets).candidates.front().help, find_verb("settings")->summary);
}

TEST(Complete, OffersTargetsWhereAVerbTakesOne) {
  EXPECT_THAT(offered({"ensure", ""}), ElementsAre("centernet", "mindspore"));
  EXPECT_THAT(offered({"ensure", "m"}), ElementsAre("mindspore"));
  EXPECT_THAT(offered({"ensure", "centernet", ""}), IsEmpty());
  EXPECT_THAT(offered({"open", "gateway", ""}), ElementsAre("centernet", "mindspore"));
}

TEST(Complete, TakesTargetsFromTheConfigThatIsNamed) {
  EXPECT_THAT(offered({"--config", "a.json", "ensure", ""}), ElementsAre("of a.json"));
  EXPECT_THAT(offered({"ensure", "--config=b.json", "of"}), ElementsAre("of b.json"));
}

TEST(Complete, OffersEachOptionOnce) {
  EXPECT_THAT(offered({"ensure", "--"}), Contains("--dry-run"));
  EXPECT_THAT(offered({"ensure", "-"}), Contains("--json"));
  EXPECT_THAT(offered({"ensure", "--json", "--"}), Not(Contains("--json")));
  EXPECT_THAT(offered({"--j"}), ElementsAre("--json"));
}

TEST(Complete, OffersTheChoicesOfAnOptionAndOfAnArgument) {
  EXPECT_THAT(offered({"settings", "--format", "j"}), ElementsAre("json"));
  EXPECT_THAT(offered({"settings", "--format=t"}), ElementsAre("--format=text"));
  EXPECT_THAT(offered({"open", ""}), ElementsAre("gateway", "toolbox", "pycharm", "jupyter"));
}

TEST(Complete, LeavesFilesToTheShell) {
  EXPECT_EQ(complete({"ensure", "--config", ""}, targets).files, Files::any);
  EXPECT_EQ(complete({"init", "--local", ""}, targets).files, Files::folders);
  EXPECT_EQ(complete({"exec", "centernet", "--", "tr"}, targets).files, Files::any);
  EXPECT_EQ(complete({"ensure", ""}, targets).files, Files::none);
}

TEST(Complete, OffersFilesAndPlacesInContainersToCopy) {
  const auto completion = complete({"cp", ""}, targets);
  EXPECT_EQ(completion.files, Files::any);
  EXPECT_EQ(completion.candidates.front().word, "centernet:");
}

TEST(Complete, OffersNothingForWhatNobodyCanKnow) {
  EXPECT_THAT(offered({"logs", "--lines", ""}), IsEmpty());
  EXPECT_THAT(offered({"nonsense", "x"}), IsEmpty());
  EXPECT_THAT(offered({"exec", "--", "--json", ""}), IsEmpty());
}

TEST(Complete, HelpsWithTopicsAndMethods) {
  EXPECT_THAT(offered({"help", "err"}), ElementsAre("errors"));
  EXPECT_THAT(offered({"rpc", "shut"}), ElementsAre("shutdown"));
}

TEST(Complete, IsTotal) {
  EXPECT_THAT(complete({}, targets).candidates, Not(IsEmpty()));
  for (const Verb& verb : verbs()) {
    for (const char* word : {"", "-", "--", "=", "--=", "--config", "--config=", "x"}) {
      (void)complete({std::string(verb.name), word}, targets);
      (void)complete({std::string(verb.name), word, ""}, targets);
    }
  }
}

TEST(Complete, IsPrintedALineEach) {
  EXPECT_EQ(to_text({Files::folders, {{"a", "help\n"}, {"b", ""}}}), "folders\na\thelp \nb\n");
}

}  // namespace
}  // namespace helper::cli
