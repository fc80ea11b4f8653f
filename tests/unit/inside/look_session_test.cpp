// What a login meets, as the look at it is read.
#include "inside/look_session.hpp"

#include <gtest/gtest.h>

namespace helper::inside {
namespace {

plan::SessionTry read(const std::string& text) {
  plan::SessionTry tried;
  read_session(text, "NONCE", tried);
  return tried;
}

TEST(ReadSession, TellsShellNologinAndWhoPrints) {
  const auto tried = read(
      "NONCE shell 0\n/bin/bash\nNONCE nologin 0\n/etc/nologin\nSystem is booting up.\n"
      "NONCE rights 0\n0\n644 0 /dev/helper/run/authorized_keys\n755 0 /dev/helper/run\n755 0 /dev/helper\n755 0 /dev\n"
      "NONCE noise 0\n/root/.bashrc\nWelcome\nNONCE end 0\n");
  EXPECT_EQ(tried.shell, "/bin/bash");
  EXPECT_EQ(tried.nologin, "/etc/nologin");
  EXPECT_EQ(tried.noisy_line, "System is booting up.");
  EXPECT_EQ(tried.noisy_file, "/root/.bashrc");
  EXPECT_EQ(tried.loose, "");
}

TEST(ReadSession, NamesTheFirstPlaceThatOthersMayChange) {
  EXPECT_EQ(read("NONCE rights 0\n1001\n644 0 /dev/helper/run/authorized_keys\n777 0 /dev/helper/run\n").loose,
            "/dev/helper/run");
  EXPECT_EQ(read("NONCE rights 0\n1001\n664 0 /dev/helper/run/authorized_keys\n").loose,
            "/dev/helper/run/authorized_keys");
  EXPECT_EQ(read("NONCE rights 0\n1001\n644 1001 /dev/helper/user/authorized_keys\n").loose, "");
  EXPECT_EQ(read("NONCE rights 0\n1001\n644 1002 /dev/helper/user/authorized_keys\n").loose,
            "/dev/helper/user/authorized_keys");
}

TEST(ReadSession, TellsAnOwnerWhomSshdDoesNotTrustFromRights) {
  const auto owned = read("NONCE rights 0\n0\n644 0 /dev/helper/run/authorized_keys\n755 0 /dev\n755 165536 /\n");
  EXPECT_EQ(owned.loose, "/");
  EXPECT_EQ(owned.loose_owner, "165536");
  EXPECT_EQ(read("NONCE rights 0\n0\n777 0 /dev/helper/run\n").loose_owner, "");
}

TEST(ReadSession, GarbageTellsNothing) {
  const auto tried = read("no headings\nrights 0\n777 0 /x\n");
  EXPECT_EQ(tried, plan::SessionTry{});
}

}  // namespace
}  // namespace helper::inside
