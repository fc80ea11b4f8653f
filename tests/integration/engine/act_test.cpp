// The commands that change a server, run by a real shell.
#include "engine/act.hpp"

#include "engine/logs.hpp"
#include "support/fake_server.hpp"
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
  EXPECT_EQ(*made, "0123456789abcdef");
  const auto argv = helper::test::read_file(server.folder() / "docker.log");
  EXPECT_NE(argv.find("io.helper.of.container=0123456789abcdef\n--\nhelper-of-0123456789ab\n"), std::string::npos)
      << argv;
  EXPECT_EQ(argv.find("BEGIN"), std::string::npos);
  EXPECT_EQ(argv.find("s3cret"), std::string::npos);
}

TEST(CreateContainer, WithoutItsRecordIsAnErrorAboutTheRecord) {
  FakeServer server;
  server.program("docker",
                 "#!/bin/sh\n[ \"$1\" = create ] && { echo WARNING; echo 0123456789abcdef; exit; }\n"
                 "echo \"Error response from daemon: create $*: no space left on device\" >&2; exit 1\n");
  const auto made = create_container(server.runner, {}, plan::desired_state({}, plan::Power::running),
                                     {"c", "a:1", plan::GpuWay::none, "", std::nullopt}, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().thing, "the container's record");
  EXPECT_NE(made.error().cause.find("-- helper-of-0123456789ab: no space left"), std::string::npos)
      << made.error().cause;
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
  EXPECT_EQ(stop_container(server.runner, {}, "c", {}).error().cause,
            "it failed with exit status 9 and printed nothing");
}

TEST(ContainerLogs, AreBothStreamsAndTheLastLinesOnly) {
  FakeServer server;
  server.program("docker", "#!/bin/sh\necho out; echo err >&2; echo \"$@\"\n");
  EXPECT_EQ(container_logs(server.runner, {}, "c", 7, {}), "out\nerr\nlogs --tail 7 -- c\n");
}

}  // namespace
}  // namespace helper::engine
