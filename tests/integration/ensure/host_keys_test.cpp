// Host keys as real ssh-keygen makes them, in real files.
#include "ensure/host_keys.hpp"

#include "ensure/bundles.hpp"
#include "support/golden.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;

class HostKeys : public testing::Test {
 protected:
  HostKeys() {
    paths.runtime = folder.path() / "run";
    paths.data = folder.path() / "data";
    paths.bundles = folder.path() / "bundles";
    fs::create_directories(paths.runtime);
    fs::create_directories(paths.bundles);
  }
  helper::test::TempFolder folder;
  Paths paths;
  DiskFileStore files;
};

config::Target target(const std::string& name) {
  config::Target target;
  target.name = target.ssh_name = name;
  target.server = "gpu1";
  target.container.name = name;
  return target;
}
config::Target centernet() { return target("centernet"); }

TEST_F(HostKeys, AreNoneBeforeTheyAreMade) {
  const auto found = find_host_keys(files, paths, centernet());
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->open.empty());
  EXPECT_EQ(must_find_host_keys(files, paths, centernet()).error().code, ErrorCode::file_failed);
}

TEST_F(HostKeys, AreOfTwoKindsReadableByTheirOwnerAlone) {
  ASSERT_TRUE(make_host_keys(files, paths, centernet(), {}));
  const auto found = find_host_keys(files, paths, centernet());
  ASSERT_TRUE(found);
  ASSERT_EQ(found->open.size(), 2U);
  EXPECT_EQ(found->open.at(0).rfind("ssh-ed25519 AAAA", 0), 0U);
  EXPECT_EQ(found->open.at(1).rfind("ecdsa-sha2-nistp256 AAAA", 0), 0U);
  const auto secret = must_find_host_keys(files, paths, centernet());
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->secret.ed25519.rfind("-----BEGIN OPENSSH PRIVATE KEY-----", 0), 0U);
  EXPECT_EQ(fs::status(paths.container_keys("gpu1", "centernet") / "ed25519").permissions(), fs::perms(0600));
  EXPECT_TRUE(fs::is_empty(paths.runtime));
  EXPECT_TRUE(find_host_keys(files, paths, target("another"))->open.empty());
}

TEST_F(HostKeys, FromAnEarlierVersionAreFoundByTheTargetsName) {
  ASSERT_TRUE(make_host_keys(files, paths, centernet(), {}));
  fs::create_directories(paths.host_keys("").parent_path());
  fs::rename(paths.container_keys("gpu1", "centernet"), paths.host_keys("centernet"));
  EXPECT_EQ(find_host_keys(files, paths, centernet())->open.size(), 2U);
}

TEST_F(HostKeys, OfARecordAreTheSameOnAnotherMachine) {
  ASSERT_TRUE(make_host_keys(files, paths, centernet(), {}));
  const auto made = find_host_keys(files, paths, centernet());
  ASSERT_TRUE(made);
  auto other = target("other");
  // As the engine gives it: with what is around a file in a tar.
  const std::string text = "host_keys0000600ustar00root" + to_text(made->secret) + "@";
  ASSERT_TRUE(keep_host_keys(files, paths, other, text, made->open));
  const auto kept = find_host_keys(files, paths, other);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->open, made->open);
  EXPECT_EQ(kept->secret.ed25519, made->secret.ed25519);
  EXPECT_EQ(kept->secret.ecdsa, made->secret.ecdsa);
  for (const auto& bad : {std::string(), text.substr(0, text.size() / 2)})
    EXPECT_EQ(keep_host_keys(files, paths, other, bad, made->open).error().code, ErrorCode::file_failed);
}

TEST_F(HostKeys, OfWhichHalfIsLostAreNone) {
  ASSERT_TRUE(make_host_keys(files, paths, centernet(), {}));
  std::ofstream(paths.container_keys("gpu1", "centernet") / "ecdsa", std::ios::trunc).close();
  EXPECT_TRUE(find_host_keys(files, paths, centernet())->open.empty());
  ASSERT_TRUE(make_host_keys(files, paths, centernet(), {}));
  EXPECT_EQ(find_host_keys(files, paths, centernet())->open.size(), 2U);
}

TEST_F(HostKeys, WhoseMakingIsCancelledLeaveNothing) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(make_host_keys(files, paths, centernet(), stop.get_token()));
  EXPECT_TRUE(fs::is_empty(paths.runtime));
  EXPECT_FALSE(fs::exists(paths.container_keys("gpu1", "centernet") / "ed25519"));
}

TEST_F(HostKeys, ThatWereHalfMadeWhenADaemonWasKilledGoWhenTheNextBegins) {
  fs::create_directory(paths.runtime / "host-key-Ab3dEf");
  std::ofstream(paths.runtime / "host-key-Ab3dEf" / "key") << "half a secret";
  std::ofstream(paths.runtime / "endpoint.json") << "{}";
  remove_half_made_host_keys(paths);
  EXPECT_FALSE(fs::exists(paths.runtime / "host-key-Ab3dEf"));
  EXPECT_TRUE(fs::exists(paths.runtime / "endpoint.json"));
}

TEST_F(HostKeys, ABundleIsFoundByItsMachineAndNamedByItsDigest) {
  for (const char* name : {"x86_64-0123456789abcdef.tar.gz", "aarch64-00000000000000ff.tar.gz", "x86_64-short.tar.gz",
                           "riscv64-0123456789abcdef.tar", "x86_64.made"}) {
    std::ofstream(paths.bundles / name) << "x";
  }
  const auto found = find_bundle(paths, "x86_64");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->digest, "0123456789abcdef");
  EXPECT_EQ(found->file, (paths.bundles / "x86_64-0123456789abcdef.tar.gz").string());
  EXPECT_TRUE(find_bundle(paths, "aarch64"));
  EXPECT_FALSE(find_bundle(paths, "riscv64"));
  EXPECT_FALSE(find_bundle(paths, "x86"));
  EXPECT_FALSE(find_bundle(paths, ""));
  paths.bundles = folder.path() / "nowhere";
  EXPECT_FALSE(find_bundle(paths, "x86_64"));
}

}  // namespace
}  // namespace helper::ensure
