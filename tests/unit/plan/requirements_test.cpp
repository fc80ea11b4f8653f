#include "plan/requirements.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

constexpr std::int64_t k_gb = std::int64_t{1} << 30;

std::vector<std::string> notes(config::HostRequirements wanted, std::int64_t cpus, std::int64_t memory) {
  config::Target target;
  target.server = "gpu1";
  target.requirements = wanted;
  ServerFacts server;
  server.engine.emplace();
  server.engine->cpus = cpus;
  server.engine->memory = memory;
  return requirement_notes(target, server);
}

TEST(Requirements, WhatTheServerDoesNotHaveIsNoted) {
  EXPECT_TRUE(notes({}, 1, 1).empty());
  EXPECT_TRUE(notes({4, 8 * k_gb}, 4, 8 * k_gb).empty());
  EXPECT_TRUE(notes({0, 8 * k_gb}, 4, 8 * k_gb - k_gb / 2).empty()) << "the kernel keeps some of it";
  EXPECT_TRUE(notes({4, 8 * k_gb}, 0, 0).empty()) << "the engine did not say";
  const auto lacks = notes({16, 64 * k_gb}, 8, 31 * k_gb + k_gb / 2);
  ASSERT_EQ(lacks.size(), 2U);
  EXPECT_EQ(lacks[0], "hostRequirements.cpus: devcontainer.json wants 16 processors, and server gpu1 has 8");
  EXPECT_EQ(lacks[1],
            "hostRequirements.memory: devcontainer.json wants 64.0 GB of memory, and server gpu1 has 31.5 GB");
}

TEST(Requirements, AServerWithoutAnEngineIsNotJudged) {
  config::Target target;
  target.requirements = {4, k_gb};
  EXPECT_TRUE(requirement_notes(target, {}).empty());
}

}  // namespace
}  // namespace helper::plan
