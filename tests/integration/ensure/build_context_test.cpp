#include "ensure/build_context.hpp"

#include "ensure/apply.hpp"
#include "support/fake_command_runner.hpp"
#include "support/fake_file_store.hpp"
#include "support/fake_jupyter_api.hpp"
#include "support/fake_ssh_client.hpp"
#include "support/fake_tunnel_set.hpp"
#include "support/manual_clock.hpp"
#include "support/scoped_env.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>
#include <thread>

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
  [[nodiscard]] std::string fingerprint() const {
    ContextMemory fresh;
    const auto inputs = build_inputs(build, fresh, {});
    EXPECT_FALSE(inputs.error) << to_text(*inputs.error);
    return inputs.fingerprint;
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

// Before anything is sent.
TEST_F(BuildContext, ADockerfileThatIsNoFileIsRefusedWithWhatItIs) {
  write("docker/Dockerfile", "FROM scratch\n");
  write("empty/x", "");
  fs::create_symlink("docker/Dockerfile", build.context / "good");
  fs::create_symlink("nosuch", build.context / "dangling");
  fs::create_symlink("../outside", build.context / "out");
  fs::create_symlink("/etc/passwd", build.context / "absolute");
  fs::create_symlink("docker", build.context / "to_folder");
  const auto refused = [&](const char* name) {
    build.dockerfile = name;
    const auto files = list_context(build);
    return files ? std::string() : files.error().cause + " / " + files.error().fix;
  };
  EXPECT_EQ(refused("good"), "");
  EXPECT_EQ(refused("docker/Dockerfile"), "");
  EXPECT_EQ(refused("docker"),
            "it is a folder, and a Dockerfile is a file / write in helper.json: \"dockerfile\": \"docker/Dockerfile\"");
  EXPECT_TRUE(refused("empty").starts_with("it is a folder, and a Dockerfile is a file / name another in helper.json"));
  EXPECT_TRUE(refused("to_folder").starts_with("it is a folder"));
  EXPECT_TRUE(refused("dangling").starts_with("it is a link to nosuch, which is not there"));
  EXPECT_TRUE(refused("out").starts_with("it is a link to ../outside, and only what is in "));
  EXPECT_TRUE(refused("absolute").starts_with("it is a link to /etc/passwd, and only what is in "));
}

TEST_F(BuildContext, ItsPrintChangesWithBytesNamesModesAndSettingsAndNotWithTheTime) {
  write("a", "1");
  const std::string first = fingerprint();
  fs::last_write_time(build.context / "a", fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(fingerprint(), first);
  write("a", "2");
  const std::string bytes = fingerprint();
  EXPECT_NE(bytes, first);
  fs::permissions(build.context / "a", fs::perms::owner_all);
  const std::string mode = fingerprint();
  EXPECT_NE(mode, bytes);
  fs::rename(build.context / "a", build.context / "b");
  const std::string name = fingerprint();
  EXPECT_NE(name, mode);
  build.args["A"] = "1";
  const std::string argument = fingerprint();
  EXPECT_NE(argument, name);
  build.target = "dev";
  EXPECT_NE(fingerprint(), argument);
}

TEST_F(BuildContext, IsPackedAsGnuTarReadsItAndNothingOfItStandsInTheFolderForTemporaryFiles) {
  write("src/a.py", "print(1)\n");
  fs::create_directory(folder() / "tmp");
  const test::ScopedEnv temporary("TMPDIR", (folder() / "tmp").string());
  const auto file = pack_context(build, {});
  ASSERT_TRUE(file) << to_text(file.error());
  EXPECT_TRUE(fs::is_empty(folder() / "tmp")) << "a kill -9 now would leave it there";
  std::ofstream(folder() / "copy.tar.gz") << std::ifstream(file->path()).rdbuf();
  fs::create_directory(folder() / "out");
  const std::string extract = "tar -C " + (folder() / "out").string() + " -xzf " + (folder() / "copy.tar.gz").string();
  ASSERT_EQ(std::system(extract.c_str()), 0);
  EXPECT_TRUE(fs::is_regular_file(folder() / "out/src/a.py"));
  EXPECT_TRUE(fs::is_regular_file(folder() / "out/Dockerfile"));
}

// A log that grows, __pycache__ and an IDE's own files come, change and go while the context is read.
TEST_F(BuildContext, ThatChangesWhileItIsReadAndPackedIsTakenAsItIsFound) {
  for (int i = 0; i < 200; ++i) write("cache/" + std::to_string(i), std::string(20'000, 'x'));
  std::jthread busy([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i) {
      const std::string name = "cache/" + std::to_string(i % 200);
      switch (i % 4) {
        case 0:
          fs::remove(build.context / name);
          break;
        case 1:
          write(name, std::string(static_cast<std::size_t>(i % 50'000), 'y'));
          break;
        case 2:
          fs::remove_all(build.context / "idea");
          break;
        default:
          write("idea/" + std::to_string(i % 7), "z");
          break;
      }
    }
  });
  fs::create_directory(folder() / "out");
  for (int i = 0; i < 20; ++i) {
    ContextMemory fresh;
    const auto inputs = build_inputs(build, fresh, {});
    EXPECT_FALSE(inputs.error) << to_text(*inputs.error);
    const auto file = pack_context(build, {});
    ASSERT_TRUE(file) << to_text(file.error());
    std::ofstream(folder() / "copy.tar.gz") << std::ifstream(file->path()).rdbuf();
    ASSERT_EQ(std::system(("tar -tzf " + (folder() / "copy.tar.gz").string() + " > /dev/null").c_str()), 0);
  }
}

TEST_F(BuildContext, IsCancelled) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(pack_context(build, stop.get_token()).error().code, ErrorCode::cancelled);
}

TEST_F(BuildContext, IsNotSentWhenTheConfigIsNoLongerApproved) {
  for (const int good : {0, 1}) {  // answers before the one that says no: before it is packed, before it is sent
    helper::test::FakeCommandRunner runner;
    helper::test::FakeTunnelSet tunnels;
    helper::test::FakeFileStore files;
    helper::test::ManualClock clock;
    helper::test::FakeJupyterApi jupyter;
    helper::test::FakeSshClient ssh;
    const Paths paths{"/home/me", "/run/me", "/data/helper", "/state", "/config.json"};
    config::Target target;
    target.name = "t1";
    target.server = "gpu1";
    target.container.build = build;
    int asked = 0;
    const std::stop_token never;
    Beside beside(runner, nullptr, clock, never);
    const auto done = apply(
        {runner, tunnels, files, clock, jupyter, ssh}, paths, plan::desired_state(target, plan::Power::running), {},
        std::nullopt, plan::BuildImage{"helper/t1", "p"}, beside, [](std::string_view) {}, never,
        [&]() -> Result<void> {
          if (asked++ < good) return {};
          return fail(ErrorCode::config_untrusted, "helper.json", "it has changed");
        });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::config_untrusted);
    EXPECT_EQ(asked, good + 1);
    EXPECT_TRUE(runner.commands().empty());
  }
}

}  // namespace
}  // namespace helper::ensure
