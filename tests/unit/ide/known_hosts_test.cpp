#include "ide/known_hosts.hpp"

#include "base/process/process.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace helper::ide {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string k_ed = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEH0tKTUbFhzzfvy0xLLb6wX9uv7a0MHo5ECqbRTYmi0";
const std::string k_ed2 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const std::string k_ours = "helper-centernet,[127.0.0.1]:2222 ";

std::string pinned(std::string_view text, const std::vector<std::string>& keys,
                   const std::string& target = "centernet") {
  auto result = with_host_keys(text, target, 2222, keys);
  if (!result) ADD_FAILURE() << to_text(result.error());
  return result.value_or("");
}

TEST(KnownHosts, AnEmptyFileGetsOneLineForEachKey) {
  EXPECT_EQ(pinned("", {k_ed, k_ed2}), k_ours + k_ed + "\n" + k_ours + k_ed2 + "\n");
}

TEST(KnownHosts, TheCommentBehindAKeyIsDropped) {
  EXPECT_EQ(pinned("", {k_ed + " root@build host\n"}), k_ours + k_ed + "\n");
}

TEST(KnownHosts, OnlyTheTargetsOwnLinesAreReplacedAndEveryOtherByteStays) {
  const std::string others_before = "# mine\n\n  helper-centernet2,[127.0.0.1]:2223 " + k_ed2 + "\r\n";
  const std::string others_after = "@cert-authority *.example " + k_ed2 + "\n|1|abc=|def= " + k_ed + "\nno end";
  const std::string before = others_before + k_ours + k_ed + "\n" + others_after;
  EXPECT_EQ(pinned(before, {k_ed2}), others_before + k_ours + k_ed2 + "\n" + others_after);
}

TEST(KnownHosts, ASecondTimeChangesNothing) {
  const std::string once = pinned("a " + k_ed + "\n", {k_ed, k_ed2});
  EXPECT_EQ(pinned(once, {k_ed, k_ed2}), once);
}

TEST(KnownHosts, NoKeysRemoveTheTargetsLines) {
  const std::string other = "other " + k_ed + "\n";
  EXPECT_EQ(pinned(k_ours + k_ed + "\n" + other, {}), other);
}

TEST(KnownHosts, ALastLineWithoutItsEndIsNotRunTogetherWithOurs) {
  EXPECT_EQ(pinned("other " + k_ed, {k_ed2}), "other " + k_ed + "\n" + k_ours + k_ed2 + "\n");
}

TEST(KnownHosts, ReadsBackTheKeysOfOneTarget) {
  const std::string text = pinned(pinned("", {k_ed, k_ed2}), {k_ed2}, "other");
  EXPECT_THAT(host_keys_of(text, "centernet"), ElementsAre(k_ed, k_ed2));
  EXPECT_THAT(host_keys_of(text, "other"), ElementsAre(k_ed2));
  EXPECT_THAT(host_keys_of(text, "centerne"), IsEmpty());
  EXPECT_THAT(host_keys_of("helper-centernet\nhelper-centernet x\n\n", "centernet"), IsEmpty());
}

TEST(KnownHosts, WhatIsNoPublicKeyIsRefusedAndShownHarmless) {
  const std::vector<std::string> bads{
      "", "ssh-ed25519", "* " + k_ed, k_ed + "\n* " + k_ed2, "ssh-ed25519 \x1b[2J", "ssh-ed25519 AAAA"};
  for (const std::string& bad : bads) {
    const auto result = with_host_keys("", "centernet", 2222, {bad});
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, ErrorCode::inside_failed);
    EXPECT_EQ(result.error().cause.find('\x1b'), std::string::npos);
    EXPECT_EQ(result.error().cause.find('\n'), std::string::npos);
  }
}

TEST(KnownHosts, OpenSshFindsTheKeyUnderBothNames) {
  const std::string file = testing::TempDir() + "helper_known_hosts_" + std::to_string(::getpid());
  std::ofstream(file) << pinned("# a comment\n", {k_ed});
  for (const std::string host : {"helper-centernet", "[127.0.0.1]:2222"}) {
    const auto found =
        run_process({.argv = {"ssh-keygen", "-F", host, "-f", file}, .stdin_text = "", .environment = {}}, {});
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_EQ(found->exit_status, 0) << found->err;
    EXPECT_NE(found->out.find(k_ed), std::string::npos) << found->out;
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace helper::ide
