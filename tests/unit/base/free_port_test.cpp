#include "base/free_port.hpp"

#include "base/fd.hpp"
#include "support/tcp.hpp"

#include <gtest/gtest.h>

namespace helper {
namespace {

TEST(FreePort, APortThatIsListenedOnIsPassedOverAndSoIsOneThatMayNotBe) {
  const Fd listener = test::listen_anywhere();
  const std::uint16_t taken = test::port_of(listener.get());
  EXPECT_FALSE(is_free_port(taken));
  const auto next = free_port_from(taken);
  ASSERT_TRUE(next);
  EXPECT_GT(*next, taken);
  const auto other = free_port_from(taken, [&](std::uint16_t port) { return port != *next; });
  ASSERT_TRUE(other);
  EXPECT_NE(*other, *next);
}

TEST(FreePort, NoneIsFoundAboveTheLastPort) {
  EXPECT_EQ(free_port_from(65'535, [](std::uint16_t) { return false; }), std::nullopt);
}

}  // namespace
}  // namespace helper
