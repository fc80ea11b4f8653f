#include "ensure/local_key.hpp"

#include "base/process.hpp"
#include "support/fake_file_store.hpp"
#include "support/golden.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;

const Paths k_paths{"/home/me", "/run/me", "/data/helper", "/state", "/config.json"};

std::string public_line(const std::string& type) {
  return type + " AAAAC3NzaC1lZDI1NTE5AAAAIKeyOfThePerson0123456789 me";
}

class LocalKeyTest : public testing::Test {
 protected:
  void add(const std::string& file, const std::string& type) {
    ASSERT_TRUE(files.write(file, "secret", 0600));
    ASSERT_TRUE(files.write(file + ".pub", public_line(type) + "\n", 0644));
  }
  std::string chosen(const std::string& wanted = "auto") {
    const auto key = find_local_key(files, k_paths, wanted);
    EXPECT_TRUE(key) << to_text(key.error());
    return key && *key ? (*key)->private_file : "none";
  }
  helper::test::FakeFileStore files;
};

TEST_F(LocalKeyTest, IsNoneWhereThereIsNone) { EXPECT_EQ(chosen(), "none"); }

TEST_F(LocalKeyTest, PrefersThePersonsOwnBestKindAndThenTheOneThatHelperMade) {
  add("/data/helper/id_ed25519", "ssh-ed25519");
  EXPECT_EQ(chosen(), "/data/helper/id_ed25519");
  add("/home/me/.ssh/id_rsa", "ssh-rsa");
  EXPECT_EQ(chosen(), "/home/me/.ssh/id_rsa");
  add("/home/me/.ssh/id_ecdsa", "ecdsa-sha2-nistp256");
  EXPECT_EQ(chosen(), "/home/me/.ssh/id_ecdsa");
  add("/home/me/.ssh/id_ed25519", "ssh-ed25519");
  EXPECT_EQ(chosen(), "/home/me/.ssh/id_ed25519");
}

TEST_F(LocalKeyTest, GivesThePublicLineWithoutItsEnd) {
  add("/home/me/.ssh/id_ed25519", "ssh-ed25519");
  EXPECT_EQ((*find_local_key(files, k_paths, "auto"))->public_line, public_line("ssh-ed25519"));
}

TEST_F(LocalKeyTest, PassesOverAKeyThatIsNotWhole) {
  add("/home/me/.ssh/id_rsa", "ssh-rsa");
  ASSERT_TRUE(files.write("/home/me/.ssh/id_ed25519", "secret", 0600));                              // no public half
  ASSERT_TRUE(files.write("/home/me/.ssh/id_ecdsa.pub", public_line("ecdsa-sha2-nistp256"), 0644));  // no private half
  EXPECT_EQ(chosen(), "/home/me/.ssh/id_rsa");
  ASSERT_TRUE(files.write("/home/me/.ssh/id_ed25519.pub", "<html>not found</html>", 0644));
  EXPECT_EQ(chosen(), "/home/me/.ssh/id_rsa");
}

TEST_F(LocalKeyTest, PassesOverAKeyThatCannotBeRead) {
  add("/home/me/.ssh/id_ed25519", "ssh-ed25519");
  add("/home/me/.ssh/id_rsa", "ssh-rsa");
  files.set_unreadable("/home/me/.ssh/id_ed25519");
  EXPECT_EQ(chosen(), "/home/me/.ssh/id_rsa");
}

TEST_F(LocalKeyTest, IsTheOneThatTheConfigNamesAndNoOther) {
  add("/home/me/.ssh/id_ed25519", "ssh-ed25519");
  add("/keys/work", "ssh-rsa");
  EXPECT_EQ(chosen("/keys/work"), "/keys/work");
}

