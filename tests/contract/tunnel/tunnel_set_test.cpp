#include "tunnel/tunnel_set.hpp"

#include "support/fake_tunnel_set.hpp"
#include "support/tcp.hpp"
#include "support/tunnel_set_contract.hpp"

namespace helper::test {
namespace {

class FakeRig final : public TunnelSetRig {
 public:
  tunnel::TunnelSet& tunnels() override { return tunnels_; }
  std::uint16_t held_port() override {
    tunnels_.set_held(4711, "python3 (pid 1)");
    return 4711;
  }

 private:
  FakeTunnelSet tunnels_;
};

class RealRig final : public TunnelSetRig {
 public:
  explicit RealRig(tunnel::Tunnels::Dial dial) : tunnels_(std::move(dial)) {}
  tunnel::TunnelSet& tunnels() override { return tunnels_; }
  std::uint16_t held_port() override { return port_of(holder_.get()); }

 private:
  Fd holder_ = listen_anywhere();
  tunnel::Tunnels tunnels_;
};

Result<std::unique_ptr<ssh::Session>> nobody_there(const std::stop_token&) {
  return fail(ErrorCode::server_unreachable, "gpu1", "it does not answer");
}

// One of two that share a trunk.
class SharingRig final : public TunnelSetRig {
 public:
  tunnel::TunnelSet& tunnels() override { return tunnels_; }
  std::uint16_t held_port() override { return port_of(holder_.get()); }

 private:
  Fd holder_ = listen_anywhere();
  std::shared_ptr<tunnel::Trunk> trunk_ = std::make_shared<tunnel::Trunk>(tunnel::Trunk::To::a_server);
  tunnel::Tunnels tunnels_{trunk_, nobody_there};
  tunnel::Tunnels other_{trunk_, nobody_there};
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(
    Every, TunnelSetContract,
    ::testing::Values(TunnelSetCase{"FakeTunnelSet", [] { return std::make_unique<FakeRig>(); }},
                      TunnelSetCase{"ToThisMachine", [] { return std::make_unique<RealRig>(nullptr); }},
                      TunnelSetCase{"ToAServerThatIsAway", [] { return std::make_unique<RealRig>(nobody_there); }},
                      TunnelSetCase{"SharingItsWay", [] { return std::make_unique<SharingRig>(); }}),
    [](const auto& each) { return each.param.name; });

}  // namespace helper::test
