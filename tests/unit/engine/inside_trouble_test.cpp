#include "engine/probe.hpp"

#include <gtest/gtest.h>

namespace helper::engine {
namespace {

// What Docker 20.10 and Podman 4.3 say of `exec`.
TEST(InsideTrouble, IsWhatTheEngineSays) {
  const auto full = inside_trouble(
      "OCI runtime exec failed: open /tmp/runc-process123: no space left on device: unknown\n", "docker", "dcase");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->code, ErrorCode::container_failed);
  EXPECT_EQ(
      full->cause,
      "the engine cannot run a program in it: OCI runtime exec failed: open /tmp/runc-process123: no space left on "
      "device: unknown");
  EXPECT_EQ(full->fix, "make room; to see what is full, on the server: df -h / /tmp /run /var/lib");
  const auto other = inside_trouble("Error: OCI runtime error: crun: write pids: Resource temporarily unavailable\n",
                                    "podman", "dcase");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->fix, "on the server, look at: podman exec dcase sh -c :");
}

TEST(InsideTrouble, IsNoneWhereTheImageHasNoShell) {
  for (const char* said :
       {"", "\n",
        "OCI runtime exec failed: exec failed: container_linux.go:380: starting container process caused: exec: "
        "\"sh\": executable file not found in $PATH: unknown\n",
        "Error: crun: executable file `sh` not found in $PATH: No such file or directory: OCI runtime attempted to "
        "invoke a command that was not found\n"}) {
    EXPECT_FALSE(inside_trouble(said, "docker", "dcase")) << said;
  }
}

std::optional<InsideAnswer> answer_of(const std::string& sections) {
  config::Target target;
  target.container.name = "dcase";
  const auto desired = plan::desired_state(target, plan::Power::running);
  const std::string container = R"({"Id":"c0","State":{"Status":"running"},"Config":{"Image":"i:1"}})";
  const auto answer = read_probe("@helper-0 program_docker 1\n\n@helper-0 container 0\n" + container + "\n" + sections,
                                 "@helper-0", desired);
  return answer ? answer->inside : std::nullopt;
}

TEST(ReadProbe, TellsWhatBecameOfAContainerThatEndedWhileItWasLookedInto) {
  const auto answer = answer_of(
      "@helper-0 look_full 0\n\n@helper-0 inside 0\n\n@helper-0 inside_end 1\n\n@helper-0 inside_said 0\n"
      "Error response from daemon: Container c0 is restarting, wait until the container is running\n"
      "@helper-0 inside_after 0\nrestarting 1 3\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->after, plan::ContainerState::restarting);
  EXPECT_EQ(answer->exit_code, 1);
  EXPECT_NE(answer->said.find("is restarting"), std::string::npos);
  for (const char* words : {"", "{}", "exited", "exited none 3", R"({"Id": "c0"} 1 2 3)"}) {
    const auto none = answer_of(
        std::string("@helper-0 inside 0\n\n@helper-0 inside_end 1\n\n@helper-0 inside_after 0\n") + words + "\n");
    ASSERT_TRUE(none) << words;
    EXPECT_FALSE(none->after) << words;
  }
}

}  // namespace
}  // namespace helper::engine
