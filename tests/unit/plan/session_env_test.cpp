#include "plan/session_env.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

using Pieces = std::vector<EnvPiece>;

TEST(EnvPieces, AreTextAndTheContainersVariables) {
  EXPECT_EQ(env_pieces("plain $HOME ${HOME}"), (Pieces{{"plain $HOME ${HOME}", false}}));
  EXPECT_EQ(env_pieces("${containerEnv:PATH}:/x"), (Pieces{{"PATH", true}, {":/x", false}}));
  EXPECT_EQ(env_pieces("a${containerEnv:A}${containerEnv:B}"), (Pieces{{"a", false}, {"A", true}, {"B", true}}));
  EXPECT_EQ(env_pieces(""), Pieces{});
}

TEST(EnvPieces, WhatIsNoVariableIsText) {
  for (const char* text : {"${containerEnv:}", "${containerEnv:A", "${containerEnv:A B}", "${containerEnv:$(id)}"})
    EXPECT_EQ(env_pieces(text), (Pieces{{text, false}}));
  EXPECT_EQ(env_pieces("${containerEnv:${containerEnv:A}"), (Pieces{{"${containerEnv:", false}, {"A", true}}));
}

TEST(SessionEnv, HasTheContainersValuesInThoseOfTheConfig) {
  config::SshConfig ssh;
  ssh.env = {{"PATH", "${containerEnv:PATH}:/x"}, {"NONE", "<${containerEnv:GONE}>"}};
  EXPECT_EQ(session_env(ssh, {"PATH=/usr/bin", "A=1"}),
            (std::vector<std::string>{"A=1", "NONE=<>", "PATH=/usr/bin:/x"}));
  EXPECT_EQ(session_env(ssh, {}).back(), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/x")
      << "the engine's own, which is there and not shown";
}

TEST(SessionEnv, IsTheContainersWithTheConfigsValuesInPlaceOfThoseOfTheSameName) {
  config::SshConfig ssh;
  ssh.env = {{"EDITOR", "vim"}, {"PATH", "/mine"}};
  EXPECT_EQ(session_env(ssh, {"PATH=/usr/bin", "A=b=c"}),
            (std::vector<std::string>{"A=b=c", "EDITOR=vim", "PATH=/mine"}));
}

// Podman sets HOME for the container's own user, and a shell of another one would read root's start files.
TEST(SessionEnv, HasTheHomeOfRootForRootOnly) {
  config::SshConfig ssh;
  ssh.user = "root";
  EXPECT_EQ(session_env(ssh, {"HOME=/root", "A=1"}), (std::vector<std::string>{"HOME=/root", "A=1"}));
  ssh.user = "dev";
  EXPECT_EQ(session_env(ssh, {"HOME=/root", "A=1"}), (std::vector<std::string>{"A=1"}));
  EXPECT_EQ(session_env(ssh, {"HOME=/tmp"}), (std::vector<std::string>{"HOME=/tmp"}));
  ssh.env = {{"HOME", "/root"}};
  EXPECT_EQ(session_env(ssh, {}), (std::vector<std::string>{"HOME=/root"}));
}

TEST(SetEnvLine, IsOneLineWithEachVariableInQuotes) {
  EXPECT_EQ(set_env_line({"PATH=/a:/b", R"(GREETING=a "b" $c)", R"(BACK=a\b)", "EMPTY=", "TAB=a\tb"}),
            "SetEnv \"PATH=/a:/b\" \"GREETING=a \\\"b\\\" $c\" \"BACK=a\\\\b\" \"EMPTY=\" \"TAB=a\tb\"\n");
}

TEST(SetEnvLine, LeavesOutWhatNoLineCanCarryAndNamesIt) {
  const std::vector<std::string> env{"A=1", "KEY=-----BEGIN\nx", "B=2", "CR=a\rb"};
  EXPECT_EQ(set_env_line(env), "SetEnv \"A=1\" \"B=2\"\n");
  EXPECT_EQ(not_carried(env), (std::vector<std::string>{"KEY", "CR"}));
}

TEST(SetEnvLine, IsNoneForNoVariables) {
  EXPECT_EQ(set_env_line({}), "");
  EXPECT_EQ(set_env_line({"NOVALUE"}), "");
}

}  // namespace
}  // namespace helper::plan
