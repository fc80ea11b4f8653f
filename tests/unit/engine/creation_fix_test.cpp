#include "engine/creation_fix.hpp"

#include <gtest/gtest.h>

namespace helper::engine {
namespace {

class CreationFix : public ::testing::Test {
 protected:
  CreationFix() {
    desired_.target.name = "d";
    desired_.target.container.name = "dcase";
  }
  config::ContainerConfig& config() { return desired_.target.container; }
  [[nodiscard]] std::string of(std::string_view words) const { return creation_fix(words, desired_, "docker"); }
  plan::Desired desired_;
};

// Docker 20.10's words.
TEST_F(CreationFix, NamesTheKeysThatCollide) {
  config().hostname = "box";
  config().extra_args = {"--uts=host", "--ipc=host"};
  EXPECT_EQ(of("conflicting options: hostname and the UTS mode"),
            R"(correct "hostname" and "extra_args" (--uts=host) in helper.json, then: helper ensure d)");
  config().extra_args = {"--network", "container:gw"};
  EXPECT_EQ(of("conflicting options: hostname and the network mode"),
            R"(correct "hostname" and "extra_args" (--network container:gw) in helper.json, then: helper ensure d)");
}

TEST_F(CreationFix, NamesOnlyWhatTheConfigHas) {
  config().extra_args = {"--network=container:gw"};
  EXPECT_EQ(of("conflicting options: port publishing and the container type network mode"),
            R"(correct "extra_args" (--network=container:gw) in helper.json, then: helper ensure d)");
}

// Podman 4.3's words.
TEST_F(CreationFix, NamesAPodThatIsUnknown) {
  config().extra_args = {"--pod=lab"};
  EXPECT_EQ(of("no pod with name or ID lab found: no such pod"),
            R"(correct "extra_args" (--pod=lab) in helper.json, then: helper ensure d)");
}

TEST_F(CreationFix, KnowsAFlagByItsValueToo) {
  config().extra_args = {"--volumes-from", "store", "--cap-add=NET_ADMINN"};
  EXPECT_EQ(of("No such container: store"),
            R"(correct "extra_args" (--volumes-from store) in helper.json, then: helper ensure d)");
  EXPECT_EQ(of("invalid CapAdd: unknown capability: \"CAP_NET_ADMINN\""),
            R"(correct "extra_args" (--cap-add=NET_ADMINN) in helper.json, then: helper ensure d)");
}

TEST_F(CreationFix, IsAboutWordsAndNotPartsOfThem) {
  config().extra_args = {"--uts=host"};
  EXPECT_EQ(of("invalid path outside of the root"), R"(correct "container" in helper.json, then: helper ensure d)");
}

TEST_F(CreationFix, IsOfTheServerWhereTheConfigIsNotTheCause) {
  EXPECT_EQ(of("write /var/lib/docker/x: no space left on device"), "make room, on the server: docker system df");
  EXPECT_EQ(of("Conflict. The container name \"/dcase\" is already in use by container \"4f\""),
            "on the server: docker container inspect dcase");
}

}  // namespace
}  // namespace helper::engine
