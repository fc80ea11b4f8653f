#include "support/pipe_contract.hpp"
#include "support/ssh_tunnels.hpp"
#include "tunnel/tunnel_set.hpp"

namespace helper::test {
namespace {

class LocalPipes final : public PipeRig {
 public:
  tunnel::TunnelSet& tunnels() override { return tunnels_; }

 private:
  tunnel::Tunnels tunnels_{nullptr};
};

class SshPipes final : public PipeRig {
 public:
  explicit SshPipes(const std::string& more = {}) : rig_({more, {"ed25519"}}) {}
  tunnel::TunnelSet& tunnels() override { return *rig_.tunnels; }

 private:
  SshTunnelsRig rig_;
};

// As with a shell start file that prints something, and with room for few commands in a session.
constexpr const char* k_noisy =
    "MaxSessions 5\nForceCommand printf 'Welcome, '; echo noise >&2; eval \"$SSH_ORIGINAL_COMMAND\"\n";

}  // namespace

INSTANTIATE_TEST_SUITE_P(Every, PipeContract,
                         ::testing::Values(PipeCase{"OnThisMachine", [] { return std::make_unique<LocalPipes>(); }},
                                           PipeCase{"BySsh", [] { return std::make_unique<SshPipes>(); }},
                                           PipeCase{"ByANoisySshWithLittleRoom",
                                                    [] { return std::make_unique<SshPipes>(k_noisy); }}),
                         [](const auto& each) { return each.param.name; });

}  // namespace helper::test
