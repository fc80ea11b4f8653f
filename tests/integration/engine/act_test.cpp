// The commands that change a server, run by a real shell.
#include "engine/act.hpp"

#include "engine/act_user.hpp"
#include "integration/engine/fake_server.hpp"
#include "support/golden.hpp"

#include <gtest/gtest.h>

namespace helper::engine {
namespace {

using test::FakeServer;

TEST(CreateContainer, HandsTheEnvironmentOverOnStandardInputHoweverManyLinesAValueHas) {
  FakeServer server;
  config::Target target;
  target.name = "c";
  target.container.name = "c";
  target.container.image = "a:1";
  const std::string key = "-----BEGIN KEY-----\n a\\nb\\\\c %s %b $(id) `id` \"q\" 'q'\r\n\n-----END KEY-----\n\n";
  target.container.env = {{"KEY", key}, {"TOKEN", "s3cret'; id #"}};
  const auto desired = plan::desired_state(target, plan::Power::running);
  const auto made =
      create_container(server.runner, {}, desired, {"c", "a:1", plan::GpuWay::none, "", std::nullopt}, {});
  ASSERT_TRUE(made) << to_text(made.error());
  EXPECT_EQ(helper::test::read_file(server.folder() / "KEY"), key);
  EXPECT_EQ(helper::test::read_file(server.folder() / "stdin"), "TOKEN=s3cret'; id #\n");
  const auto argv = helper::test::read_file(server.folder() / "docker.log");
  EXPECT_EQ(argv.find("BEGIN"), std::string::npos);
  EXPECT_EQ(argv.find("s3cret"), std::string::npos);
}

TEST(CreateContainer, IsAnErrorInTheEnginesOwnWords) {
  FakeServer server;
  server.program("docker", "#!/bin/sh\necho 'Error response from daemon: Conflict. The name is in use.' >&2; exit 1\n");
  const auto desired = plan::desired_state({}, plan::Power::running);
  const auto made =
      create_container(server.runner, {}, desired, {"c", "a:1", plan::GpuWay::none, "", std::nullopt}, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::container_failed);
  EXPECT_EQ(made.error().cause, "Conflict. The name is in use");
}

TEST(PullImage, PassesOnItsProgressAndItsFailure) {
  FakeServer server;
  server.program("docker",
                 "#!/bin/sh\necho '0123456789ab: Pulling fs layer'; echo 'Error response from daemon: pull access "
                 "denied' >&2; exit 1\n");
  std::string progress;
  const auto pulled = pull_image(server.runner, {}, {"a:1"}, [&](std::string_view piece) { progress += piece; }, {});
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().code, ErrorCode::image_missing);
  EXPECT_EQ(pulled.error().cause, "pull access denied");
  EXPECT_EQ(progress, "0 of 1 layers");
}

TEST(AnyChange, ThatSaysNothingWhenItFailsIsSaidToBeSo) {
  FakeServer server;
  server.program("docker", "#!/bin/sh\nexit 9\n");
  EXPECT_EQ(stop_container(server.runner, {}, "c", {}).error().cause, "it failed with exit status 9 and said nothing");
}

TEST(ContainerLogs, AreBothStreamsAndTheLastLinesOnly) {
  FakeServer server;
  server.program("docker", "#!/bin/sh\necho out; echo err >&2; echo \"$@\"\n");
  EXPECT_EQ(container_logs(server.runner, {}, "c", 7, {}), "out\nerr\nlogs --tail 7 -- c\n");
}

// post_create and post_start: the mark says that they ran, and where it can be is no question of whether they did.
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
    return run_hooks(server.runner, {}, "c", {},
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
}  // namespace helper::engine
