#include "ensure/server.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

TEST(Servers, AreOnePerName) {
  Servers servers;
  EXPECT_EQ(&servers.find("gpu1"), &servers.find("gpu1"));
  EXPECT_NE(&servers.find("gpu1"), &servers.find("gpu2"));
}

TEST(Server, SharesItsSessionsWhileAnybodyUsesThem) {
  Server server("gpu1");
  const auto control = server.control();
  const auto trunk = server.trunk();
  EXPECT_EQ(server.control(), control);
  EXPECT_EQ(server.trunk(), trunk);
  EXPECT_FALSE(trunk->is_local());
}

TEST(Server, LetsItsSessionsGoWithTheLastWhoUsesThemAndKeepsItsSecrets) {
  Server server("gpu1");
  const std::weak_ptr<ssh::Control> control = server.control();
  const std::weak_ptr<tunnel::Trunk> trunk = server.trunk();
  EXPECT_TRUE(control.expired());
  EXPECT_TRUE(trunk.expired());
  server.secrets()->keep("key", "secret");
  EXPECT_EQ(server.secrets()->find("key"), "secret");
}

TEST(Server, ThatIsThisMachineNeedsNoSession) { EXPECT_TRUE(Server("local").trunk()->is_local()); }

}  // namespace
}  // namespace helper::ensure
