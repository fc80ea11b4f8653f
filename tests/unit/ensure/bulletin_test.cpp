#include "ensure/bulletin.hpp"

#include <gtest/gtest.h>

#include <future>

namespace helper::ensure {
namespace {

using namespace std::chrono_literals;

TargetStatus a_status(const std::string& state) {
  TargetStatus status;
  status.target = "centernet";
  status.state = state;
  status.tunnels = {{"ssh", 2222, "127.0.0.1:49153 on gpu1", true, "", 0}};
  return status;
}

TEST(Bulletin, GivesWhatIsThereAtOnceToWhoeverHasSeenNothing) {
  Bulletin bulletin;
  EXPECT_EQ(bulletin.revision(), 0U);
  EXPECT_FALSE(bulletin.wait(0, 1ms, {}));
  bulletin.publish(a_status("ready"));
  const auto report = bulletin.wait(0, 10s, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->status.state, "ready");
  EXPECT_EQ(report->revision, bulletin.revision());
}

TEST(Bulletin, WakesWhoeverWaitsWhenTheStatusIsAnotherOneAndNotBefore) {
  Bulletin bulletin;
  bulletin.publish(a_status("ready"));
  const auto seen = bulletin.revision();
  bulletin.publish(a_status("ready"));
  EXPECT_FALSE(bulletin.wait(seen, 1ms, {}));
  auto waiting = std::async(std::launch::async, [&] { return bulletin.wait(seen, 10s, {}); });
  bulletin.publish(a_status("stopped"));
  const auto report = waiting.get();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->status.state, "stopped");
  EXPECT_GT(report->revision, seen);
}

TEST(Bulletin, TellsThatNoTunnelLeadsAnywhereWhenTheLinkIsDown) {
  Bulletin bulletin;
  bulletin.link_is_down("nothing was published");
  EXPECT_EQ(bulletin.revision(), 0U);
  bulletin.publish(a_status("ready"));
  bulletin.link_is_down("it is silent");
  const auto status = bulletin.newest().status;
  EXPECT_EQ(status.state, "unreachable");
  EXPECT_FALSE(status.tunnels.at(0).up);
  EXPECT_EQ(status.tunnels.at(0).trouble, "it is silent");
}

TEST(Bulletin, NeverGivesANumberTwice) {
  Bulletin bulletin;
  bulletin.publish(a_status("ready"));
  const auto before = bulletin.revision();
  bulletin.forget();
  EXPECT_EQ(bulletin.revision(), 0U);
  bulletin.publish(a_status("ready"));
  EXPECT_GT(bulletin.revision(), before);
}

TEST(Bulletin, KnowsWhetherSomebodyWatches) {
  Bulletin bulletin;
  EXPECT_FALSE(bulletin.is_watched());
  std::stop_source stop;
  auto waiting = std::async(std::launch::async, [&] { return bulletin.wait(0, 10s, stop.get_token()); });
  while (!bulletin.is_watched()) std::this_thread::yield();
  stop.request_stop();
  EXPECT_FALSE(waiting.get());
  EXPECT_TRUE(bulletin.is_watched()) << "it is about to ask again";
}

}  // namespace
}  // namespace helper::ensure
