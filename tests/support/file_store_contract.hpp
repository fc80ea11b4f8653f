// The promises of FileStore as one test suite, to be run on every FileStore there is.
#pragma once

#include "base/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace helper::test {

// A FileStore, a folder in it for the test, and a look behind its back.
class FileStoreRig {
 public:
  virtual ~FileStoreRig() = default;
  virtual FileStore& store() = 0;
  virtual std::filesystem::path folder() = 0;
  virtual std::optional<mode_t> mode_of(const std::filesystem::path& path) = 0;
  // How many files there are under the folder, temporary ones too.
  virtual std::size_t count_files() = 0;
  // From now on a write of a few kilobytes must fail for want of space; false when this cannot be arranged here.
  virtual bool fill_disk() = 0;
};

struct FileStoreCase {
  std::string name;
  std::function<std::unique_ptr<FileStoreRig>()> make;
};

class FileStoreContract : public ::testing::TestWithParam<FileStoreCase> {
 protected:
  void write(const std::filesystem::path& path, std::string_view bytes, mode_t mode = 0600) {
    const auto done = rig_->store().write(path, bytes, mode);
    ASSERT_TRUE(done.has_value()) << to_text(done.error());
  }
  std::optional<std::string> read(const std::filesystem::path& path) {
    auto bytes = rig_->store().read(path);
    if (bytes) return *bytes;
    ADD_FAILURE() << to_text(bytes.error());
    return std::nullopt;
  }

  std::unique_ptr<FileStoreRig> rig_ = GetParam().make();
  std::filesystem::path file_ = rig_->folder() / "file";
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FileStoreContract);

TEST_P(FileStoreContract, AFileThatIsNotThereIsNoError) {
  EXPECT_EQ(read(file_), std::nullopt);
  EXPECT_EQ(read(rig_->folder() / "no" / "such" / "folder"), std::nullopt);
}

TEST_P(FileStoreContract, GivesBackEveryByteThatWasWritten) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  write(file_, bytes);
  EXPECT_EQ(read(file_), bytes);
  write(file_, "");
  EXPECT_EQ(read(file_), "");
}

TEST_P(FileStoreContract, GivesTheFileItsMode) {
  write(file_, "secret", 0600);
  EXPECT_EQ(rig_->mode_of(file_), 0600U);
  write(file_, "open", 0644);
  EXPECT_EQ(rig_->mode_of(file_), 0644U);
}

TEST_P(FileStoreContract, MakesMissingFolders) {
  const auto deep = rig_->folder() / "a" / "b" / "file";
  write(deep, "x");
  EXPECT_EQ(read(deep), "x");
}

TEST_P(FileStoreContract, LeavesOneFileAndNothingBesideIt) {
  write(file_, "old");
  write(file_, "new");
  EXPECT_EQ(rig_->count_files(), 1U);
}

TEST_P(FileStoreContract, RemovesAFileAndDoesNotMindThatThereIsNone) {
  write(file_, "x");
  EXPECT_TRUE(rig_->store().remove(file_).has_value());
  EXPECT_EQ(read(file_), std::nullopt);
  EXPECT_TRUE(rig_->store().remove(file_).has_value());
}

TEST_P(FileStoreContract, AFileCannotBeAFolder) {
  write(file_, "x");
  const auto done = rig_->store().write(file_ / "below", "y", 0600);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::file_failed);
  EXPECT_EQ(read(file_), "x");
}

TEST_P(FileStoreContract, AFullDiskLeavesTheOldFileAndNothingElse) {
  write(file_, "old");
  if (!rig_->fill_disk()) GTEST_SKIP() << "a full disk cannot be had here: it takes root, or a user namespace";
  const auto done = rig_->store().write(file_, std::string(1u << 20, 'n'), 0600);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::file_failed);
  EXPECT_NE(done.error().cause.find("No space left"), std::string::npos) << done.error().cause;
  EXPECT_NE(done.error().fix.find("df -h"), std::string::npos) << done.error().fix;
  EXPECT_EQ(read(file_), "old");
  EXPECT_EQ(rig_->mode_of(file_), 0600U);
  EXPECT_EQ(rig_->count_files(), 1U);
}

}  // namespace helper::test
