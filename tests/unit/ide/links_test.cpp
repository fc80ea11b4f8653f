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
  Interpreter i = test::sample();
  i.project_remote.clear();
  EXPECT_EQ(gateway_link(i), "jetbrains-gateway://connect#type=ssh&host=127.0.0.1&port=2222&user=root");
  EXPECT_EQ(toolbox_link(i), "jetbrains://gateway/ssh/environment?h=helper-centernet&launchIde=true&ideHint=PY");
}

TEST(Links, AHostilePathAddsNoParameter) {
  Interpreter i = test::sample();
  i.project_remote = "/w&user=x#y z%?\xC3\xA4";
  EXPECT_TRUE(gateway_link(i).ends_with("&projectPath=%2Fw%26user%3Dx%23y%20z%25%3F%C3%A4"));
}

TEST(PercentEncode, KeepsTheUnreservedAndEncodesEveryOtherByte) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode(std::string("\0\xff /", 4)), "%00%FF%20%2F");
}

}  // namespace
}  // namespace helper::ide
