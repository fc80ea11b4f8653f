#include "ensure/build_context.hpp"

#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class BuildContext : public testing::Test {
 protected:
  BuildContext() {
    build.context = folder_.path() / "context";
    write("Dockerfile", "FROM scratch\n");
  }
  void write(const std::string& name, const std::string& bytes) const {
    fs::create_directories((build.context / name).parent_path());
    std::ofstream(build.context / name) << bytes;
  }
  [[nodiscard]] Names names() const {
    Names found;
    for (const auto& file : list_context(build).value_or(std::vector<ContextFile>{})) found.push_back(file.name);
    return found;
  }
  [[nodiscard]] std::string print() const {
    engine::ContextMemory fresh;
    const auto inputs = build_inputs(build, fresh, {});
    EXPECT_FALSE(inputs.error) << to_text(*inputs.error);
    return inputs.print;
  }
  [[nodiscard]] fs::path folder() const { return folder_.path(); }

  config::BuildConfig build;

 private:
  test::TempFolder folder_;
};

TEST_F(BuildContext, HoldsWhatItsIgnoreFileLetsThroughAndTheDockerfileInAnyCase) {
  write(".dockerignore", "*\n!src\nsrc/*.log\n");
  write("data/big", "x");
  write("src/a.py", "x");
  write("src/a.log", "x");
  EXPECT_EQ(names(), (Names{".dockerignore", "Dockerfile", "src", "src/a.py"}));
  build.dockerfile = "docker/gpu.docker";
  write("docker/gpu.docker", "FROM scratch\n");
  write("docker/other", "x");
  EXPECT_EQ(names(), (Names{".dockerignore", "docker", "docker/gpu.docker", "src", "src/a.py"}));
}

TEST_F(BuildContext, ADockerfilesOwnIgnoreFileIsTakenInsteadOfTheFolders) {
  write(".dockerignore", "a\n");
  write("Dockerfile.dockerignore", "b\n");
  write("a", "x");
  write("b", "x");
  EXPECT_EQ(names(), (Names{".dockerignore", "Dockerfile", "Dockerfile.dockerignore", "a"}));
}

TEST_F(BuildContext, ALinkIsNeverFollowedAndAPipeIsLeftOut) {
  fs::create_directory_symlink("/etc", build.context / "etc");
  ASSERT_EQ(::mkfifo((build.context / "pipe").c_str(), 0600), 0);
  const auto files = list_context(build);
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 2u);
  EXPECT_EQ(files->back().kind, ContextFile::Kind::link);
  EXPECT_EQ(files->back().leads_to, "/etc");
}

TEST_F(BuildContext, WithoutItsDockerfileOrFolderItIsRefused) {
  build.dockerfile = "none";
  EXPECT_EQ(list_context(build).error().code, ErrorCode::config_invalid);
  build.context = folder() / "nowhere";
  EXPECT_EQ(list_context(build).error().code, ErrorCode::file_failed);
}

TEST_F(BuildContext, ItsPrintChangesWithBytesNamesModesAndSettingsAndNotWithTheTime) {
  write("a", "1");
  const std::string first = print();
  fs::last_write_time(build.context / "a", fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(print(), first);
  write("a", "2");
  const std::string bytes = print();
  EXPECT_NE(bytes, first);
  fs::permissions(build.context / "a", fs::perms::owner_all);
  const std::string mode = print();
  EXPECT_NE(mode, bytes);
  fs::rename(build.context / "a", build.context / "b");
  const std::string name = print();
  EXPECT_NE(name, mode);
  build.args["A"] = "1";
  const std::string argument = print();
  EXPECT_NE(argument, name);
  build.target = "dev";
  EXPECT_NE(print(), argument);
}

TEST_F(BuildContext, IsPackedAsGnuTarReadsIt) {
  write("src/a.py", "print(1)\n");
  fs::path packed;
  {
    const auto file = pack_context(build, {});
    ASSERT_TRUE(file) << to_text(file.error());
    packed = file->path();
    fs::create_directory(folder() / "out");
    ASSERT_EQ(std::system(("tar -C " + (folder() / "out").string() + " -xzf " + packed.string()).c_str()), 0);
  }
  EXPECT_FALSE(fs::exists(packed.parent_path())) << "it goes with its owner";
  EXPECT_TRUE(fs::is_regular_file(folder() / "out/src/a.py"));
  EXPECT_TRUE(fs::is_regular_file(folder() / "out/Dockerfile"));
}

TEST_F(BuildContext, IsCancelled) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(pack_context(build, stop.get_token()).error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace helper::ensure
