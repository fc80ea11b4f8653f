#include "config/extra_args.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace helper::config {
namespace {

using Words = std::vector<std::string>;

TEST(ExtraArgs, FlagsWithoutAKeyOfTheirOwnPass) {
  for (const Words& words : std::vector<Words>{{},
                                               {"--ipc=host"},
                                               {"--cap-add", "SYS_PTRACE"},
                                               {"-v", "/a:/b:z"},
                                               {"--volume=/a:/b", "--mount", "type=bind,src=/a,dst=/b"},
                                               {"--label", "team=vision", "-l", "x=y", "--label=z"},
                                               {"-w", "/x", "-u", "1000:1000"},
                                               {"--env-file", "/x"},
                                               {"--network=host", "--init"}}) {
    const auto bad = check_extra_args(words);
    EXPECT_FALSE(bad) << bad->flaw.cause;
  }
}

TEST(ExtraArgs, AFlagThatHelperDecidesIsRefusedWithTheKeyToUse) {
  const std::vector<std::pair<std::string, std::string>> flags{{"--name", "container.name"},
                                                               {"--name=x", "container.name"},
                                                               {"--gpus=all", "container.gpus"},
                                                               {"--runtime", "container.runtime"},
                                                               {"-p", "container.ports"},
                                                               {"-p80:80", "container.ports"},
                                                               {"--publish=80:80", "container.ports"},
                                                               {"-P", "container.ports"},
                                                               {"--shm-size", "container.shm_size"},
                                                               {"--ulimit", "container.ulimits"},
                                                               {"--privileged", "container.privileged"},
                                                               {"--privileged=false", "container.privileged"},
                                                               {"-h", "container.hostname"},
                                                               {"--hostname=x", "container.hostname"},
                                                               {"-e", "container.env"},
                                                               {"--env=A=b", "container.env"},
                                                               {"--restart", "container.restart"},
                                                               {"-d", "remove it"},
                                                               {"--detach", "remove it"},
                                                               {"-it", "remove it"},
                                                               {"-t", "remove it"},
                                                               {"--rm", "remove it"}};
  for (const auto& [flag, fix] : flags) {
    const auto bad = check_extra_args({"--init", flag});
    ASSERT_TRUE(bad) << flag;
    EXPECT_EQ(bad->at, 1u) << flag;
    EXPECT_NE(bad->flaw.fix.find(fix), std::string::npos) << flag << ": " << bad->flaw.fix;
  }
}

TEST(ExtraArgs, OurOwnLabelsAreRefusedInEveryForm) {
  for (const Words& words : std::vector<Words>{{"--label", "io.helper.target=x"},
                                               {"-l", "io.helper.x"},
                                               {"--label=io.helper.x=1"},
                                               {"-lio.helper.x=1"},
                                               {"-l=io.helper.x"}}) {
    EXPECT_TRUE(check_extra_args(words)) << words.front();
  }
}

TEST(ExtraArgs, AWordThatTheEngineWouldTakeForTheImageIsRefused) {
  for (const Words& words : std::vector<Words>{
           {"evil/image"}, {"--ipc=host", "evil"}, {"--cap-add", "X", "evil"}, {"--", "evil"}, {"-"}, {""}}) {
    EXPECT_TRUE(check_extra_args(words)) << words.front();
  }
}

TEST(ExtraArgs, TheBeginningOfAFlagIsNoFlagAndTheClientsOwnOptionsAreNotForIt) {
  const std::vector<std::pair<std::string, std::string>> flags{{"--nam", "container.name"},
                                                               {"--nam=x", "container.name"},
                                                               {"--hostn", "container.hostname"},
                                                               {"--gpu", "container.gpus"},
                                                               {"--priv", "container.privileged"},
                                                               {"--det", "remove it"},
                                                               {"-H", "engine"},
                                                               {"-Htcp://other", "engine"},
                                                               {"--host=tcp://other", "engine"},
                                                               {"--context", "engine"},
                                                               {"--connection=x", "engine"},
                                                               {"--root", "engine"}};
  for (const auto& [flag, fix] : flags) {
    const auto bad = check_extra_args({flag});
    ASSERT_TRUE(bad) << flag;
    EXPECT_NE(bad->flaw.fix.find(fix), std::string::npos) << flag << ": " << bad->flaw.fix;
  }
  for (const char* whole : {"--ip", "--init", "--ipc", "--device", "--dns", "--pid", "--network-alias", "--read-only"})
    EXPECT_FALSE(check_extra_args({whole})) << whole;
}

}  // namespace
}  // namespace helper::config
