#include "plan/desired.hpp"

#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace helper::plan {
namespace {

using Change = std::function<void(config::Target&)>;

std::string hash_after(const Change& change) {
  config::Target target = test::target();
  change(target);
  return desired_state(target, Power::running).spec_hash;
}

TEST(DesiredState, ListsATunnelForSshJupyterAndEachForward) {
  config::Target target = test::target();
  target.jupyter->local_port = 9999;
  target.forwards = {{16006, 6006}, {7777, 7777}};
  EXPECT_EQ(desired_state(target, Power::running).tunnels,
            (std::vector<DesiredTunnel>{{"ssh", 2222, k_container_ssh_port},
                                        {"jupyter", 9999, 8888},
                                        {"port 6006", 16006, 6006},
                                        {"port 7777", 7777, 7777}}));
  target.jupyter = std::nullopt;
  target.forwards.clear();
  EXPECT_EQ(desired_state(target, Power::running).tunnels,
            (std::vector<DesiredTunnel>{{"ssh", 2222, k_container_ssh_port}}));
}

TEST(DesiredState, KeepsTheConfigAndThePower) {
  const Desired desired = desired_state(test::target(), Power::absent);
  EXPECT_EQ(desired.target, test::target());
  EXPECT_EQ(desired.power, Power::absent);
}

TEST(SpecHash, IsTheSameForTheSameConfigAndStaysSo) {
  EXPECT_EQ(test::desired().spec_hash, test::desired(Power::absent).spec_hash);
  EXPECT_EQ(test::desired().spec_hash.size(), 16U);
  EXPECT_EQ(test::desired().spec_hash.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(SpecHash, IsAnotherForEachFieldThatOnlyCreationSets) {
  const std::vector<Change> changes{[](auto& t) { t.container.image = "centernet:1.3"; },
                                    [](auto& t) { t.container.hostname = "box"; },
                                    [](auto& t) { t.container.gpus = "none"; },
                                    [](auto& t) { t.container.gpus = "1"; },
                                    [](auto& t) { t.container.runtime = "nvidia"; },
                                    [](auto& t) { t.container.shm_size = "1g"; },
                                    [](auto& t) {
                                      t.container.ulimits["memlock"] = {-1, -1};
                                    },
                                    [](auto& t) {
                                      t.container.ulimits["memlock"] = {1, -1};
                                    },
                                    [](auto& t) { t.container.privileged = true; },
                                    [](auto& t) { t.container.mounts = {"/a:/b"}; },
                                    [](auto& t) {
                                      t.container.mounts = {"/a:/b", "/c:/d"};
                                    },
                                    [](auto& t) {
                                      t.container.mounts = {"/c:/d", "/a:/b"};
                                    },
                                    [](auto& t) { t.container.ports = {"8080:80"}; },
                                    [](auto& t) { t.container.env["A"] = "b"; },
                                    [](auto& t) { t.container.env["B"] = "b"; },
                                    [](auto& t) {
                                      t.container.command = std::vector<std::string>{"sleep", "infinity"};
                                    },
                                    [](auto& t) { t.container.command = std::vector<std::string>{}; },
                                    [](auto& t) { t.container.restart = "no"; },
                                    [](auto& t) { t.container.extra_args = {"--ipc=host"}; },
                                    [](auto& t) { t.jupyter->port = 8889; },
                                    [](auto& t) { t.jupyter = std::nullopt; },
                                    [](auto& t) {
                                      t.forwards = {{6006, 6006}};
                                    }};
  std::set<std::string> hashes{test::desired().spec_hash};
  for (std::size_t i = 0; i < changes.size(); ++i) EXPECT_TRUE(hashes.insert(hash_after(changes[i])).second) << i;
}

TEST(SpecHash, IsTheSameForEachFieldThatARunningContainerCanDoWithout) {
  const std::vector<Change> changes{[](auto& t) { t.name = "another"; },
                                    [](auto& t) { t.server = "gpu2"; },
                                    [](auto& t) { t.container.name = "another"; },
                                    [](auto& t) {
                                      t.ssh = {"alice", 2223, "/home/me/.ssh/id_rsa"};
                                    },
                                    [](auto& t) { t.jupyter->local_port = 18888; },
                                    [](auto& t) { t.jupyter->dir = "/srv"; },
                                    [](auto& t) { t.python = "conda:CenterNet"; },
                                    [](auto& t) {
                                      t.project = {"/elsewhere", "/srv"};
                                    }};
  for (std::size_t i = 0; i < changes.size(); ++i) EXPECT_EQ(hash_after(changes[i]), test::desired().spec_hash) << i;
}

TEST(SpecHash, OfAForwardDependsOnTheContainersPortOnly) {
  EXPECT_EQ(hash_after([](auto& t) {
              t.forwards = {{6006, 6006}};
            }),
            hash_after([](auto& t) {
              t.forwards = {{16006, 6006}};
            }));
}

TEST(SpecHash, KeepsNeighbouringListsApart) {
  const auto differ = [](const Change& one, const Change& other) { return hash_after(one) != hash_after(other); };
  EXPECT_TRUE(differ([](auto& t) { t.container.mounts = {"1"}; }, [](auto& t) { t.container.ports = {"1"}; }));
  EXPECT_TRUE(differ([](auto& t) { t.container.extra_args = {"x"}; },
                     [](auto& t) { t.container.command = std::vector<std::string>{"x"}; }));
  EXPECT_TRUE(differ(
      [](auto& t) {
        t.container.mounts = {"ab", "c"};
      },
      [](auto& t) {
        t.container.mounts = {"a", "bc"};
      }));
  EXPECT_TRUE(differ(
      [](auto& t) {
        t.container.ulimits["x"] = {1, 1};
      },
      [](auto& t) { t.container.env["x"] = "1:1"; }));
}

TEST(PowerText, SaysTheStateThatIsWanted) {
  EXPECT_EQ(to_text(Power::running), "running");
  EXPECT_EQ(to_text(Power::stopped), "stopped");
  EXPECT_EQ(to_text(Power::absent), "absent");
}

}  // namespace
}  // namespace helper::plan
