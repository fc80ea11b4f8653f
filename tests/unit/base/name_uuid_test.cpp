#include "base/digest.hpp"

#include <gtest/gtest.h>

namespace helper {
namespace {

TEST(NameUuid, IsThatOfTheSpecificationsOwnExample) {
  EXPECT_EQ(name_uuid("www.example.com", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(NameUuid, IsTheSameInEveryRunAndAnotherForAnotherName) {
  EXPECT_EQ(name_uuid("ssh centernet"), name_uuid("ssh centernet"));
  EXPECT_NE(name_uuid("ssh centernet"), name_uuid("ssh centerne"));
  EXPECT_EQ(name_uuid("").size(), 36U);
}

TEST(NameUuid, WhatIsNoUuidIsNoNamespace) {
  for (const char* bad : {"", "x", "6ba7b810-9dad-11d1-80b4"}) EXPECT_EQ(name_uuid("a", bad), "") << bad;
}

}  // namespace
}  // namespace helper
