#include "plan/losses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(TellingFiles, AreThoseThatNoOtherLineStandsIn) {
  EXPECT_THAT(telling_files({"C /root", "A /root/notes.txt", "A /root-2", "C /usr", "C /usr/lib", "D /usr/lib/x"}, 9),
              ElementsAre("/root-2", "/root/notes.txt", "/usr/lib"));
}

TEST(TellingFiles, CachesComeLastAndOnlySoManyAreNamed) {
  EXPECT_THAT(telling_files({"A /root/.cache/pip/a", "A /tmp/b", "A /work/c", "A /work/d"}, 3),
              ElementsAre("/work/c", "/work/d", "/root/.cache/pip/a"));
}

TEST(SizeText, HasThreeDigitsAtMost) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(12'345), "12.3 kB");
  EXPECT_EQ(size_text(123'456'789), "123 MB");
  EXPECT_EQ(size_text(5'000'000'000'000), "5.0 TB");
}

TEST(RecreateQuestion, SaysWhyAndWhatWouldBeLost) {
  const Drift drift{"container.shm_size", Need::recreate, "8g", "1g", "", "the config has changed"};
  const Losses losses{12'345, 45, {"/root/notes.txt"}, {"python train.py"}, {"77, python, 10240 MiB"}};
  const Question question = recreate_question("centernet", {drift}, losses, {"2 kernels are busy: a.ipynb, b.ipynb"},
                                              "helper/centernet:before");
  EXPECT_EQ(question.kind, Question::Kind::confirm);
  EXPECT_THAT(question.choices, ElementsAre("yes", "snapshot", "no"));
  std::string text;
  for (const auto& line : question.details) text += line + "\n";
  for (const char* words :
       {"config: 8g; container: 1g", "45 changes, 12.3 kB", "/root/notes.txt", "and 44 more", "python train.py",
        "10240 MiB", "2 kernels are busy: a.ipynb, b.ipynb", "helper/centernet:before"})
    EXPECT_THAT(text, HasSubstr(words));
}

}  // namespace
}  // namespace helper::plan
