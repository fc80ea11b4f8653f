// The config's own commands, run by a real shell.
#include "inside/hooks.hpp"

#include "support/fake_server.hpp"
#include "support/golden.hpp"
#include "support/places.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace helper::inside {
namespace {

using test::FakeServer;

// post_create and post_start: the mark says that they ran; they run even where the mark cannot be written.
class Hooks : public testing::Test {
 protected:
  Hooks() {
    // HOME is the container's; its own layer and its memory are folders of the test's.
    server.program("docker", std::string(R"py(#!/usr/bin/env python3
import os, sys
here = os.path.dirname(os.path.dirname(os.path.abspath(sys.argv[0])))
words = sys.argv[sys.argv.index("--") + 2:]
words = [w.replace("/var/lib/helper", here + "/layer/helper").replace("/dev/helper/run", here + "/memory") for w in words]
os.environ["HOME"] = here + "/home"
os.execvp(words[0], words)
)py"));
  }
  Result<void> run(const std::vector<std::string>& lines, bool own_marks = true,
                   config::EnvProbe probe = config::EnvProbe::none,
                   const std::map<std::string, std::string>& env = {}) {
    const auto hear = [this](std::string_view text) { said += text; };
    return run_hooks(server.runner, test::docker_place("c"), env,
                     {plan::RunHooks::Moment::create, "root", "", "run-1", lines, own_marks, probe}, hear, {});
  }
  [[nodiscard]] std::string mark_in(const char* folder) const {
    const auto path = server.folder() / folder / "post_create";
    return test::fs::exists(path) ? helper::test::read_file(path) : "";
  }
  static constexpr const char* k_layer = "layer/helper";
  static constexpr const char* k_memory = "memory";
  FakeServer server;
  std::string said;
};

TEST_F(Hooks, LeaveTheirMarkInTheContainersOwnLayerAndNothingInTheHome) {
  const auto done = run({"true", "echo x > made"});
  ASSERT_TRUE(done) << to_text(done.error());
  EXPECT_EQ(mark_in(k_layer), "run-1\n");
  EXPECT_FALSE(test::fs::exists(server.home() / ".local"));
}

TEST_F(Hooks, HaveThePathOfTheUsersShell) {
  server.write("home/.profile", "echo noise; export PATH=/opt/tools/bin:$PATH WORDS=\"a 'b'\nc\"\n");
  const std::string check = "test \"$WORDS\" = \"a 'b'\nc\" && case $PATH in /opt/tools/bin:*) ;; *) exit 7 ;; esac";
  const auto done = run({check}, true, config::EnvProbe::login);
  EXPECT_TRUE(done) << to_text(done.error()) << said;
  EXPECT_TRUE(run({check}, true, config::EnvProbe::login_interactive)) << said;
  EXPECT_FALSE(run({check})) << "no probe was wanted";
  EXPECT_TRUE(run({"test \"$PATH\" = /only:/usr/bin:/bin && test \"$A\" = x/opt"}, true, config::EnvProbe::login,
                  {{"PATH", "/only:/usr/bin:/bin"}, {"A", "x${containerEnv:BASE}/opt"}}))
      << "remoteEnv wins: " << said;
}

TEST_F(Hooks, HaveWhatAnInteractiveShellReads) {
  server.write("home/.bashrc", "export FROM_BASHRC=yes\n");
  EXPECT_TRUE(run({"test \"$FROM_BASHRC\" = yes"}, true, config::EnvProbe::interactive)) << said;
  EXPECT_TRUE(run({"test -z \"$FROM_BASHRC\""}, true, config::EnvProbe::login)) << said;
}

TEST_F(Hooks, RunAlsoWhereAStartFileReadsFailsOrEndsTheShell) {
  for (const char* file : {"read -r line; cat; export OK=yes\n", "false; nosuchcommand; export OK=yes\n"}) {
    server.write("home/.profile", file);
    EXPECT_TRUE(run({"test \"$OK\" = yes"}, true, config::EnvProbe::login)) << file << said;
  }
  for (const char* file : {"exit 3\n", "exec true\n", "kill -9 $$\n"}) {
    server.write("home/.profile", file);
    said.clear();
    EXPECT_TRUE(run({"echo it ran"}, true, config::EnvProbe::login)) << file;
    EXPECT_NE(said.find("the commands run without what its start files set"), std::string::npos) << file << said;
    EXPECT_NE(said.find("it ran"), std::string::npos) << file << said;
  }
}

TEST_F(Hooks, WaitForAStartFileThatNeverEndsNoLongerThanTheLimit) {
  server.write("home/.profile", "sleep 3000\n");
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(run({"echo it ran"}, true, config::EnvProbe::login)) << said;
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(60));
  EXPECT_NE(said.find("did not answer within 10 s"), std::string::npos) << said;
}

TEST_F(Hooks, ThatFailSayHowAndLeaveNoMark) {
  for (const int status : {1, 7, 199, 200, 201}) {
    const auto done = run({"echo no such package; exit " + std::to_string(status)});
    ASSERT_FALSE(done) << status;
    EXPECT_NE(done.error().cause.find("no such package"), std::string::npos);
  }
  EXPECT_EQ(mark_in(k_layer) + mark_in(k_memory), "");
}

TEST_F(Hooks, OfAContainerWhoseLayerCannotBeWrittenAreMarkedInMemoryAndNeverSaidToHaveFailed) {
  server.write("layer", "a file where the folder should be");
  auto done = run({"true"});
  ASSERT_TRUE(done) << to_text(done.error());
  EXPECT_EQ(mark_in(k_memory), "run-1\n");

  test::fs::remove_all(server.folder() / k_memory);
  server.write(k_memory, "a file where the folder should be");
  done = run({"true"});
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().thing.find("post_create has run"), std::string::npos) << to_text(done.error());
}

TEST_F(Hooks, LeaveNoMarkInAFolderThatIsTheServers) {
  const auto done = run({"true"}, false);
  ASSERT_TRUE(done) << to_text(done.error());
  EXPECT_EQ(mark_in(k_layer), "");
  EXPECT_EQ(mark_in(k_memory), "run-1\n");
}

}  // namespace
}  // namespace helper::inside
