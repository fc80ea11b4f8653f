#include "base/log.hpp"

#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace helper::test {
namespace {

namespace fs = std::filesystem;

class LogTest : public ::testing::Test {
 protected:
  std::string text() {
    std::ifstream file(file_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static unsigned mode_of(const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

  TempFolder folder_;
  fs::path file_ = folder_.path() / "state" / "helperd.log";
};

TEST_F(LogTest, AnEventIsOneLineWithItsLevel) {
  open_log(file_, LogLevel::info);
  log_info("container {} is {}", "centernet", "up");
  log_warning("careful");
  const auto all = text();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 2);
  EXPECT_NE(all.find(" info "), std::string::npos) << all;
  EXPECT_NE(all.find("container centernet is up\n"), std::string::npos) << all;
  EXPECT_NE(all.find(" warning "), std::string::npos) << all;
}

TEST_F(LogTest, ControlCharactersAreMadeVisible) {
  open_log(file_, LogLevel::info);
  log_info("{}", "a\x1b[31mred\nforged line\x7f");
  const auto all = text();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1);
  for (const char hidden : {'\x1b', '\x7f'}) EXPECT_EQ(all.find(hidden), std::string::npos) << all;
  EXPECT_NE(all.find("forged line"), std::string::npos) << all;
}

TEST_F(LogTest, ARunawayLineIsCut) {
  open_log(file_, LogLevel::info);
  log_line(LogLevel::info, std::string(1U << 20, 'x'));
  EXPECT_LT(text().size(), 20'000U);
  EXPECT_GT(text().size(), 10'000U);
}

TEST_F(LogTest, LinesBelowTheLevelAreLeftOut) {
  open_log(file_, LogLevel::warning);
  log_info("quiet");
  log_line(LogLevel::error, "loud");
  EXPECT_EQ(text().find("quiet"), std::string::npos);
  EXPECT_NE(text().find("loud"), std::string::npos);
}

TEST_F(LogTest, TheFileAndItsFolderAreClosedToOthers) {
  open_log(file_, LogLevel::info);
  EXPECT_EQ(mode_of(file_), 0600U);
  EXPECT_EQ(mode_of(file_.parent_path()), 0700U);
}

TEST_F(LogTest, AFileOfAnEarlierRunIsClosedToOthersToo) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_) << "earlier\n";
  ASSERT_EQ(::chmod(file_.c_str(), 0644), 0);
  open_log(file_, LogLevel::info);
  log_info("later");
  EXPECT_EQ(mode_of(file_), 0600U);
  EXPECT_EQ(text().substr(0, 8), "earlier\n");
}

TEST_F(LogTest, KeepsOneOlderFileWithTheSameMode) {
  const mode_t before = ::umask(0022);
  open_log(file_, LogLevel::info);
  const std::string line(15'000, 'x');
  for (int count = 0; count < 800; ++count) log_line(LogLevel::info, line);
  ::umask(before);
  EXPECT_EQ(std::distance(fs::directory_iterator(file_.parent_path()), {}), 2);
  for (const auto& entry : fs::directory_iterator(file_.parent_path())) {
    EXPECT_EQ(mode_of(entry.path()), 0600U) << entry.path();
    EXPECT_LE(entry.file_size(), 5U << 20) << entry.path();
  }
}

TEST_F(LogTest, AFileThatCannotBeMadeStopsNobody) {
  std::ofstream(folder_.path() / "state").put('x');
  open_log(file_, LogLevel::info);
  log_info("nobody hears this");
  EXPECT_FALSE(fs::exists(file_));
}

}  // namespace
}  // namespace helper::test
