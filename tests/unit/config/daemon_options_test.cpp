#include "config/daemon_options.hpp"

#include "support/fake_file_store.hpp"

#include <gtest/gtest.h>

namespace helper::config {
namespace {

const std::filesystem::path k_file = "/home/me/.config/helper/daemon.json";

TEST(DaemonOptions, WithoutAFileOnlyThePersonConnects) {
  test::FakeFileStore files;
  EXPECT_EQ(load_daemon_options(files, k_file), DaemonOptions{LocalUsers::me});
}

TEST(DaemonOptions, TheFileMayLetEveryoneIn) {
  EXPECT_EQ(parse_daemon_options("// a shared kiosk\n{\"local_users\": \"everyone\"}", k_file),
            DaemonOptions{LocalUsers::everyone});
  EXPECT_EQ(parse_daemon_options(R"({"local_users": "me"})", k_file), DaemonOptions{LocalUsers::me});
  EXPECT_EQ(parse_daemon_options("{}", k_file), DaemonOptions{});
}

TEST(DaemonOptions, AnythingElseIsAnErrorThatNamesTheLineAndTheChoices) {
  for (const char* text : {"{\n\"local_users\": \"all\"}", "{\n\"local_users\": true}", "{\n\"users\": \"me\"}"}) {
    const auto options = parse_daemon_options(text, k_file);
    ASSERT_FALSE(options) << text;
    EXPECT_EQ(options.error().code, ErrorCode::config_invalid);
    EXPECT_EQ(options.error().thing, k_file.string() + ":2") << text;
    EXPECT_NE(options.error().fix.find("everyone"), std::string::npos);
  }
  EXPECT_EQ(parse_daemon_options("[]", k_file).error().code, ErrorCode::config_invalid);
  EXPECT_EQ(parse_daemon_options("{", k_file).error().code, ErrorCode::config_syntax);
}

}  // namespace
}  // namespace helper::config
