#include "base/tar_gz.hpp"

#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>

namespace helper {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

class TarGzTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path in(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] fs::path archive() const { return in("a.tar.gz"); }
  TarGz begin() {
    auto tar = TarGz::create(archive());
    if (!tar) throw std::runtime_error(to_text(tar.error()));
    return std::move(*tar);
  }
  // As GNU tar reads it.
  void extract() const {
    fs::create_directory(in("out"));
    ASSERT_EQ(std::system(("tar -C " + in("out").string() + " -xzpf " + archive().string()).c_str()), 0);
  }

 private:
  test::TempFolder folder_;
};

TEST_F(TarGzTest, GivesBackFilesFoldersAndLinksWithTheirModesAndTimes) {
  std::string big(700'000, 'x');
  for (std::size_t i = 0; i < big.size(); i += 997) big[i] = static_cast<char>(i);
  write(in("big"), big);
  write(in("empty"), "");
  write(in("block"), std::string(512, 'b'));
  TarGz tar = begin();
  ASSERT_TRUE(tar.add_folder({"d", 0750, 1'000'000'000}));
  ASSERT_TRUE(tar.add_file({"d/big", 0640, 1'000'000'001}, in("big")));
  ASSERT_TRUE(tar.add_file({"d/run", 0755, 0}, in("empty")));
  ASSERT_TRUE(tar.add_file({"d/block", 0644, -5}, in("block")));
  ASSERT_TRUE(tar.add_link({"d/link", 0777, 0}, "../elsewhere"));
  ASSERT_TRUE(tar.finish());
  extract();
  EXPECT_EQ(bytes_of(in("out/d/big")), big);
  EXPECT_EQ(bytes_of(in("out/d/block")).size(), 512u);
  EXPECT_EQ(fs::file_size(in("out/d/run")), 0u);
  EXPECT_EQ(fs::read_symlink(in("out/d/link")), "../elsewhere");
  struct stat facts {};
  ASSERT_EQ(::stat(in("out/d/big").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0640u);
  EXPECT_EQ(facts.st_mtim.tv_sec, 1'000'000'001);
  ASSERT_EQ(::stat(in("out/d").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0750u);
}

TEST_F(TarGzTest, KeepsNamesAndTargetsOfAnyLength) {
  write(in("f"), "bytes");
  TarGz tar = begin();
  const std::string target(300, 't');
  for (const std::size_t length : {99u, 100u, 101u, 250u})
    ASSERT_TRUE(tar.add_file({std::string(length, 'n'), 0644, 0}, in("f"))) << length;
  ASSERT_TRUE(tar.add_link({"link", 0777, 0}, target));
  ASSERT_TRUE(tar.add_file({"caf\xC3\xA9 \"$x\"", 0644, 0}, in("f")));
  ASSERT_TRUE(tar.finish());
  extract();
  for (const std::size_t length : {99u, 100u, 101u, 250u})
    EXPECT_EQ(bytes_of(in("out") / std::string(length, 'n')), "bytes") << length;
  EXPECT_EQ(fs::read_symlink(in("out/link")), target);
  EXPECT_EQ(bytes_of(in("out/caf\xC3\xA9 \"$x\"")), "bytes");
}

// Folders that are packed are in use: what goes meanwhile is no reason to fail.
TEST_F(TarGzTest, LeavesOutWhatIsNoRegularFileAnyMoreAndRefusesAnArchiveThatIsThere) {
  TarGz tar = begin();
  EXPECT_EQ(TarGz::create(archive()).error().code, ErrorCode::file_failed);
  fs::create_symlink("/etc/passwd", in("link"));
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  for (const char* name : {"link", "pipe", "none", "."}) EXPECT_TRUE(tar.add_file({"x", 0644, 0}, in(name))) << name;
  ASSERT_TRUE(tar.finish());
  extract();
  EXPECT_FALSE(fs::exists(in("out/x")));
  EXPECT_FALSE(tar.add_folder({"late", 0755, 0}));
}

TEST_F(TarGzTest, IsReadableByItsOwnerAlone) {
  ASSERT_TRUE(begin().finish());
  EXPECT_EQ(fs::status(archive()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace helper
