#include "settings/secrets.hpp"

#include <gtest/gtest.h>

namespace helper::settings {
namespace {

TEST(WithoutSecrets, HidesPasswordsInAttributesOptionsAndElements) {
  EXPECT_EQ(without_secrets(R"(<fileTransfer host="h" password="dff9dfd" port='22' PASSPHRASE='x'/>)"),
            R"(<fileTransfer host="h" password="***" port='22' PASSPHRASE='***'/>)");
  EXPECT_EQ(without_secrets(R"(<option name="proxyPassword" value="hunter2" />)"),
            R"(<option name="proxyPassword" value="***" />)");
  EXPECT_EQ(without_secrets(R"(<option value="hunter2" name="token"/>)"), R"(<option value="***" name="token"/>)");
  EXPECT_EQ(without_secrets("<password>hunter2</password><a>b</a>"), "<password>***</password><a>b</a>");
  EXPECT_EQ(without_secrets(R"(<a connectionConfig="{&quot;authData&quot;:&quot;x&quot;}"/>)"),
            R"(<a connectionConfig="***"/>)");
}

TEST(WithoutSecrets, KeepsEverythingElseAndTheNumberOfLines) {
  for (const char* text : {"", "no xml", "<a b=\"c\"", "<a b='>'>x</a>", "<option name=\"x\" value=\"y\"/>\r\n", "<",
                           "<\"", "a=\"b\"", "<password/>text", "<a password=\"\"/>"})
    EXPECT_EQ(without_secrets(text), text);
  EXPECT_EQ(without_secrets("<a password=\"1\n2\"/>"), "<a password=\"***\n\"/>");
}

}  // namespace
}  // namespace helper::settings
