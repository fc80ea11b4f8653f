// The real helper and the real helperd, as a script uses them.
#include "config/parse.hpp"
#include "integration/cli/helper_home.hpp"

#include <gtest/gtest.h>

#include <iterator>

namespace helper::cli {
namespace {

using Json = nlohmann::json;
using test::HelperHome;

constexpr const char* k_forbid_daemon = "HELPER_NO_SPAWN";

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Command, ShowsItsVersionWithoutStartingADaemon) {
  const HelperHome home;
  const CommandOutput output = home.run({"version", "--json"});
  ASSERT_EQ(output.exit_status, 0) << output.err;
  const Json version = Json::parse(output.out);
  EXPECT_EQ(version.at("helper"), HELPER_VERSION);
  EXPECT_TRUE(version.at("daemon").is_null());
  EXPECT_FALSE(std::filesystem::exists(home.path() / "run/helper/endpoint.json"));
}

TEST(Command, StartsTheDaemonForTheFirstCallAndFindsItForTheNext) {
  const HelperHome home;
  const CommandOutput first = home.run({"rpc", "version"});
  ASSERT_EQ(first.exit_status, 0) << first.err;
  const CommandOutput second = home.run({"version", "--json"});
  EXPECT_EQ(Json::parse(second.out).at("daemon").at("pid"), Json::parse(first.out).at("pid"));
}

TEST(Command, HelpsOnVerbsErrorsAndMethods) {
  const HelperHome home;
  EXPECT_NE(home.run({"--help"}).out.find("ensure"), std::string::npos);
  EXPECT_NE(home.run({"rpc", "--help"}).out.find("shutdown"), std::string::npos);
  EXPECT_NE(home.run({"help", "errors"}).out.find("port.busy"), std::string::npos);
}

TEST(Command, SuggestsTheNearestVerbAndEndsWithTwo) {
  const HelperHome home;
  const CommandOutput output = home.run({"ensrue"});
  EXPECT_EQ(output.exit_status, 2);
  EXPECT_EQ(output.out, "");
  EXPECT_EQ(output.err,
            "error: helper: there is no verb \"ensrue\"; did you mean ensure? [usage]\n  fix: helper ensure\n");
}

TEST(Command, WritesNoEscapeCodesIntoAPipe) {
  const HelperHome home;
  for (const char* verb : {"version", "status", "nonsense", "help"}) {
    const CommandOutput output = home.run({verb}, "exec \"$@\"", {{"TERM", "xterm"}});
    EXPECT_EQ((output.out + output.err).find('\x1b'), std::string::npos) << verb;
  }
}

struct WrongUse {
  const char* name;
  std::vector<std::string> words;
  std::string config;  // "" = none
  const char* error;
  int exit_status;
};

class EveryError : public ::testing::TestWithParam<WrongUse> {};

TEST_P(EveryError, IsOneJsonDocumentWithItsNameAndExitStatus) {
  const HelperHome home;
  if (!GetParam().config.empty()) home.write("helper.json", GetParam().config);
  std::vector<std::string> words = GetParam().words;
  words.emplace_back("--json");
  const CommandOutput output = home.run(words);
  EXPECT_EQ(output.exit_status, GetParam().exit_status) << output.out << output.err;
  EXPECT_EQ(output.err, "");
  ASSERT_TRUE(Json::accept(output.out)) << output.out;
  const Json error = Json::parse(output.out).at("error");
  EXPECT_EQ(error.at("name"), GetParam().error) << output.out;
  EXPECT_EQ(error.at("exit_status"), GetParam().exit_status);
  for (const char* key : {"thing", "cause", "fix"}) EXPECT_TRUE(error.at(key).is_string()) << key;
}

const std::string k_good = R"({"targets": {"centernet": {"container": {"image": "x:1"}}}})";

INSTANTIATE_TEST_SUITE_P(
    Command, EveryError,
    ::testing::Values(
        WrongUse{"no_verb_and_no_config", {}, "", "config.unreadable", 3},
        WrongUse{"unknown_verb", {"ensrue"}, "", "usage", 2},
        WrongUse{"unknown_option", {"status", "--linse"}, "", "usage", 2},
        WrongUse{"wrong_number", {"logs", "--lines", "many"}, "", "usage", 2},
        WrongUse{"no_config", {"ensure"}, "", "config.unreadable", 3},
        WrongUse{"config_named_and_absent", {"ensure", "--config", "nowhere.json"}, "", "config.unreadable", 3},
        WrongUse{"config_is_no_json", {"ensure"}, "{ targets", "config.syntax", 3},
        WrongUse{"unknown_key", {"status"}, R"({"targets": {"t1": {"contianer": {}}}})", "config.invalid", 3},
        WrongUse{"unknown_target", {"ensure", "centrenet"}, k_good, "config.target", 3},
        WrongUse{"config_not_approved", {"ensure"}, k_good, "untrusted", 14},
        WrongUse{"config_not_approved_for_a_look", {"status"}, k_good, "untrusted", 14},
        WrongUse{"unknown_method", {"rpc", "nonsense"}, "", "rpc.method", 11},
        WrongUse{"missing_parameter", {"rpc", "cancel"}, "", "rpc.params", 11},
        WrongUse{"parameters_no_object", {"rpc", "status", "[]"}, "", "usage", 2},
        WrongUse{"init_without_image", {"init"}, "", "usage", 2},
        WrongUse{"init_over_a_file", {"init", "--image", "x"}, "{}", "usage", 2}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(Command, SaysWhatToDoWhenTheDaemonMayNotBeStarted) {
  const HelperHome home;
  const CommandOutput output = home.run({"rpc", "version"}, "exec \"$@\"", {{k_forbid_daemon, "1"}});
  EXPECT_EQ(output.exit_status, error_kind(ErrorCode::daemon_unreachable).exit_status);
  EXPECT_NE(output.err.find("[daemon.unreachable]"), std::string::npos) << output.err;
}

TEST(Command, SaysWhatToDoWhenThereIsNoDaemonProgram) {
  const HelperHome home;
  for (const char* verb : {"serve", "rpc"}) {
    const std::vector<std::string> words =
        std::string(verb) == "rpc" ? std::vector<std::string>{verb, "version"} : std::vector<std::string>{verb};
    const CommandOutput output = home.run(words, "exec \"$@\"", {{"HELPERD", "/nowhere/helperd"}});
    EXPECT_EQ(output.exit_status, 11) << output.err;
    EXPECT_NE(output.err.find("/nowhere/helperd"), std::string::npos) << output.err;
    EXPECT_NE(output.err.find("fix:"), std::string::npos);
  }
}

TEST(Command, CountsAResultThatCannotBeWrittenAsAnError) {
  const HelperHome home;
  const CommandOutput output = home.run({"schema"}, "exec \"$@\" > /dev/full");
  EXPECT_EQ(output.exit_status, error_kind(ErrorCode::file_failed).exit_status);
  EXPECT_NE(output.err.find("standard output"), std::string::npos);
}

TEST(Command, WritesAFirstConfigThatParses) {
  const HelperHome home;
  const CommandOutput output =
      home.run({"init", "--image", "centernet:1.2", "--server", "gpu1", "--target", "centernet"});
  ASSERT_EQ(output.exit_status, 0) << output.err;
  const auto file = home.work() / "helper.json";
  const auto config = config::parse_config(read(file), file, home.path());
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->targets.at("centernet").server, "gpu1");
}

TEST(Command, FindsTheConfigFromAFolderBelow) {
  const HelperHome home;
  home.write("helper.json", R"({"targets": {"t1": {"contianer": {}}}})");
  std::filesystem::create_directories(home.work() / "src/deep");
  const CommandOutput output = home.run({"status"}, "cd src/deep && exec \"$@\"");
  EXPECT_EQ(output.exit_status, 3);
  EXPECT_NE(output.err.find("did you mean"), std::string::npos) << output.err;
}

TEST(Command, ReadsParametersFromStandardInput) {
  const HelperHome home;
  const CommandOutput output = home.run({"rpc", "cancel", "-"}, "exec \"$@\"", {}, R"({"request": "nobody"})");
  ASSERT_EQ(output.exit_status, 0) << output.err;
  EXPECT_EQ(Json::parse(output.out).at("cancelled"), 0);
}

TEST(Command, EndsTheDaemonByRpc) {
  const HelperHome home;
  ASSERT_EQ(home.run({"rpc", "version"}).exit_status, 0);
  EXPECT_EQ(home.run({"rpc", "shutdown"}).exit_status, 0);
}

TEST(Command, EndsADaemonOfAnotherVersionAndStartsNone) {
  const HelperHome home;
  ASSERT_EQ(home.run({"rpc", "version"}).exit_status, 0);
  const auto file = home.path() / "run/helper/endpoint.json";
  Json endpoint = Json::parse(std::ifstream(file));
  endpoint["version"] = "0.0.1";
  std::ofstream(file) << endpoint.dump();
  const CommandOutput output = home.run({"rpc", "shutdown"});
  ASSERT_EQ(output.exit_status, 0) << output.err;
  EXPECT_EQ(output.err, "");
  EXPECT_EQ(Json::parse(output.out).at("stopping"), true);
  std::ifstream log(home.path() / ".local/state/helper/helperd.log");
  const std::string text((std::istreambuf_iterator<char>(log)), {});
  const auto first = text.find(" listens at ");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find(" listens at ", first + 1), std::string::npos) << text;
}

}  // namespace
}  // namespace helper::cli
