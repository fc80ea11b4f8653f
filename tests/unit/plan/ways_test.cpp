// Where the server reaches a port of the container.
#include "plan/ways.hpp"

#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

TEST(Reach, PrefersThePublishedPort) {
  Container container = test::container();
  EXPECT_EQ(reach(container, k_container_ssh_port), (Endpoint{"127.0.0.1", 49153}));
  EXPECT_EQ(reach(container, 6006), (Endpoint{"172.17.0.2", 6006}));
  container.address.clear();
  EXPECT_EQ(reach(container, 6006), std::nullopt);
}

TEST(WayToSshd, HasThePipeBesideTheAddressForWhenOthersKeepThatBusy) {
  const Observed observed = test::ready();
  const auto setup = sshd_setup(test::desired(), observed);
  ASSERT_TRUE(setup);
  const auto way = way_to_sshd(Engine{}, *observed.container, "centernet", *setup);
  const auto* door = std::get_if<SshDoor>(&way);
  ASSERT_NE(door, nullptr);
  EXPECT_EQ(door->address, (Endpoint{"127.0.0.1", 49153}));
  EXPECT_EQ(door->otherwise.name, "sshd in centernet by docker exec");
  EXPECT_TRUE(door->otherwise.command.ends_with(" /dev/helper/ssh/sbin/sshd -i -f /dev/helper/run/sshd_config"))
      << door->otherwise.command;
}

}  // namespace
}  // namespace helper::plan
