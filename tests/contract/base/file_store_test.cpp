#include "support/fake_file_store.hpp"
#include "support/file_store_contract.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::test {
namespace {

namespace fs = std::filesystem;

class FakeRig final : public FileStoreRig {
 public:
  FileStore& store() override { return store_; }
  fs::path folder() override { return "/folder"; }
  std::optional<mode_t> mode_of(const fs::path& path) override {
    const auto files = store_.files();
    const auto file = files.find(path);
    return file == files.end() ? std::nullopt : std::optional(file->second.mode);
  }
  std::size_t count_files() override { return store_.files().size(); }
  bool fill_disk() override {
    store_.set_full(true);
    return true;
  }

 private:
  FakeFileStore store_;
};

// On a small disk of its own where that is possible: a tmpfs that only this process sees.
class DiskRig final : public FileStoreRig {
 public:
  DiskRig() : disk_(root_.path() / "disk") {
    fs::create_directory(disk_);
    const bool own_mounts =
        ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    small_ = own_mounts && ::mount("tmpfs", disk_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,mode=0700") == 0;
  }
  ~DiskRig() override {
    if (small_) ::umount2(disk_.c_str(), MNT_DETACH);
  }
  DiskRig(const DiskRig&) = delete;
  DiskRig& operator=(const DiskRig&) = delete;

  FileStore& store() override { return store_; }
  fs::path folder() override { return disk_; }
  std::optional<mode_t> mode_of(const fs::path& path) override {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? std::optional(info.st_mode & 07777U) : std::nullopt;
  }
  std::size_t count_files() override {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(disk_)) count += entry.is_regular_file() ? 1 : 0;
    return count;
  }
  bool fill_disk() override { return small_; }

 private:
  TempFolder root_;
  fs::path disk_;
  bool small_ = false;
  DiskFileStore store_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Every, FileStoreContract,
                         ::testing::Values(FileStoreCase{"FakeFileStore", [] { return std::make_unique<FakeRig>(); }},
                                           FileStoreCase{"DiskFileStore", [] { return std::make_unique<DiskRig>(); }}),
                         [](const auto& each) { return each.param.name; });

// What only a real disk has: links, folders, devices, other people's modes.
class DiskFileStoreTest : public ::testing::Test {
 protected:
  std::string bytes_of(const fs::path& path) {
    auto bytes = store_.read(path);
    if (!bytes) return to_text(bytes.error());
    return bytes->value_or("(absent)");
  }
  TempFolder folder_;
  fs::path file_ = folder_.path() / "file";
  DiskFileStore store_;
};

TEST_F(DiskFileStoreTest, ReplacesWhatALinkLeadsToAndKeepsTheLink) {
  fs::create_directory(folder_.path() / "dotfiles");
  const auto real = folder_.path() / "dotfiles" / "real";
  std::ofstream(real) << "old";
  fs::create_symlink("dotfiles/real", file_);
  ASSERT_TRUE(store_.write(file_, "new", 0600).has_value());
  EXPECT_TRUE(fs::is_symlink(file_));
  EXPECT_FALSE(fs::is_symlink(real));
  EXPECT_EQ(bytes_of(real), "new");
}

TEST_F(DiskFileStoreTest, ALinkThatLeadsNowhereYetGetsItsFile) {
  const auto real = folder_.path() / "later" / "real";
  fs::create_symlink(real, file_);
  ASSERT_TRUE(store_.write(file_, "new", 0600).has_value());
  EXPECT_TRUE(fs::is_symlink(file_));
  EXPECT_EQ(bytes_of(real), "new");
}

TEST_F(DiskFileStoreTest, ALinkToItselfIsAnError) {
  fs::create_symlink(file_, file_);
  const auto done = store_.write(file_, "new", 0600);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::file_failed);
  EXPECT_TRUE(fs::is_symlink(file_));
}

TEST_F(DiskFileStoreTest, NewFoldersAreClosedToOthers) {
  ASSERT_TRUE(store_.write(folder_.path() / "a" / "b" / "file", "x", 0644).has_value());
  EXPECT_EQ(fs::status(folder_.path() / "a").permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(folder_.path() / "a" / "b").permissions(), fs::perms::owner_all);
}

TEST_F(DiskFileStoreTest, TheModeDoesNotDependOnTheUmask) {
  const mode_t before = ::umask(0777);
  const auto done = store_.write(file_, "x", 0644);
  ::umask(before);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(static_cast<unsigned>(fs::status(file_).permissions()), 0644U);
}

TEST_F(DiskFileStoreTest, WhoeverHasTheOldFileOpenStillReadsAllOfIt) {
  ASSERT_TRUE(store_.write(file_, "old and long", 0600).has_value());
  std::ifstream reader(file_);
  ASSERT_TRUE(store_.write(file_, "new", 0600).has_value());
  std::string text;
  std::getline(reader, text);
  EXPECT_EQ(text, "old and long");
}

TEST_F(DiskFileStoreTest, AWriteThatFailsHalfwayLeavesTheOldFileAndNothingElse) {
  ASSERT_TRUE(store_.write(file_, "old", 0600).has_value());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto done = store_.write(file_, std::string(65536, 'n'), 0600);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::file_failed);
  EXPECT_EQ(bytes_of(file_), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(DiskFileStoreTest, RefusesToReadWhatIsNotARegularFile) {
  EXPECT_FALSE(store_.read(folder_.path()).has_value());
  EXPECT_FALSE(store_.read("/dev/zero").has_value());
  const auto fifo = folder_.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_FALSE(store_.read(fifo).has_value()) << "and does not wait for a writer";
}

TEST_F(DiskFileStoreTest, RefusesAFileThatIsTooLargeToBeOurs) {
  std::ofstream(file_).put('x');
  fs::resize_file(file_, k_max_file + 1);
  const auto bytes = store_.read(file_);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_NE(bytes.error().cause.find("larger"), std::string::npos);
}

TEST_F(DiskFileStoreTest, AFolderIsNotRemoved) {
  EXPECT_FALSE(store_.remove(folder_.path()).has_value());
  EXPECT_TRUE(fs::is_directory(folder_.path()));
}

TEST_F(DiskFileStoreTest, APathThatTheSystemRefusesIsAnErrorAndNotACrash) {
  const auto path = folder_.path() / std::string(300, 'x') / "below" / "file";
  EXPECT_FALSE(store_.read(path).has_value());
  EXPECT_FALSE(store_.write(path, "x", 0600).has_value());
  EXPECT_FALSE(store_.remove(path).has_value());
}

}  // namespace helper::test
