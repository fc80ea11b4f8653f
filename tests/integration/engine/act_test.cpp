// The commands that change a server, run by a real shell.
#include "engine/act.hpp"

#include "engine/logs.hpp"
#include "engine/record.hpp"
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

// The engine makes a volume that is not there when one asks for a container with it.
TEST(RecordHostKeys, OfARecordThatWentMeanwhileMakesNoOther) {
  FakeServer server;
  server.program("docker", R"sh(#!/bin/sh
here=${0%/bin/docker}
case "$1 $2" in
  "volume inspect") [ -f "$here/volume" ] && cat "$here/volume" ;;
  "volume rm") rm "$here/volume" ;;
  create*) cat "$here/next" > "$here/volume"; echo lender ;;
  cp*) cat > "$here/tar" ;;
  rm*) touch "$here/lender-removed" ;;
esac
)sh");
  const auto record = [&] { return record_host_keys(server.runner, {}, "0123456789abcdef", "a:1", "KEYS\n", {}); };
  server.write("next", "yes\n");
  const auto gone = record();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().cause, "volume helper-of-0123456789ab has been removed");
  EXPECT_FALSE(std::filesystem::exists(server.folder() / "tar"));

  server.write("volume", "yes\n");
  ASSERT_TRUE(record());
  EXPECT_NE(helper::test::read_file(server.folder() / "tar").find("KEYS\n"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(server.folder() / "lender-removed"));
  EXPECT_TRUE(std::filesystem::exists(server.folder() / "volume"));

  // Removed between the question and the creation: the new one has no labels.
  server.write("next", "\n");
  ASSERT_TRUE(record());
  EXPECT_FALSE(std::filesystem::exists(server.folder() / "volume")) << "the one that was made for the lender is left";
}

TEST(PullImage, PassesOnItsProgressAndItsFailure) {
  FakeServer server;
  server.program(
      "docker",
      "#!/bin/sh\nif [ \"$1\" = images ]; then echo a:2; echo b:1; exit; fi\n"
      "echo '0123456789ab: Pulling fs layer'; echo 'Error response from daemon: pull access denied' >&2; exit 1\n");
  std::string progress;
  const auto pulled = pull_image(server.runner, {}, {"a:1"}, [&](std::string_view piece) { progress += piece; }, {});
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().code, ErrorCode::image_missing);
  EXPECT_EQ(pulled.error().cause, "the server does not have it and cannot pull it: pull access denied");
  EXPECT_EQ(pulled.error().fix.find("the server has a:2: name one that is there in helper.json"), 0U)
      << pulled.error().fix;
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
