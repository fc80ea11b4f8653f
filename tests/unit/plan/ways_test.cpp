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

}  // namespace
}  // namespace helper::plan