TEST_F(LocalKeyTest, ThatTheConfigNamesAndIsNotThereIsAnError) {
  add("/home/me/.ssh/id_ed25519", "ssh-ed25519");
  const auto key = find_local_key(files, k_paths, "/keys/work");
  ASSERT_FALSE(key);
  EXPECT_EQ(to_text(key.error()),
            "/keys/work: it is not a private key with its public half beside it (/keys/work.pub)\n"
            "  fix: make one: ssh-keygen -t ed25519 -f /keys/work; or set \"ssh\": {\"key\": \"auto\"}");
  EXPECT_EQ(key.error().code, ErrorCode::file_failed);
}

TEST_F(LocalKeyTest, ThatTheConfigNamesAndCannotBeReadIsAnError) {
  add("/keys/work", "ssh-rsa");
  files.set_unreadable("/keys/work");
  const auto key = find_local_key(files, k_paths, "/keys/work");
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().cause.find("Permission denied"), std::string::npos);
}

TEST(PublicKeyLine, IsATypeABlobAndPerhapsAComment) {
  const std::string blob = "AAAAC3NzaC1lZDI1NTE5AAAAIKeyOfThePerson0123456789";
  for (const std::string& good :
       {"ssh-ed25519 " + blob, "ssh-rsa " + blob + "== a comment of words", "ecdsa-sha2-nistp256 " + blob,
        "sk-ssh-ed25519@openssh.com " + blob, "sk-ecdsa-sha2-nistp256@openssh.com " + blob}) {
    EXPECT_TRUE(is_public_key_line(good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("ssh-ed25519"), std::string("ssh-ed25519 "), std::string("ssh-ed25519 AAAA"),
        "ssh-ed25519  " + blob, "ssh-ed25519 " + blob + "!", "ssh-ed25519 " + blob + " a\nssh-rsa b",
        "ssh-ed25519 " + blob + " \x1b[2J", "ssh-ed25519\t" + blob, "command=\"x\" ssh-rsa " + blob,
        "-----BEGIN OPENSSH PRIVATE KEY-----" + blob, "PuTTY-User-Key-File-3: " + blob}) {
    EXPECT_FALSE(is_public_key_line(bad)) << bad;
  }
}

TEST(MakeLocalKey, MakesAnEd25519PairThatIsFoundAfterwardsInAFolderOfTheUsersOwn) {
  const helper::test::TempFolder folder;
  Paths paths = k_paths;
  paths.home = folder.path();
  paths.data = folder.path() / "share" / "helper";
  ASSERT_TRUE(make_local_key(paths, {}));
  DiskFileStore files;
  const auto key = find_local_key(files, paths, "auto");
  ASSERT_TRUE(key && *key);
  EXPECT_EQ((*key)->private_file, paths.own_key());
  EXPECT_EQ((*key)->public_line.rfind("ssh-ed25519 ", 0), 0U);
  EXPECT_EQ(fs::status(paths.own_key()).permissions(), fs::perms(0600));
  EXPECT_EQ(fs::status(paths.data).permissions(), fs::perms(0700));
}

TEST(MakeLocalKey, NeverOverwritesAKeyWhosePublicHalfIsGone) {
  const helper::test::TempFolder folder;
  Paths paths = k_paths;
  paths.data = folder.path();
  ASSERT_TRUE(make_local_key(paths, {}));
  const auto secret = helper::test::read_file(paths.own_key());
  fs::remove(paths.own_key().string() + ".pub");
  const auto again = make_local_key(paths, {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::file_failed);
  EXPECT_EQ(helper::test::read_file(paths.own_key()), secret);
}

TEST(MakeLocalKey, SaysWhenItsFolderCannotBeMade) {
  const helper::test::TempFolder folder;
  Paths paths = k_paths;
  paths.data = "/proc/helper-cannot-be-made";
  const auto made = make_local_key(paths, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::file_failed);
  EXPECT_EQ(made.error().thing, "/proc/helper-cannot-be-made");
}

TEST(MakeLocalKey, IsCancelled) {
  const helper::test::TempFolder folder;
  Paths paths = k_paths;
  paths.data = folder.path();
  std::stop_source stop;
  stop.request_stop();
  const auto made = make_local_key(paths, stop.get_token());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace helper::ensure
