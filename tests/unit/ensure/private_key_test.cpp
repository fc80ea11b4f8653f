// Keys made for this test, which open nothing.
#include "ensure/private_key.hpp"

#include "support/sshd.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

constexpr const char* k_plain =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACCEdNqX4nOLKCvNznA+9Fu3uMYfvHKhnwDrU84diJeRKwAAAIiI0CTOiNAk\n"
    "zgAAAAtzc2gtZWQyNTUxOQAAACCEdNqX4nOLKCvNznA+9Fu3uMYfvHKhnwDrU84diJeRKw\n"
    "AAAEAKOAi3zKMbOPxZuarl5w0XVV2V3EyM8hrpsLbYPq8Fm4R02pfic4soK83OcD70W7e4\n"
    "xh+8cqGfAOtTzh2Il5ErAAAAAXQBAgME\n"
    "-----END OPENSSH PRIVATE KEY-----\n";
constexpr const char* k_plain_half = "AAAAC3NzaC1lZDI1NTE5AAAAIIR02pfic4soK83OcD70W7e4xh+8cqGfAOtTzh2Il5Er";
constexpr const char* k_locked =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABCv8p4OAx\n"
    "xhcGPmSL4/fVfcAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIKqZFWBo4LDiNG2N\n"
    "L1MbWDCm6GdHZeyUHHOwmY/D3kZwAAAAkAoKuRJgoZ9W9s2gmaU5Sy6gAQlXl2M7kuRKS1\n"
    "Lo613Q9UPSH8JM2J2PVTmuuUgUS8CQH+DH3F8dw53Upfc616NcaqU/qYejCX1JGbtGhc1j\n"
    "zpjdHKAgw7p+N1TI2nR7c+MqZrNnbmpG7Q56lZ5F0fNQq218antc2KHxlifQSAt7A8prIQ\n"
    "cMAheIb69NkAdGEA==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";
constexpr const char* k_locked_half = "AAAAC3NzaC1lZDI1NTE5AAAAIKqZFWBo4LDiNG2NL1MbWDCm6GdHZeyUHHOwmY/D3kZw";

TEST(PrivateKey, TellsItsPublicHalfAlsoUnderAPassphrase) {
  const auto plain = read_private_key(k_plain);
  EXPECT_FALSE(plain.has_passphrase);
  EXPECT_EQ(plain.public_half, k_plain_half);
  const auto locked = read_private_key(k_locked);
  EXPECT_TRUE(locked.has_passphrase);
  EXPECT_EQ(locked.public_half, k_locked_half);
}

TEST(PrivateKey, OfPemIsKnownWhetherAPassphraseGuardsIt) {
  EXPECT_TRUE(read_private_key("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n").has_passphrase);
  EXPECT_TRUE(read_private_key("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n").has_passphrase);
  const auto plain = read_private_key("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n");
  EXPECT_FALSE(plain.has_passphrase);
  EXPECT_EQ(plain.public_half, std::nullopt);
}

TEST(PrivateKey, OfWhatIsNoKeyOrIsCutOffNothingIsKnown) {
  const std::string whole = k_plain;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto facts = read_private_key(whole.substr(0, length));
    EXPECT_TRUE(!facts.public_half || *facts.public_half == k_plain_half) << length;
  }
  EXPECT_EQ(read_private_key("ssh-ed25519 AAAA").public_half, std::nullopt);
  EXPECT_EQ(read_private_key("-----BEGIN OPENSSH PRIVATE KEY-----\n/////////w==\n").public_half, std::nullopt);
}

TEST(PrivateKey, AFileThatOthersMayReadIsOpenToThem) {
  const test::TempFolder folder;
  const std::string file = (folder.path() / "id").string();
  for (const auto& [mode, is_open] : {std::pair(0600, false), std::pair(0400, false), std::pair(0644, true),
                                      std::pair(0640, true), std::pair(0601, true)}) {
    test::write_file(file, "x", static_cast<mode_t>(mode));
    EXPECT_EQ(is_open_to_others(file), is_open) << mode;
  }
  EXPECT_FALSE(is_open_to_others(file + ".not-there"));
}

}  // namespace
}  // namespace helper::ensure
