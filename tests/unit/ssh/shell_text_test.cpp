#include "ssh/command_errors.hpp"
#include "ssh/shell_channel.hpp"

#include <gtest/gtest.h>

namespace helper::ssh {
namespace {

TEST(ShellText, RunsTheScriptInASubshellBetweenItsMarkers) {
  EXPECT_EQ(shell_text({"echo 'hi'", {}}, "B", "E"),
            "printf '%s %d\\n' B $$; printf '%s\\n' B >&2; ( eval 'echo '\\''hi'\\''' ) </dev/null; printf '%s %d\\n' "
            "E $?; printf '%s\\n' E >&2\n");
}

TEST(ShellText, FeedsStandardInputThroughAPipe) {
  EXPECT_NE(shell_text({"cat", "a'b"}, "B", "E").find("; printf %s 'a'\\''b' | ( eval cat ); printf"),
            std::string::npos);
}

TEST(ShellText, AnEmptyScriptDoesNothing) {
  EXPECT_NE(shell_text({"", {}}, "B", "E").find("( eval : ) </dev/null"), std::string::npos);
}

TEST(StatusOfSignal, IsWhatAShellWouldSay) {
  EXPECT_EQ(status_of_signal("KILL"), 137);
  EXPECT_EQ(status_of_signal("TERM"), 143);
  EXPECT_EQ(status_of_signal("SEGV"), 139);
  EXPECT_EQ(status_of_signal("no such"), 255);
}

}  // namespace
}  // namespace helper::ssh
