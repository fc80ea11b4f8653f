// What our sshd is started with.
#include "plan/sshd_setup.hpp"

#include "plan/fields.hpp"
#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

using test::desired;
using test::ready;

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(SshdSetup, LetsTheKeyInAndNoPassword) {
  const auto setup = sshd_setup(desired(), ready());
  ASSERT_TRUE(setup);
  EXPECT_EQ(setup->sshd, "/dev/helper/ssh/sbin/sshd");
  EXPECT_TRUE(setup->listens);
  EXPECT_FALSE(setup->as_user);
  EXPECT_EQ(setup->authorized_key, test::k_public_line);
  for (const char* line :
       {"Port 61022", "HostKey /dev/helper/run/host_ed25519", "PasswordAuthentication no", "MaxStartups 100:30:300",
        "LoginGraceTime 60", "MaxAuthTries 60", "X11Forwarding yes", "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password", "AllowUsers root",
        "AuthorizedKeysFile /dev/helper/run/authorized_keys .ssh/authorized_keys",
        "Subsystem sftp /dev/helper/ssh/bin/busybox env LD_PRELOAD=/dev/helper/ssh/lib/libnss_wrapper.so "
        "NSS_WRAPPER_PASSWD=/dev/helper/run/passwd NSS_WRAPPER_GROUP=/dev/helper/run/group "
        "NSS_WRAPPER_SHADOW=/dev/helper/run/shadow /dev/helper/ssh/libexec/sftp-server"}) {
    EXPECT_TRUE(has_line(setup->config, line)) << line << "\n" << setup->config;
  }
  EXPECT_EQ(setup->env, "SetEnv \"PATH=/usr/bin:/bin\" \"GREETING=a \\\"b\\\" $c\"\n");
}

TEST(SshdSetup, GivesLoginShellsTheEnvironmentAgain) {
  Observed observed = ready();
  observed.server.container->env = {"PATH=/opt/x:/bin", "Q=it's $HOME", "1BAD=x", "a-b=x", "LINES=a\nb"};
  const auto setup = sshd_setup(desired(), observed);
  ASSERT_TRUE(setup);
  EXPECT_NE(setup->profile.find("export PATH=/opt/x:/bin\n"), std::string::npos) << setup->profile;
  EXPECT_NE(setup->profile.find("export Q='it'\\''s $HOME'\n"), std::string::npos) << setup->profile;
  for (const char* name : {"1BAD", "a-b", "LINES"}) EXPECT_EQ(setup->profile.find(name), std::string::npos) << name;
}

TEST(SshdSetup, OnPipesNamesNoPort) {
  Observed observed = ready();
  observed.server.container->ways.published.clear();
  observed.server.container->ways.address.clear();
  const auto setup = sshd_setup(desired(), observed);
  ASSERT_TRUE(setup);
  EXPECT_FALSE(setup->listens);
  EXPECT_EQ(setup->config.find("Port "), std::string::npos);
}

TEST(SshdSetup, GivesTheVolumeOfTheIdeToTheUserByTheIdsOfNow) {
  Observed observed = ready();
  const auto none = sshd_setup(desired(), observed);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->cache_owner, "");
  observed.server.container->applied = {{"ide.backend_cache", "true"}};
  observed.place.inside->user_uid = 1234;
  observed.place.inside->user_gid = 100;
  const auto setup = sshd_setup(desired(), observed);
  ASSERT_TRUE(setup);
  EXPECT_EQ(setup->cache_owner, "1234:100");
  observed.place.inside->user_uid = 1000;
  const auto with_other_ids = sshd_setup(desired(), observed);
  ASSERT_TRUE(with_other_ids);
  EXPECT_NE(fingerprint(*setup, {}), fingerprint(*none, {}));
  EXPECT_NE(fingerprint(*setup, {}), fingerprint(*with_other_ids, {}));
}

TEST(SshdSetup, TellsOfAVolumeOfTheIdeThatNothingLeadsTo) {
  config::Target target = test::target();
  target.ide.backend_cache = true;
  const Desired wanted = desired_state(target, Power::running);
  Observed observed = ready();
  observed.server.container->applied = fields_of(target);
  const auto setup = sshd_setup(wanted, observed);
  ASSERT_TRUE(setup);
  observed.place.inside->sshd_fingerprint = fingerprint(*setup, observed.local.host_keys);
  const auto linked = test::plan_for(wanted, observed);
  observed.place.inside->cache_linked = false;
  const auto told = test::plan_for(wanted, observed);
  EXPECT_EQ(told.steps.size(), linked.steps.size());
  EXPECT_EQ(told.notes.size(), linked.notes.size() + 1);
  EXPECT_EQ(told.notes.back(),
            "~/.cache/JetBrains in container centernet does not lead to the volume of ide.backend_cache, which keeps "
            "nothing of it; move away what is there, then: helper restart centernet");
}

TEST(SshdSetup, HasNoVolumeOfTheIdeInAContainerThatWasMadeWithoutOne) {
  config::Target target = test::target();
  target.ide.backend_cache = true;
  Observed observed = ready();
  observed.server.container->applied = {{"ide.backend_cache", ""}};
  const auto setup = sshd_setup(desired_state(target, Power::running), observed);
  ASSERT_TRUE(setup);
  EXPECT_EQ(setup->cache_owner, "");
}

TEST(SshdSetup, WithTheImagesSshdUsesWhatThatHas) {
  Observed observed = ready();
  observed.local.bundle = std::nullopt;
  observed.place.inside->bundle.clear();
  observed.place.inside->image_sshd = "/usr/sbin/sshd";
  const auto setup = sshd_setup(desired(), observed);
  ASSERT_TRUE(setup);
  EXPECT_EQ(setup->sshd, "/usr/sbin/sshd");
  EXPECT_FALSE(setup->from_bundle);
  EXPECT_TRUE(has_line(setup->config, "Subsystem sftp internal-sftp"));
}

TEST(Fingerprint, OfASetupChangesWithAnyOfItsPartsAndTheHostKeys) {
  const SshdSetup setup = *sshd_setup(desired(), ready());
  const auto base = fingerprint(setup, {"k"});
  EXPECT_EQ(fingerprint(setup, {"k"}), base);
  EXPECT_NE(fingerprint(setup, {"other"}), base);
  for (const auto part : {&SshdSetup::sshd, &SshdSetup::user, &SshdSetup::folder, &SshdSetup::config}) {
    SshdSetup changed = setup;
    changed.*part += "x";
    EXPECT_NE(fingerprint(changed, {"k"}), base);
  }
}

TEST(Fingerprint, OfASetupIsTheSameForEveryClient) {
  const SshdSetup setup = *sshd_setup(desired(), ready());
  for (const auto part : {&SshdSetup::authorized_key, &SshdSetup::profile, &SshdSetup::env, &SshdSetup::client}) {
    SshdSetup changed = setup;
    changed.*part += "x";
    EXPECT_EQ(fingerprint(changed, {"k"}), fingerprint(setup, {"k"}));
  }
}

}  // namespace
}  // namespace helper::plan
