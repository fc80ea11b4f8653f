#include "settings/ledger_memory.hpp"

#include "unit/settings/home.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

namespace helper::settings {
namespace {

using test::Home;
using namespace std::chrono_literals;

std::string ledger_of(const Home& home, const std::string& target) {
  Ledger ledger;
  ledger.put_target({home.order(target).wanted, true, false, false, "2026-01-01T00:00:00Z"});
  return to_text(ledger);
}

class LedgerMemoryTest : public ::testing::Test {
 protected:
  // So that a file of today was changed long ago.
  LedgerMemoryTest() {
    const auto ahead = std::chrono::system_clock::now() - home.clock.wall() + 3600s;
    home.clock.advance(std::chrono::duration_cast<Milliseconds>(ahead));
  }
  void put(const std::string& target) const { home.put(file, ledger_of(home, target)); }
  [[nodiscard]] std::string read() {
    const auto ledger = memory.read({home.paths, home.files, home.clock, formats});
    if (!ledger) return to_text(ledger.error());
    return (*ledger)->targets.empty() ? "" : (*ledger)->targets.front().wanted.name;
  }
  [[nodiscard]] int reads() { return home.files.reads[file]; }

  Home home;
  std::filesystem::path file = home.paths.settings_ledger();
  Formats formats = test::simple_formats();
  LedgerMemory memory;
};

TEST_F(LedgerMemoryTest, ReadsAFileThatStaysAsItIsOnce) {
  put("a");
  EXPECT_EQ(read(), "a of project");
  EXPECT_EQ(read(), "a of project");
  EXPECT_EQ(reads(), 1);
}

TEST_F(LedgerMemoryTest, SeesWhatAnotherProcessWrote) {
  put("a");
  EXPECT_EQ(read(), "a of project");
  put("another");  // in place
  EXPECT_EQ(read(), "another of project");
  const auto beside = home.path("beside");
  home.put(beside, ledger_of(home, "outside"));  // a name of the same length
  std::filesystem::last_write_time(beside, std::filesystem::last_write_time(file));
  std::filesystem::rename(beside, file);
  EXPECT_EQ(read(), "outside of project") << "another file of the same size and time";
  std::filesystem::remove(file);
  EXPECT_EQ(read(), "");
  put("a");
  EXPECT_EQ(read(), "a of project");
}

TEST_F(LedgerMemoryTest, ReadsAFileThatWasChangedJustNowAgain) {
  put("a");
  home.clock.advance(-std::chrono::duration_cast<Milliseconds>(home.clock.wall() - std::chrono::system_clock::now()));
  EXPECT_EQ(read(), "a of project");
  EXPECT_EQ(read(), "a of project");
  EXPECT_EQ(reads(), 2) << "a change in the same tick of the disk's clock would not be seen";
}

TEST_F(LedgerMemoryTest, ForgetsWhatItKnewWhenTheFileCannotBeUnderstood) {
  put("a");
  EXPECT_EQ(read(), "a of project");
  home.put(file, "{");
  EXPECT_NE(read().find(file.string()), std::string::npos);
  EXPECT_NE(read().find(file.string()), std::string::npos) << "it is reported each time";
  put("a");
  EXPECT_EQ(read(), "a of project");
}

TEST_F(LedgerMemoryTest, LetsTheBookOfATargetThatIsReadyReadOnce) {
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  home.files.reads.clear();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(home.writer.set_ready(home.order().wanted).value_or("failed"), "");
  EXPECT_EQ(reads(), 1);
  ASSERT_TRUE(home.writer.set_gone("centernet of project"));
  EXPECT_EQ(home.writer.set_ready(home.order().wanted).value_or("failed"), "");
  EXPECT_EQ(home.writer.undo(Home::undo_of(home.order()), {}).has_value(), true);
  EXPECT_EQ(home.writer.set_ready(home.order().wanted).value(), std::nullopt);
}

}  // namespace
}  // namespace helper::settings
