#include "config/owners.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace helper::config {
namespace {

using Kind = PathFacts::Kind;
constexpr unsigned k_me = 1000;
constexpr unsigned k_bob = 1001;

PathFacts file(unsigned owner, unsigned mode) { return {"/p/helper.json", Kind::file, owner, "someone", mode}; }
PathFacts folder(unsigned owner, unsigned mode) { return {"/p", Kind::folder, owner, "someone", mode}; }
PathFacts with_group(PathFacts facts, const std::string& name, bool is_private, bool has_list = false) {
  facts.group_name = name;
  facts.group_is_private = is_private;
  facts.has_access_list = has_list;
  return facts;
}

bool refused(const std::vector<PathFacts>& way) { return others_power(way, k_me).has_value(); }

TEST(Owners, WhatOnlyThePersonOrRootCanChangeIsTheirs) {
  EXPECT_FALSE(refused({file(k_me, 0644), folder(k_me, 0755)}));
  EXPECT_FALSE(refused({file(k_me, 0600), folder(k_me, 0700)}));
  EXPECT_FALSE(refused({file(0, 0644), folder(0, 0755)})) << "the administrator's: shown and asked for, as any other";
  EXPECT_FALSE(refused({}));
}

TEST(Owners, AFileOfAnotherUserIsRefusedAndNamed) {
  EXPECT_EQ(others_power(std::vector{PathFacts{"/srv/helper.json", Kind::file, k_bob, "bob", 0644}}, k_me),
            "/srv/helper.json belongs to bob (user 1001)");
  EXPECT_EQ(others_power(std::vector{PathFacts{"/srv/helper.json", Kind::file, k_bob, "", 0644}}, k_me),
            "/srv/helper.json belongs to user 1001");
  EXPECT_TRUE(others_power(std::vector{file(k_me, 0644)}, 0)) << "root is not exempt: that was root's shell";
}

TEST(Owners, AFileOrFolderThatEverybodyMayWriteIsRefused) {
  EXPECT_EQ(others_power(std::vector{file(k_me, 0666)}, k_me),
            "every user of this machine may write /p/helper.json (mode 0666)");
  EXPECT_EQ(others_power(std::vector{file(k_me, 0644), folder(0, 01777)}, k_me),
            "every user of this machine may write in /p, the folder it lies in (mode 1777)");
  EXPECT_TRUE(refused({file(k_me, 0644), folder(k_bob, 0755)})) << "its owner can put another file there";
}

TEST(Owners, AGroupCountsUnlessOnlyTheOwnerIsInIt) {
  EXPECT_FALSE(refused({with_group(file(k_me, 0664), "me", true), with_group(folder(k_me, 0775), "me", true)}))
      << "umask 002";
  EXPECT_EQ(others_power(std::vector{with_group(file(k_me, 0664), "staff", false)}, k_me),
            "group staff may write /p/helper.json (mode 0664)");
  EXPECT_TRUE(refused({file(k_me, 0644), with_group(folder(k_me, 0775), "staff", false)}));
  EXPECT_TRUE(refused({with_group(file(k_me, 0664), "me", true, true)})) << "an ACL may name bob";
  EXPECT_FALSE(refused({with_group(file(k_me, 0644), "staff", false)})) << "it may only read";
}

TEST(Owners, OfALinkOnlyTheOwnerCounts) {
  EXPECT_FALSE(refused({PathFacts{"/p/helper.json", Kind::link, k_me, "me", 0777}, file(k_me, 0644)}));
  EXPECT_TRUE(refused({PathFacts{"/p/helper.json", Kind::link, k_bob, "bob", 0777}, file(k_me, 0644)}));
  EXPECT_TRUE(refused({PathFacts{"/p/helper.json", Kind::link, k_me, "me", 0777}, file(k_bob, 0644)}));
}

TEST(Owners, ADriveOfWindowsHasNoOwnersToGoBy) {
  PathFacts facts = file(k_bob, 0777);
  facts.is_windows_drive = true;
  EXPECT_FALSE(refused({facts}));
}

}  // namespace
}  // namespace helper::config
