// How the server gets to the ports of a place.
#include "inside/ways.hpp"

#include "support/places.hpp"

#include <gtest/gtest.h>

namespace helper::inside {
namespace {

plan::Place a_place() {
  plan::Place place = helper::test::docker_place("centernet", "dev");
  place.ways.published = {{plan::k_container_ssh_port, {"127.0.0.1", 49153}}};
  place.ways.address = "172.17.0.2";
  return place;
}

plan::SshdSetup a_setup() {
  plan::SshdSetup setup;
  setup.sshd = "/dev/helper/ssh/sbin/sshd";
  setup.from_bundle = true;
  setup.user = "dev";
  setup.folder = "/dev/helper/run";
  return setup;
}

TEST(Reach, PrefersThePublishedPort) {
  plan::Ways ways = a_place().ways;
  EXPECT_EQ(reach(ways, plan::k_container_ssh_port), (Endpoint{"127.0.0.1", 49153}));
  EXPECT_EQ(reach(ways, 6006), (Endpoint{"172.17.0.2", 6006}));
  ways.address.clear();
  EXPECT_EQ(reach(ways, 6006), std::nullopt);
}

TEST(WayToSshd, HasThePipeBesideTheAddressForWhenOthersKeepThatBusy) {
  const auto way = way_to_sshd(a_place(), a_setup());
  const auto* door = std::get_if<SshDoor>(&way);
  ASSERT_NE(door, nullptr);
  EXPECT_EQ(door->address, (Endpoint{"127.0.0.1", 49153}));
  EXPECT_EQ(door->otherwise.name, "an sshd in container centernet");
  EXPECT_TRUE(door->otherwise.command.starts_with("exec docker exec --interactive --user 0 -- centernet "));
  EXPECT_TRUE(door->otherwise.command.ends_with(" /dev/helper/ssh/sbin/sshd -i -f /dev/helper/run/sshd_config"))
      << door->otherwise.command;
}

TEST(WayToSshd, RunsAsTheUserWhereRootMayNotBecomeOne) {
  auto setup = a_setup();
  setup.as_user = true;
  setup.folder = "/dev/helper/user";
  auto place = a_place();
  place.ways = {};
  const auto way = way_to_sshd(place, setup);
  const auto* pipe = std::get_if<Pipe>(&way);
  ASSERT_NE(pipe, nullptr);
  EXPECT_NE(pipe->command.find(" --user dev -- centernet "), std::string::npos) << pipe->command;
}

TEST(WayToPort, GoesThroughTheBundlesNcWhereThereIsNoAddress) {
  auto place = a_place();
  place.ways = {};
  EXPECT_EQ(way_to_port(place, 8888, false), std::nullopt);
  const auto way = way_to_port(place, 8888, true);
  ASSERT_TRUE(way);
  EXPECT_TRUE(std::get<Pipe>(*way).command.ends_with(" /dev/helper/ssh/bin/nc -N 127.0.0.1 8888"));
  place.ways.shares_network = true;
  EXPECT_EQ(way_to_port(place, 8888, true), Remote(Endpoint{"127.0.0.1", 8888}));
}

TEST(Ways, AreOfThePortsThatTunnelsWantAndOfOurSshdOnlyWhereOneCanRun) {
  const std::vector<plan::DesiredTunnel> tunnels{{"ssh", 2222, plan::k_container_ssh_port}, {"jupyter", 8888, 8888}};
  const auto setup = a_setup();
  EXPECT_EQ(ways(a_place(), tunnels, &setup, true).size(), 2U);
  EXPECT_EQ(ways(a_place(), tunnels, nullptr, true).count(plan::k_container_ssh_port), 0U);
}

// A prefix of words runs in a place; two of them are a place in a place.
TEST(Entry, Composes) {
  const plan::Entry job{{"srun", "--jobid=7"}, {"srun", "--jobid=7", "--detach"}};
  const plan::Entry container{{"podman", "exec", "c"}, {"podman", "exec", "-d", "c"}};
  const auto both = plan::compose(job, container);
  EXPECT_EQ(both.words, (plan::Words{"srun", "--jobid=7", "podman", "exec", "c"}));
  EXPECT_EQ(both.detached, (plan::Words{"srun", "--jobid=7", "podman", "exec", "-d", "c"}));
}

TEST(Entry, IsTheNextBestWhereThereIsNone) {
  auto place = a_place();
  place.as_full_root = std::nullopt;
  EXPECT_EQ(plan::entry(place, plan::As::full_root), *place.as_root);
  place.as_root = std::nullopt;
  EXPECT_EQ(plan::entry(place, plan::As::full_root), place.as_user);
}

}  // namespace
}  // namespace helper::inside
