// The promises of TunnelSet as one test suite, to be run on every TunnelSet there is.
#pragma once

#include "support/sshd.hpp"
#include "tunnel/tunnels.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

namespace helper::test {

// A TunnelSet, and a port that another program holds.
class TunnelSetRig {
 public:
  virtual ~TunnelSetRig() = default;
  virtual tunnel::TunnelSet& tunnels() = 0;
  virtual std::uint16_t held_port() = 0;
};

struct TunnelSetCase {
  std::string name;
  std::function<std::unique_ptr<TunnelSetRig>()> make;
};

class TunnelSetContract : public ::testing::TestWithParam<TunnelSetCase> {
 protected:
  tunnel::TunnelSet& tunnels() { return rig_->tunnels(); }
  std::unique_ptr<TunnelSetRig> rig_ = GetParam().make();
  std::uint16_t port_ = free_port();
};

TEST_P(TunnelSetContract, ANewSetHasNoTunnels) { EXPECT_TRUE(tunnels().status().empty()); }

TEST_P(TunnelSetContract, AnOpenPortIsListedAndLeadsNowhereYet) {
  ASSERT_TRUE(tunnels().open(port_, "ssh"));
  const auto all = tunnels().status();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].local_port, port_);
  EXPECT_EQ(all[0].name, "ssh");
  EXPECT_FALSE(all[0].remote);
  EXPECT_EQ(all[0].connections, 0U);
}

TEST_P(TunnelSetContract, OpeningAPortTwiceChangesNothing) {
  ASSERT_TRUE(tunnels().open(port_, "ssh"));
  ASSERT_TRUE(tunnels().point(port_, Endpoint{"127.0.0.1", 49153}));
  ASSERT_TRUE(tunnels().open(port_, "ssh"));
  const auto all = tunnels().status();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].remote, Remote(Endpoint{"127.0.0.1", 49153}));
}

TEST_P(TunnelSetContract, APortCanBeLedElsewhere) {
  ASSERT_TRUE(tunnels().open(port_, "ssh"));
  ASSERT_TRUE(tunnels().point(port_, Endpoint{"127.0.0.1", 49153}));
  ASSERT_TRUE(tunnels().point(port_, Endpoint{"127.0.0.1", 49154}));
  EXPECT_EQ(tunnels().status().at(0).remote, Remote(Endpoint{"127.0.0.1", 49154}));
}

TEST_P(TunnelSetContract, APortThatIsNotOpenLeadsNowhere) {
  const auto done = tunnels().point(port_, Endpoint{"127.0.0.1", 49153});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::tunnel_failed);
}

TEST_P(TunnelSetContract, ClosingForgetsThePortAndItCanBeOpenedAgain) {
  ASSERT_TRUE(tunnels().open(port_, "ssh"));
  tunnels().close(port_);
  EXPECT_TRUE(tunnels().status().empty());
  tunnels().close(port_);
  EXPECT_TRUE(tunnels().open(port_, "jupyter"));
}

TEST_P(TunnelSetContract, APortThatAnotherProgramHoldsIsBusyAndNotListed) {
  const auto done = tunnels().open(rig_->held_port(), "ssh");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::port_busy);
  EXPECT_NE(done.error().cause.find("held by"), std::string::npos) << done.error().cause;
  EXPECT_TRUE(tunnels().status().empty());
}

TEST_P(TunnelSetContract, StartingIsHarmlessAtAnyTime) {
  tunnels().start();
  ASSERT_TRUE(tunnels().open(port_, "ssh"));
  tunnels().start();
  EXPECT_EQ(tunnels().status().size(), 1U);
}

}  // namespace helper::test
