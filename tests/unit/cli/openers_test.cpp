#include "cli/openers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace helper::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Machine machine_with(std::set<std::string> programs) {
  Machine machine;
  machine.is_program = [programs = std::move(programs)](const std::filesystem::path& program) {
    return programs.contains(program.string());
  };
  machine.path = {"/usr/local/bin", "/usr/bin"};
  machine.home = "/home/me";
  machine.has_display = true;
  return machine;
}

TEST(Opener, OfLinksIsTheDesktops) {
  const auto machine = machine_with({"/usr/bin/xdg-open"});
  EXPECT_THAT(opener_of(Opened::toolbox, "jetbrains://x", machine).value(),
              ElementsAre("/usr/bin/xdg-open", "jetbrains://x"));
  EXPECT_THAT(opener_of(Opened::gateway, "jetbrains-gateway://x", machine).value(),
              ElementsAre("/usr/bin/xdg-open", "jetbrains-gateway://x"));
}

TEST(Opener, OfGatewayIsItsLauncherWhereThereIsOne) {
  const auto machine = machine_with({"/usr/bin/xdg-open", "/home/me/.local/share/JetBrains/Toolbox/scripts/gateway"});
  EXPECT_THAT(opener_of(Opened::gateway, "jetbrains-gateway://x", machine).value(),
              ElementsAre("/home/me/.local/share/JetBrains/Toolbox/scripts/gateway", "jetbrains-gateway://x"));
}

TEST(Opener, OfAFolderIsPyCharmsLauncherWhereverItIs) {
  for (const char* launcher :
       {"/usr/bin/charm", "/snap/bin/pycharm-community", "/home/me/.local/share/JetBrains/Toolbox/scripts/pycharm"}) {
    EXPECT_THAT(opener_of(Opened::pycharm, "/home/me/p", machine_with({launcher})).value(),
                ElementsAre(launcher, "/home/me/p"));
  }
  const auto both = machine_with({"/usr/bin/charm", "/snap/bin/pycharm"});
  EXPECT_EQ(opener_of(Opened::pycharm, "/p", both).value().front(), "/snap/bin/pycharm");
}

TEST(Opener, OnAMacIsOpen) {
  auto machine = machine_with({"/usr/bin/open", "/usr/bin/xdg-open"});
  machine.mac = true;
  EXPECT_EQ(opener_of(Opened::jupyter, "/tmp/page.html", machine).value().front(), "/usr/bin/open");
}

TEST(Opener, ThatIsMissingIsNamed) {
  const auto none = opener_of(Opened::jupyter, "x", machine_with({}));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::file_failed);
  EXPECT_THAT(none.error().fix, HasSubstr("xdg-utils"));
  EXPECT_THAT(opener_of(Opened::pycharm, "x", machine_with({"/usr/bin/xdg-open"})).error().cause,
              HasSubstr("no launcher of PyCharm"));
}

TEST(Opener, WithoutADisplayIsNone) {
  auto machine = machine_with({"/usr/bin/xdg-open", "/usr/bin/pycharm"});
  machine.has_display = false;
  for (const auto opened : {Opened::gateway, Opened::toolbox, Opened::pycharm, Opened::jupyter})
    EXPECT_THAT(opener_of(opened, "x", machine).error().cause, HasSubstr("DISPLAY"));
  machine.over_ssh = true;
  EXPECT_THAT(opener_of(Opened::gateway, "x", machine).error().cause, HasSubstr("SSH"));
}

TEST(RedirectPage, LeadsToTheLinkAndToNothingElse) {
  const std::string page = redirect_page("http://127.0.0.1:8888/?token=a&b\"><script>");
  EXPECT_THAT(page, HasSubstr("url=http://127.0.0.1:8888/?token=a&amp;b&quot;>&lt;script>\""));
  EXPECT_EQ(page.find("<script>"), std::string::npos);
}

}  // namespace
}  // namespace helper::cli
