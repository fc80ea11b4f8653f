#include "ssh/known_hosts.hpp"

#include <gtest/gtest.h>

namespace helper::ssh {
namespace {

TEST(HostMatches, ComparesNamesWildcardsAndNegations) {
  EXPECT_TRUE(host_matches("gpu1", "gpu1"));
  EXPECT_TRUE(host_matches("gpu1", "other,GPU1"));
  EXPECT_TRUE(host_matches("gpu1.example.org", "*.example.org"));
  EXPECT_TRUE(host_matches("gpu1", "gpu?"));
  EXPECT_FALSE(host_matches("gpu10", "gpu?"));
  EXPECT_FALSE(host_matches("gpu1", "*,!gpu1"));
  EXPECT_FALSE(host_matches("gpu1", "!gpu1,*"));
  EXPECT_FALSE(host_matches("gpu1", "!other"));
  EXPECT_TRUE(host_matches("[10.0.0.5]:2200", "[10.0.0.5]:2200"));
  EXPECT_FALSE(host_matches("10.0.0.5", "[10.0.0.5]:2200"));
}

TEST(HostMatches, IsQuickOnAHostilePattern) {
  std::string pattern;
  for (int i = 0; i < 5'000; ++i) pattern += "a*";
  EXPECT_FALSE(host_matches(std::string(5'000, 'a') + "!", pattern + "b"));
}

TEST(HostMatches, ReadsHashedNames) {
  // ssh-keygen -H on "gpu1".
  const std::string hashed = "|1|RRmE6zICtLbEeUzqet1xUUFAZE8=|7syQwtmNzLhX2Fpz3Qf2P7Mt+Qk=";
  EXPECT_TRUE(host_matches("gpu1", hashed));
  EXPECT_FALSE(host_matches("gpu2", hashed));
  EXPECT_FALSE(host_matches("gpu1", "|1|broken"));
}

TEST(MatchingEntries, TakesLinesOfTheHostAndLeavesTheRest) {
  const std::string text =
      "# comment\n"
      "\n"
      "other ssh-ed25519 AAAA\n"
      "  gpu1,10.0.0.5 ssh-ed25519 BBBB someone@somewhere\r\n"
      "@cert-authority gpu1 ssh-ed25519 CCCC\n"
      "@revoked\t*\tssh-rsa\tDDDD\n"
      "gpu1 ssh-rsa\n"
      "gpu1 ecdsa-sha2-nistp256 EEEE";
  const std::vector<KnownHostEntry> expected{
      {"file", 4, false, "ssh-ed25519", "BBBB"},
      {"file", 5, false, "ssh-ed25519", "CCCC", true},
      {"file", 6, true, "ssh-rsa", "DDDD"},
      {"file", 8, false, "ecdsa-sha2-nistp256", "EEEE"},
  };
  EXPECT_EQ(matching_entries("gpu1", "file", text), expected);
}

TEST(LookupName, FollowsOpenSsh) {
  HostConfig host;
  host.hostname = "GPU1.Example.org";
  EXPECT_EQ(lookup_name(host), "gpu1.example.org");
  host.port = 2200;
  EXPECT_EQ(lookup_name(host), "[gpu1.example.org]:2200");
  host.host_key_alias = "Pinned";
  EXPECT_EQ(lookup_name(host), "Pinned");
}

TEST(KnownHosts, JudgesAKey) {
  const KnownHostEntry ed{"file", 1, false, "ssh-ed25519", "ED"};
  const KnownHostEntry rsa{"file", 2, false, "ssh-rsa", "RSA"};
  const KnownHostEntry revoked{"file", 3, true, "ssh-ed25519", "BAD"};
  const KnownHosts known({ed, rsa, revoked}, {});
  EXPECT_EQ(known.judge("ssh-ed25519", "ED").verdict, KeyVerdict::known);
  EXPECT_EQ(known.judge("ssh-rsa", "RSA").verdict, KeyVerdict::known);
  EXPECT_EQ(known.judge("ssh-ed25519", "NEW").verdict, KeyVerdict::changed);
  EXPECT_EQ(known.judge("ssh-ed25519", "NEW").entry, ed);
  EXPECT_EQ(known.judge("ssh-rsa", "NEW").entry, rsa);
  EXPECT_EQ(known.judge("ecdsa-sha2-nistp256", "NEW").verdict, KeyVerdict::other_type);
  EXPECT_EQ(known.judge("ssh-ed25519", "BAD").verdict, KeyVerdict::revoked);
  EXPECT_EQ(KnownHosts().judge("ssh-ed25519", "ED").verdict, KeyVerdict::unknown);
}

TEST(KnownHosts, ARevocationOutweighsATrustedLine) {
  const KnownHosts known({{"file", 1, false, "ssh-ed25519", "ED"}, {"file", 2, true, "ssh-ed25519", "ED"}}, {});
  EXPECT_EQ(known.judge("ssh-ed25519", "ED").verdict, KeyVerdict::revoked);
}

TEST(KnownHosts, LinesForTheBareNameMayVouchForAnotherPortAndNoMore) {
  const KnownHosts known({}, {{"file", 1, false, "ssh-ed25519", "ED"}, {"file", 2, true, "ssh-ed25519", "BAD"}});
  EXPECT_EQ(known.judge("ssh-ed25519", "ED").verdict, KeyVerdict::known);
  EXPECT_EQ(known.judge("ssh-ed25519", "NEW").verdict, KeyVerdict::unknown);
  EXPECT_EQ(known.judge("ssh-ed25519", "BAD").verdict, KeyVerdict::revoked);
}

TEST(KnownHosts, AsksForTheAlgorithmsOfKnownKeysFirst) {
  EXPECT_TRUE(KnownHosts().algorithms().starts_with("ssh-ed25519,ecdsa-sha2-nistp256,"));
  const KnownHosts rsa({{"file", 1, false, "ssh-rsa", "RSA"}}, {});
  EXPECT_TRUE(rsa.algorithms().starts_with("rsa-sha2-512,rsa-sha2-256,ssh-ed25519,")) << rsa.algorithms();
  const KnownHosts revoked({{"file", 1, true, "ssh-rsa", "RSA"}}, {});
  EXPECT_TRUE(revoked.algorithms().starts_with("ssh-ed25519,"));
}

TEST(KnownHosts, AsksForTheTypeThatWasCheckedBeforeAllOthers) {
  const KnownHosts rsa({{"file", 1, false, "ssh-rsa", "RSA"}}, {});
  EXPECT_TRUE(rsa.algorithms("ecdsa-sha2-nistp256").starts_with("ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256,"));
  EXPECT_TRUE(KnownHosts().algorithms("ssh-rsa").starts_with("rsa-sha2-512,rsa-sha2-256,ssh-ed25519,"));
}

TEST(KnownHosts, AnAuthorityIsNoKeyOfTheServer) {
  const KnownHosts known({{"file", 1, false, "ssh-ed25519", "CA", true}}, {{"file", 2, true, "ssh-rsa", "BAD"}});
  EXPECT_TRUE(known.has_authorities());
  EXPECT_EQ(known.judge("ssh-ed25519", "CA").verdict, KeyVerdict::unknown);
  EXPECT_EQ(known.judge("ssh-ed25519", "ED").verdict, KeyVerdict::unknown);
  EXPECT_EQ(known.revoked().size(), 1u);
  EXPECT_FALSE(KnownHosts({{"file", 1, false, "ssh-rsa", "RSA"}}, {}).has_authorities());
}

TEST(FingerprintOf, IsWrittenAsSshWritesIt) {
  // ssh-keygen -lf of this key.
  EXPECT_EQ(fingerprint_of("AAAAC3NzaC1lZDI1NTE5AAAAIKzLOhMrzlfM2WAMaylVPsS2bJd5AitXXm4ACEJCrbKw"),
            "SHA256:CL6vO6hrxm40yBphija/NeBIWvZZzI9pr0PasP/ctRg");
  EXPECT_EQ(fingerprint_of("no base64"), "");
}

}  // namespace
}  // namespace helper::ssh
