#include "rpc/load.hpp"

#include <gtest/gtest.h>

namespace helper::rpc {
namespace {

const Load k_some{{{"dev", 2222, 1}, {"dev", 8888, 1}, {"prod", 2223, 3}}, 1};

TEST(Load, IsTheSameAfterItWasSent) {
  EXPECT_EQ(load_from_json(to_json(k_some)), k_some);
  EXPECT_EQ(load_from_json(to_json(Load{})), Load{});
}

TEST(Load, IsNotKnownOfADaemonThatDoesNotTell) {
  for (const char* answer :
       {"null", "{}", R"({"stopping": true})", R"({"carries": []})", R"({"carries": [], "requests": -1})",
        R"({"carries": {}, "requests": 0})", R"({"carries": [1], "requests": 0})",
        R"({"carries": [{"target": "t", "local_port": 70000, "connections": 1}], "requests": 0})"}) {
    EXPECT_FALSE(load_from_json(Json::parse(answer))) << answer;
  }
}

TEST(Load, IsSaidInWords) {
  EXPECT_EQ(to_text(k_some), "5 connections (dev: 2222, 8888; prod: 2223) and 1 request that changes something");
  EXPECT_EQ(to_text(Load{{{"dev", 2222, 1}}, 0}), "1 connection (dev: 2222)");
  EXPECT_EQ(to_text(Load{{}, 2}), "2 requests that change something");
  EXPECT_EQ(to_text(Load{{{"a\x1b[2J", 1, 1}}, 0}).find('\x1b'), std::string::npos);
  Load many;
  for (std::uint16_t port = 1; port <= 100; ++port) many.carried.push_back({"dev", port, 1});
  EXPECT_EQ(to_text(many), "100 connections (dev: 1, 2, 3, 4, 5, 6, 7, 8; ...)");
}

TEST(Replacement, CutsNothingThatIsInUseUnlessAPersonSaysSo) {
  const Load busy{{{"dev", 2222, 1}}, 0};
  const Load works{{}, 1};
  for (const bool can_ask : {false, true}) {
    for (const bool same_api : {false, true}) {
      EXPECT_EQ(replacement_of(Load{}, can_ask, same_api), Replacement::silent);
      EXPECT_EQ(replacement_of(std::nullopt, can_ask, same_api), Replacement::told);
    }
  }
  for (const Load& load : {busy, works}) {
    EXPECT_EQ(replacement_of(load, true, true), Replacement::asked);
    EXPECT_EQ(replacement_of(load, true, false), Replacement::asked);
    EXPECT_EQ(replacement_of(load, false, true), Replacement::used);
    EXPECT_EQ(replacement_of(load, false, false), Replacement::refused);
  }
}

}  // namespace
}  // namespace helper::rpc
