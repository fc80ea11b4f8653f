#include "ssh/exchange.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace helper::ssh {
namespace {

TEST(Starter, RunsOneLineOfStandardInputAfterItsMarkers) {
  const Starter made = starter("exec cat", "12ab");
  EXPECT_EQ(made.marker, "helper-begin-12ab");
  EXPECT_EQ(made.exec,
            "exec sh -c 'echo helper-begin-12ab $$; echo helper-begin-12ab >&2; IFS= read -r helper_line; eval "
            "\"$helper_line\"'");
  EXPECT_EQ(made.line, "exec cat\n");
}

TEST(Starter, TheCommandHasNothingThatLoginShellsReadDifferently) {
  const std::string exec = starter("exec cat", "12ab").exec;
  EXPECT_EQ(exec.find_first_of("\\!`\n"), std::string::npos);
  EXPECT_EQ(std::ranges::count(exec, '\''), 2);
}

TEST(Starter, OtherBytesTravelAsOctalsOnOneLine) {
  EXPECT_EQ(starter("a\n\\b\t'\x81", "12ab").line, "eval \"$(printf %b 'a\\0012\\\\b\\0011'\\''\\0201')\"\n");
}

}  // namespace
}  // namespace helper::ssh
