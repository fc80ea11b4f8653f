// What a real ssh-agent is known to hold.
#include "ensure/ssh_client.hpp"
#include "support/sshd.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace helper::ensure {
namespace {

TEST(AgentHolds, TheKeyThatWasAddedAndNoOther) {
  const test::TempFolder folder;
  const auto file = [&](const char* name) { return (folder.path() / name).string(); };
  const std::string socket = file("agent");
  const test::Child agent({"ssh-agent", "-D", "-a", socket}, "/dev/null");
  for (int i = 0; i < 500 && !std::filesystem::exists(socket); ++i) std::this_thread::sleep_for(Milliseconds(10));
  for (const char* name : {"added", "other"})
    test::must_run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", file(name)});
  test::must_run({"env", "SSH_AUTH_SOCK=" + socket, "ssh-add", "-q", file("added")});
  const std::string added = test::read_file(file("added.pub"));

  OpenSshClient client;
  EXPECT_FALSE(client.agent_holds(added, "")) << "there is no agent";
  EXPECT_TRUE(client.agent_holds(added, socket));
  EXPECT_FALSE(client.agent_holds(test::read_file(file("other.pub")), socket));
  EXPECT_FALSE(client.agent_holds(added, file("nobody")));
}

}  // namespace
}  // namespace helper::ensure
