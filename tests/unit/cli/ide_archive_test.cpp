#include "cli/verbs/ide_archive.hpp"

#include "base/tar_gz.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace helper::cli {
namespace {

using ::testing::HasSubstr;

const auto k_go_on = [](std::uint64_t) { return true; };

struct Archive {
  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "pycharm 2026.1.1.tar.gz";
  Archive() {
    auto tar = TarGz::create(file).value();
    EXPECT_TRUE(tar.add_folder({.name = "pycharm-2026.1.1"}));
    EXPECT_TRUE(tar.finish());
  }
  [[nodiscard]] Result<IdeArchive> look() const { return look_at_archive(file, k_go_on); }
  void write_sum(const std::string& text) const { std::ofstream(file.string() + ".sha256") << text; }
};

TEST(IdeArchive, IsCalledByItsContentsAndItsName) {
  const Archive archive;
  const auto facts = archive.look();
  ASSERT_TRUE(facts) << to_text(facts.error());
  EXPECT_EQ(facts->size, std::filesystem::file_size(archive.file));
  EXPECT_EQ(facts->sha256.size(), 64u);
  EXPECT_EQ(facts->folder, facts->sha256.substr(0, 13) + "_pycharm-2026.1.1");
}

TEST(IdeArchive, MustBeWhatTheSumBesideItSays) {
  const Archive archive;
  const std::string sum = archive.look()->sha256;
  archive.write_sum(sum + " *pycharm 2026.1.1.tar.gz\n");
  EXPECT_TRUE(archive.look());
  archive.write_sum(std::string(64, '0') + "\n");
  EXPECT_THAT(archive.look().error().cause, HasSubstr("not the one in"));
  archive.write_sum("<html>not found</html>");
  EXPECT_THAT(archive.look().error().cause, HasSubstr("no SHA-256 sum"));
}

TEST(IdeArchive, IsNoOtherFile) {
  const test::TempFolder folder;
  for (const std::string& bytes :
       {std::string(), std::string("PK\3\4zip"), std::string(5000, 'x'), std::string("\x1f\x8b\x08")}) {
    const auto file = folder.path() / "x.tar.gz";
    std::ofstream(file) << bytes;
    EXPECT_EQ(look_at_archive(file, k_go_on).error().code, ErrorCode::file_failed);
  }
  EXPECT_EQ(look_at_archive(folder.path(), k_go_on).error().code, ErrorCode::file_failed);
  EXPECT_EQ(look_at_archive(folder.path() / "none", k_go_on).error().code, ErrorCode::file_failed);
}

TEST(IdeArchive, IsReadNoFurtherWhenStopped) {
  const Archive archive;
  EXPECT_EQ(look_at_archive(archive.file, [](std::uint64_t) { return false; }).error().code, ErrorCode::cancelled);
}

TEST(SumIn, ReadsWhatSha256sumWrites) {
  const std::string sum(64, 'a');
  EXPECT_EQ(sum_in(std::string(64, 'A') + "  file\n"), sum);
  EXPECT_EQ(sum_in(sum), sum);
  EXPECT_EQ(sum_in(sum + "a"), "");
  EXPECT_EQ(sum_in(""), "");
}

TEST(BackendFolder, IsAPlainNameWhateverTheFileIsCalled) {
  EXPECT_EQ(backend_folder("0123456789abcdef", "a/../b $(x)'.tar.gz"), "0123456789abc_a-..-b---x--");
  EXPECT_EQ(backend_folder("0123456789abcdef", "idea.tgz"), "0123456789abc_idea.tgz");
}

}  // namespace
}  // namespace helper::cli
