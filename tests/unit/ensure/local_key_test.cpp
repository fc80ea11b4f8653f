#include "ensure/local_key.hpp"

#include "base/process/process.hpp"
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

TEST_F(LocalKeyTest, OfWhichOnlyThePublicHalfIsThereIsNotWrittenOver) {
  ASSERT_TRUE(files.write("/keys/work.pub", "ssh-ed25519 AAAA me\n", 0644));
  const auto key = find_local_key(files, k_paths, "/keys/work");
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().cause.find("only its public half /keys/work.pub"), std::string::npos);
  EXPECT_EQ(key.error().fix.find("ssh-keygen"), std::string::npos);
}

TEST_F(LocalKeyTest, ThatTheConfigNamesAndIsNotThereIsAnError) {
  add("/home/me/.ssh/id_ed25519", "ssh-ed25519");
  const auto key = find_local_key(files, k_paths, "/keys/work");
  ASSERT_FALSE(key);
  EXPECT_EQ(to_text(key.error()),
            "/keys/work: there is no such key file\n"
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

TEST(PublicKeyOf, IsTheFirstLineThatIsNoCommentWithoutOptionsAndLineEnds) {
  const std::string key = public_line("ssh-ed25519");
  for (const std::string& text :
       {key, key + "\n", key + "\r\n", "# my key\n" + key, "\r\n\n  " + key, "no-pty " + key,
        "from=\"10.0.0.0/8, 10.1.1.1\",command=\"echo \\\"a b\\\"\" " + key + "\r\n", key + "\nssh-rsa another\n"}) {
    EXPECT_EQ(public_key_of(text), key) << text;
  }
  for (const std::string& text : {std::string(), std::string("# only words\n"), "no-pty,no-such \"" + key,
                                  "<html>\n" + key, std::string("---- BEGIN SSH2 PUBLIC KEY ----\n")}) {
    EXPECT_EQ(public_key_of(text), "") << text;
  }
}

// Real keys, made by ssh-keygen in a folder of the test's own.
class KeyWithoutItsPublicHalf : public testing::Test {
 protected:
  std::string make(const std::vector<std::string>& how) {
    const std::string file = (folder.path() / "my key").string();
    std::vector<std::string> argv{"ssh-keygen", "-q", "-C", "", "-f", file};
    argv.insert(argv.end(), how.begin(), how.end());
    const auto made = run_process({argv, {}, {}, Milliseconds(60'000)}, {});
    EXPECT_TRUE(made && made->exit_status == 0);
    public_before = public_key_of(disk.read(file + ".pub").value_or(std::nullopt).value_or(""));
    EXPECT_TRUE(disk.remove(file + ".pub"));
    return file;
  }
  const helper::test::TempFolder folder;
  DiskFileStore disk;
  std::string public_before;
};

TEST(LocalKey, ThatOthersMayReadIsPassedOverUnlessThereIsNoBetter) {
  const helper::test::TempFolder home;
  Paths paths = k_paths;
  paths.home = home.path();
  const fs::path folder = home.path() / ".ssh";
  fs::create_directories(folder);
  DiskFileStore disk;
  const auto add = [&](const std::string& name, const std::string& type, unsigned mode) {
    ASSERT_TRUE(disk.write(folder / name, "secret", mode));
    ASSERT_TRUE(disk.write(folder / (name + ".pub"), public_line(type) + "\n", 0644));
  };
  add("id_ed25519", "ssh-ed25519", 0644);
  auto key = find_local_key(disk, paths, "auto");
  ASSERT_TRUE(key && *key);
  EXPECT_EQ((*key)->private_file, folder / "id_ed25519");
  EXPECT_TRUE((*key)->open_to_others);
  add("id_rsa", "ssh-rsa", 0600);
  key = find_local_key(disk, paths, "auto");
  ASSERT_TRUE(key && *key);
  EXPECT_EQ((*key)->private_file, folder / "id_rsa");
  EXPECT_FALSE((*key)->open_to_others);
}

TEST_F(KeyWithoutItsPublicHalf, IsUsedAllTheSame) {
  const std::vector<std::vector<std::string>> kinds{{"-t", "ed25519", "-N", ""},
                                                    {"-t", "ed25519", "-N", "secret"},
                                                    {"-t", "ecdsa", "-N", ""},
                                                    {"-t", "rsa", "-b", "2048", "-N", ""},
                                                    {"-t", "rsa", "-b", "2048", "-N", "", "-m", "PEM"}};
  for (const auto& how : kinds) {
    const std::string file = make(how);
    const auto key = find_local_key(disk, k_paths, file);
    ASSERT_TRUE(key && *key) << how[1];
    EXPECT_EQ((*key)->public_line, public_before);
    EXPECT_TRUE(disk.remove(file));
  }
}

TEST_F(KeyWithoutItsPublicHalf, ThatAPassphraseLocksIsToldWithACommandThatLeavesItAsItIs) {
  const std::string file = make({"-t", "rsa", "-b", "2048", "-N", "secret", "-m", "PEM"});
  const auto key = find_local_key(disk, k_paths, file);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().fix, "write it: ssh-keygen -y -f '" + file + "' > '" + file + ".pub'");
  ASSERT_TRUE(disk.write(file + ".pub", "<html>", 0644));
  const auto broken = find_local_key(disk, k_paths, file);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().fix, "keep it aside and write it again: mv -i '" + file + ".pub' '" + file +
                                    ".pub.old' && ssh-keygen -y -f '" + file + "' > '" + file + ".pub'");
}

TEST_F(LocalKeyTest, ThatIsNoPrivateKeyIsToldAsWhatItIs) {
  const auto error = [&](const std::string& file, const std::string& text) {
    EXPECT_TRUE(files.write(file, text, 0600));
    const auto key = find_local_key(files, k_paths, file);
    EXPECT_FALSE(key);
    return key ? std::string() : to_text(key.error());
  };
  EXPECT_NE(error("/k/id.pub", public_line("ssh-rsa")).find("is the public half of a key"), std::string::npos);
  EXPECT_NE(error("/k/my id.ppk", "PuTTY-User-Key-File-3: ssh-rsa").find("puttygen '/k/my id.ppk' -O"),
            std::string::npos);
  EXPECT_EQ(error("/k/notes", "hello").find("ssh-keygen"), std::string::npos);
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
