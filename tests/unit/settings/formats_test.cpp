// The room with the real forms of the IDEs' files.
#include "settings/settings_writer.hpp"
#include "unit/settings/home.hpp"

#include <gtest/gtest.h>

namespace helper::settings {
namespace {

using test::Home;

Order real_order(const Home& home) {
  Order order = home.order();
  auto access = order.wanted.access;
  access.python_version = "3.11.2";
  access.project_local = order.project;
  access.project_remote = "/workspace/project";
  order.wanted = ide::make_wanted(access, "/usr/bin/helper", home.path("project/helper.json"), home.path(""));
  return order;
}

TEST(RealFormats, AreWrittenOnceAndUndoneToTheVeryBytes) {
  Home home;
  home.put(
      home.ide("PyCharm2026.1") / "options/sshConfigs.xml",
      "<application>\r\n  <component name=\"SshConfigs\">\r\n    <configs>\r\n      <sshConfig host=\"h\" id=\"x\" "
      "port=\"22\" username=\"u\" />\r\n    </configs>\r\n  </component>\r\n</application>");
  const auto before = home.everything();
  SettingsWriter writer(home.paths, home.files, home.clock, ide_formats());
  const auto first = writer.apply(real_order(home), {});
  ASSERT_TRUE(first) << to_text(first.error());
  for (const auto& file : first->files)
    EXPECT_EQ(file.outcome, outcome::k_written) << file.file << (file.error ? to_text(*file.error) : "");
  const auto second = writer.apply(real_order(home), {});
  ASSERT_TRUE(second);
  for (const auto& file : second->files) EXPECT_EQ(file.outcome, outcome::k_unchanged) << file.file;
  ASSERT_TRUE(writer.undo(Home::undo_of(real_order(home)), {}));
  EXPECT_EQ(home.everything(), before);
}

TEST(RealFormats, OfASecondTargetLeaveTheFirst) {
  Home home;
  const auto before = home.everything();
  SettingsWriter writer(home.paths, home.files, home.clock, ide_formats());
  auto order = real_order(home);
  ASSERT_TRUE(writer.apply(order, {}));
  auto other = order;
  auto access = order.wanted.access;
  access.target = access.ssh_name = "other";
  access.port = 2333;
  other.wanted = ide::make_wanted(access, "/usr/bin/helper", home.path("project/helper.json"), home.path(""));
  other.project = home.path("project2");
  std::filesystem::create_directories(other.project);
  ASSERT_TRUE(writer.apply(other, {}));
  const auto text = home.get(home.ide("PyCharm2026.1") / "options/sshConfigs.xml");
  EXPECT_NE(text.find("2222"), std::string::npos);
  EXPECT_NE(text.find("2333"), std::string::npos);
  ASSERT_TRUE(writer.undo(Home::undo_of(order), {}));
  ASSERT_TRUE(writer.undo(Home::undo_of(other), {}));
  std::filesystem::remove(other.project);
  EXPECT_EQ(home.everything(), before);
}

}  // namespace
}  // namespace helper::settings
