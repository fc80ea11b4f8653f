// ${localEnv:NAME} in the texts of helper.json.
#include "config/parse.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace helper::config {
namespace {

const std::filesystem::path k_file = "/home/me/project/helper.json";

Surroundings with(const std::map<std::string, std::string>& variables, Unset unset = Unset::is_empty) {
  return {"/home/me",
          [variables](const std::string& name) -> std::optional<std::string> {
            const auto at = variables.find(name);
            return at == variables.end() ? std::nullopt : std::optional(at->second);
          },
          {},
          {},
          unset};
}

constexpr const char* k_text = R"({"targets": {"net": {
  "server": "${localEnv:SERVER:gpu1}",
  "container": {"image": "${localEnv:IMAGE}:1.2", "mounts": ["/data/${localEnv:IMAGE}:/data"],
                "env": {"A": "x ${localEnv:A} ${localEnv:A}", "B": "${HOME} ${env:A} $${localEnv:A}"}},
  "post_start": ["echo ${localEnv:A} ${containerEnv:A} ${A:-b}"],
  "project": {"local": "${localEnv:WORK}/p", "remote": "/w"}}}})";

Error refused(const std::string& text, const Surroundings& around) {
  const auto config = parse_config(text, k_file, around);
  EXPECT_FALSE(config) << text;
  return config ? Error{} : config.error();
}

TEST(ConfigEnvironment, ValuesAreInEveryTextOfATarget) {
  const auto config = parse_config(k_text, k_file, with({{"IMAGE", "net"}, {"A", "1"}, {"WORK", "/work"}}));
  ASSERT_TRUE(config) << to_text(config.error());
  const Target& t = config->targets.at("net");
  EXPECT_EQ(t.server, "gpu1");
  EXPECT_EQ(t.container.image, "net:1.2");
  EXPECT_EQ(t.container.mounts, (std::vector<std::string>{"/data/net:/data"}));
  EXPECT_EQ(t.container.env.at("A"), "x 1 1");
  EXPECT_EQ(t.project.local, "/work/p");
}

TEST(ConfigEnvironment, WhatIsOfAShellOrOfTheContainerStaysAsItIs) {
  const auto config = parse_config(k_text, k_file, with({{"IMAGE", "net"}, {"A", "1"}, {"WORK", "/work"}}));
  ASSERT_TRUE(config) << to_text(config.error());
  const Target& t = config->targets.at("net");
  EXPECT_EQ(t.container.env.at("B"), "${HOME} ${env:A} $1");
  EXPECT_EQ(t.post_start.front(), "echo 1 ${containerEnv:A} ${A:-b}");
}

TEST(ConfigEnvironment, AValueIsNotReadForVariablesAgain) {
  const auto config =
      parse_config(R"({"targets": {"net": {"container": {"image": "i", "env": {"A": "${localEnv:A}"}}}}})", k_file,
                   with({{"A", "${localEnv:B}"}, {"B", "2"}}));
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->targets.at("net").container.env.at("A"), "${localEnv:B}");
}

TEST(ConfigEnvironment, AVariableThatIsSetAndEmptyNeedsNoDefault) {
  const auto config =
      parse_config(R"({"targets": {"net": {"container": {"image": "i", "env": {"A": "${localEnv:A:x}"}}}}})", k_file,
                   with({{"A", ""}}));
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->targets.at("net").container.env.at("A"), "");
}

TEST(ConfigEnvironment, AVariableThatIsNotSetIsOneErrorWithLineAndKey) {
  EXPECT_EQ(to_text(refused(k_text, with({{"A", "1"}, {"IMAGE", "net"}}))),
            "helper.json:6: targets.net.project.local: needs the variable WORK of your environment, which is not set\n"
            "  fix: export WORK=VALUE, or write a default: ${localEnv:WORK:DEFAULT}");
}

TEST(ConfigEnvironment, NothingElseIsSaidOfAKeyWhoseVariableIsNotSet) {
  const Error error = refused(k_text, with({{"WORK", "/work"}}));
  EXPECT_EQ(
      error.cause,
      "it has 5 errors:\n"
      "helper.json:3: targets.net.container.image: needs the variable IMAGE of your environment, which is not set\n"
      "  fix: export IMAGE=VALUE, or write a default: ${localEnv:IMAGE:DEFAULT}\n"
      "helper.json:3: targets.net.container.mounts[0]: needs the variable IMAGE of your environment, which is not "
      "set\n"
      "  fix: export IMAGE=VALUE, or write a default: ${localEnv:IMAGE:DEFAULT}\n"
      "helper.json:4: targets.net.container.env.A: needs the variable A of your environment, which is not set\n"
      "  fix: export A=VALUE, or write a default: ${localEnv:A:DEFAULT}\n"
      "helper.json:4: targets.net.container.env.B: needs the variable A of your environment, which is not set\n"
      "  fix: export A=VALUE, or write a default: ${localEnv:A:DEFAULT}\n"
      "helper.json:5: targets.net.post_start[0]: needs the variable A of your environment, which is not set\n"
      "  fix: export A=VALUE, or write a default: ${localEnv:A:DEFAULT}");
}

TEST(ConfigEnvironment, AValueIsCheckedAsATextThatIsWritten) {
  EXPECT_EQ(
      refused(R"({"targets": {"net": {"container": {"image": "i", "name": "${localEnv:A}"}}}})", with({{"A", "a b"}}))
          .thing,
      "helper.json:1: targets.net.container.name");
  EXPECT_EQ(refused(R"({"targets": {"net": {"container": {"image": "i", "env": {"A": "${localEnv:A}"}}}}})",
                    with({{"A", "\xff"}}))
                .cause,
            "gets a value from your environment that is not UTF-8 text");
  EXPECT_EQ(refused(R"({"targets": {"net": {"container": {"image": "${localEnv:}"}}}})", with({})).cause,
            "has ${localEnv:} without the name of a variable");
}

TEST(ConfigEnvironment, WithoutValuesADefaultCountsAndTheRestStaysAsItIsWritten) {
  const auto config = parse_config(
      R"({"targets": {"net": {"container": {"image": "i", "env": {"A": "${localEnv:A} ${localEnv:B:b}"}}}}})", k_file,
      with({}, Unset::stays));
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->targets.at("net").container.env.at("A"), "${localEnv:A} b");
}

TEST(ConfigEnvironment, NamesOfKeysAndTheSchemasPlaceHaveNoVariables) {
  const auto config = parse_config(
      R"({"$schema": "${localEnv:X}", "targets": {"net": {"container": {"image": "i", "env": {"A_B": ""}}}}})", k_file,
      with({}));
  EXPECT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(refused(R"({"targets": {"${localEnv:A}": {"container": {"image": "i"}}}})", with({{"A", "net"}})).thing,
            "helper.json:1: targets.${localEnv:A}");
}

}  // namespace
}  // namespace helper::config
