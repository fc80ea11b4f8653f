#include "ide/links.hpp"

#include "unit/ide/sample.hpp"

#include <gtest/gtest.h>

namespace helper::ide {
namespace {

TEST(Links, GatewayIsToldHostPortUserAndProjectInTheFragment) {
  EXPECT_EQ(
      gateway_link(test::sample()),
      "jetbrains-gateway://connect#type=ssh&host=127.0.0.1&port=2222&user=root&projectPath=%2Fworkspace%2Fmy_project");
}

TEST(Links, ToolboxIsToldTheHostOfTheSshConfigBlock) {
  EXPECT_EQ(toolbox_link(test::sample()),
            "jetbrains://gateway/ssh/"
            "environment?h=helper-centernet&launchIde=true&ideHint=PY&projectHint=%2Fworkspace%2Fmy_project");
}

TEST(Links, ATargetWithoutAProjectHasNoPathInThem) {
  Access i = test::sample();
  i.project_remote.clear();
  EXPECT_EQ(gateway_link(i), "jetbrains-gateway://connect#type=ssh&host=127.0.0.1&port=2222&user=root");
  EXPECT_EQ(toolbox_link(i), "jetbrains://gateway/ssh/environment?h=helper-centernet&launchIde=true&ideHint=PY");
}

TEST(Links, AHostilePathAddsNoParameter) {
  Access i = test::sample();
  i.project_remote = "/w&user=x#y z%?\xC3\xA4";
  EXPECT_TRUE(gateway_link(i).ends_with("&projectPath=%2Fw%26user%3Dx%23y%20z%25%3F%C3%A4"));
}

TEST(Links, JupyterIsGivenItsTokenAndTheAddressAloneWhenThereIsNone) {
  EXPECT_EQ(jupyter_link(8888, "0123abc"), "http://127.0.0.1:8888/?token=0123abc");
  EXPECT_EQ(jupyter_link(65535, "a b&c#"), "http://127.0.0.1:65535/?token=a%20b%26c%23");
  EXPECT_EQ(jupyter_link(1, ""), "http://127.0.0.1:1/");
  EXPECT_EQ(jupyter_link(1, "", "/user/x/"), "http://127.0.0.1:1/user/x/");
}

TEST(PercentEncode, KeepsTheUnreservedAndEncodesEveryOtherByte) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode(std::string("\0\xff /", 4)), "%00%FF%20%2F");
}

}  // namespace
}  // namespace helper::ide
