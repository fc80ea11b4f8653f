#include "ssh/identity.hpp"

#include <gtest/gtest.h>

namespace helper::ssh {
namespace {

// The first line of the body is enough: it holds the cipher's name.
TEST(ClassifyKey, TellsLockedKeysFromOpenOnes) {
  EXPECT_EQ(classify_key("-----BEGIN OPENSSH PRIVATE "
                         "KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"),
            KeyFileState::plain);
  EXPECT_EQ(classify_key("-----BEGIN OPENSSH PRIVATE KEY-----\r\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9u\r\n"),
            KeyFileState::plain);
  EXPECT_EQ(
      classify_key(
          "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABB\n"),
      KeyFileState::encrypted);
  EXPECT_EQ(classify_key("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n"), KeyFileState::plain);
  EXPECT_EQ(classify_key("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n"),
            KeyFileState::encrypted);
  EXPECT_EQ(classify_key("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n"), KeyFileState::plain);
  EXPECT_EQ(classify_key("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGbMFcGCSqGSIb3DQEF\n"), KeyFileState::encrypted);
}

TEST(ClassifyKey, KnowsAPublicHalfAndNonsense) {
  EXPECT_EQ(classify_key("ssh-ed25519 AAAAC3Nz me@here\n"), KeyFileState::public_only);
  EXPECT_EQ(classify_key("ecdsa-sha2-nistp256 AAAA\n"), KeyFileState::public_only);
  EXPECT_EQ(classify_key("sk-ssh-ed25519@openssh.com AAAA\n"), KeyFileState::public_only);
  EXPECT_EQ(classify_key(""), KeyFileState::unusable);
  EXPECT_EQ(classify_key("hello"), KeyFileState::unusable);
  EXPECT_EQ(classify_key("-----BEGIN OPENSSH PRIVATE KEY-----"), KeyFileState::unusable);
  EXPECT_EQ(classify_key("-----BEGIN CERTIFICATE-----\nAAAA\n"), KeyFileState::unusable);
}

}  // namespace
}  // namespace helper::ssh
