#include "ensure/settings_order.hpp"

#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

config::Target a_target() {
  config::Target target;
  target.name = target.ssh_name = "centernet";
  target.server = "gpu1";
  target.project.local = "/home/u/p";
  target.project.remote = "/workspace/p";
  return target;
}

TEST(Upload, IsNeededUnlessTheContainerHereMountsTheProject) {
  auto target = a_target();
  target.container.mounts = {"/home/u:/workspace"};
  EXPECT_TRUE(needs_upload(target)) << "the server's /home/u is not ours";
  target.server = "local";
  EXPECT_FALSE(needs_upload(target));
  target.container.mounts = {"data:/data", "/home/u/p/:/workspace/p:ro"};
  EXPECT_FALSE(needs_upload(target));
  target.container.mounts = {"/home/u/other:/workspace/p", "/home/u/p:/elsewhere"};
  EXPECT_TRUE(needs_upload(target));
  target.project.remote = "";
  EXPECT_FALSE(needs_upload(target));
}

TEST(SettingsOrder, TakesWhatThePersonSaysBeforeTheConfig) {
  const test::ManualClock clock;
  Paths paths;
  paths.home = "/home/u";
  ide::Access access;
  access.target = access.ssh_name = "centernet";
  access.project_local = "/home/u/p";
  access.jupyter_url = "http://127.0.0.1/?token=hunter2";
  const auto wanted = wanted_of(a_target(), "/home/u/p/helper.json", access, paths, "/bin/helper", clock);
  EXPECT_EQ(wanted.access.jupyter_url, "");
  EXPECT_EQ(wanted.date, 1'767'225'600'000);
  EXPECT_TRUE(wanted.upload);
  EXPECT_EQ(order_of(wanted, a_target(), {"gpu1"}, {}).project, "/home/u/p");
  SettingsOptions options;
  options.ides = "PyCharm,,DataSpell2025.2";
  options.project = "/home/u/q";
  options.run_configuration = "train.py";
  const auto order = order_of(wanted, a_target(), {}, options);
  EXPECT_EQ(order.ides, (std::vector<std::string>{"PyCharm", "DataSpell2025.2"}));
  EXPECT_EQ(order.project, "/home/u/q");
  EXPECT_EQ(order.wanted.access.project_local, "/home/u/q");
  EXPECT_EQ(order.run_configuration, "train.py");
}

TEST(SettingsOrder, SaysThatTheOldProjectModelIsWanted) {
  const test::ManualClock clock;
  config::Target target = a_target();
  EXPECT_FALSE(wanted_of(target, "/p/helper.json", {}, {}, "helper", clock).old_model);
  target.ide.project_model = "off";
  EXPECT_TRUE(wanted_of(target, "/p/helper.json", {}, {}, "helper", clock).old_model);
}

TEST(SettingsOrder, LeavesAServersNameToTheServer) {
  const auto second_only = [](const std::vector<std::string>& servers) {
    ide::Wanted wanted;
    return order_of(wanted, a_target(), servers, {}).second_name_only;
  };
  EXPECT_FALSE(second_only({"gpu1", "local", "centernet.example.com"}));
  EXPECT_TRUE(second_only({"gpu1", "me@centernet:2200"}));
  EXPECT_TRUE(second_only({"centernet"}));
}

}  // namespace
}  // namespace helper::ensure
