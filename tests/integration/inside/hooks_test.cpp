// The config's own commands, run by a real shell.
#include "inside/hooks.hpp"

#include "support/fake_server.hpp"
#include "support/golden.hpp"
#include "support/places.hpp"

#include <gtest/gtest.h>

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
  Result<void> run(const std::vector<std::string>& lines, bool own_marks = true) {
    return run_hooks(server.runner, test::docker_place("c"), {},
                     {plan::RunHooks::Moment::create, "root", "", "run-1", lines, own_marks}, {}, {});
  }
  [[nodiscard]] std::string mark_in(const char* folder) const {
    const auto path = server.folder() / folder / "post_create";
    return test::fs::exists(path) ? helper::test::read_file(path) : "";
  }
  static constexpr const char* k_layer = "layer/helper";
  static constexpr const char* k_memory = "memory";
  FakeServer server;
};

TEST_F(Hooks, LeaveTheirMarkInTheContainersOwnLayerAndNothingInTheHome) {
  const auto done = run({"true", "echo x > made"});
  ASSERT_TRUE(done) << to_text(done.error());
  EXPECT_EQ(mark_in(k_layer), "run-1\n");
  EXPECT_FALSE(test::fs::exists(server.home() / ".local"));
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
