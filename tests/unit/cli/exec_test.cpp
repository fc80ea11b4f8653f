#include "cli/openssh.hpp"
#include "ide/ssh_config.hpp"
#include "rpc/types.hpp"
#include "unit/cli/desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace helper::cli {
namespace {

using test::Desk;
using ::testing::Contains;
using Words = std::vector<std::string>;

ide::Access settings() {
  ide::Access i;
  i.target = i.ssh_name = "centernet";
  i.host = "127.0.0.1";
  i.port = 2222;
  i.user = "root";
  i.key_file = "/home/me/key";
  i.known_hosts = "/home/me/known_hosts";
  i.host_key_alias = "helper-centernet";
  return i;
}

const Words k_options{"-oIdentityFile=/home/me/key", "-oIdentitiesOnly=yes", "-oHostKeyAlias=helper-centernet",
                      "-oUserKnownHostsFile=/home/me/known_hosts", "-oStrictHostKeyChecking=yes"};

Words with_fixed(Words words, ide::Program program) {
  words.insert(words.end(), k_options.begin(), k_options.end());
  const auto fixed = ide::fixed_options(settings(), program);
  words.insert(words.end(), fixed.begin(), fixed.end());
  return words;
}

Words ssh_words(const Words& before, const Words& after) {
  Words words{"ssh"};
  words.insert(words.end(), before.begin(), before.end());
  words = with_fixed(std::move(words), ide::Program::ssh);
  words.insert(words.end(), after.begin(), after.end());
  return words;
}

Words scp_words(const Words& before, const Words& after) {
  Words words{"scp", "-r", "-P", "2222"};
  words.insert(words.end(), before.begin(), before.end());
  words = with_fixed(std::move(words), ide::Program::scp);
  words.insert(words.end(), after.begin(), after.end());
  return words;
}

struct Ready : Desk {
  Ready() { daemon.will_answer("settings", {.events = {}, .result = rpc::to_json(settings()), .meanwhile = {}}); }
};

TEST(Exec, QuotesEachWordForTheShellThere) {
  Ready desk;
  ASSERT_EQ(desk.run({"exec", "centernet", "--", "python", "-c", "print('a b', \"$HOME\")", "--json", ""}).value_or(-1),
            0);
  EXPECT_EQ(desk.became, ssh_words({"-T", "-o", "LogLevel=ERROR", "-p", "2222"},
                                   {"root@127.0.0.1", "python -c 'print('\\''a b'\\'', \"$HOME\")' --json ''"}));
  EXPECT_EQ(desk.daemon.asked().front().params.at("target"), "centernet");
}

TEST(Exec, ACommandThatBeginsLikeAnOptionIsNoneOfSsh) {
  Ready desk;
  ASSERT_EQ(desk.run({"exec", "centernet", "--", "-x"}).value_or(-1), 0);
  EXPECT_EQ(desk.became.back(), " -x");
}

TEST(Exec, WithoutACommandIsAShell) {
  Ready desk;
  ASSERT_EQ(desk.run({"exec"}).value_or(-1), 0);
  EXPECT_EQ(desk.became, ssh_words({"-o", "LogLevel=ERROR", "-p", "2222"}, {"root@127.0.0.1"}));
}

TEST(Exec, WindowsComeToThisScreenWhereThatIsAskedFor) {
  for (const char* option : {"-X", "--x11"}) {
    Ready desk;
    ASSERT_EQ(desk.run({"ssh", option}).value_or(-1), 0) << option;
    EXPECT_EQ(desk.became, ssh_words({"-X", "-o", "LogLevel=ERROR", "-p", "2222"}, {"root@127.0.0.1"}));
  }
  Ready desk;
  ASSERT_EQ(desk.run({"exec", "centernet", "--", "ls", "-X"}).value_or(-1), 0);
  EXPECT_EQ(desk.became.back(), "ls -X") << "an option of the command's own";
}

TEST(Run, IsTheTargetsPythonWithTheScriptOfTheProject) {
  Desk desk;
  auto access = settings();
  access.python = "/opt/conda/bin/python";
  desk.daemon.will_answer("settings", {.events = {}, .result = rpc::to_json(access), .meanwhile = {}});
  ASSERT_EQ(desk.run({"run", "/work/train.py", "--", "--epochs", "3"}).value_or(-1), 0);
  const std::string command = desk.became.back();
  EXPECT_TRUE(command.ends_with(" /work/train.py /opt/conda/bin/python /work/train.py --epochs 3")) << command;
  EXPECT_NE(command.find("/work/train.py: the container has no such file"), std::string::npos) << command;
  EXPECT_NE(command.find("fix: helper exec centernet -- ls /work"), std::string::npos) << command;
  std::ofstream(desk.folder.path() / "new.py") << "1\n";
  access.project_local = desk.folder.path();
  access.project_remote = "/work/p";
  desk.daemon.will_answer("settings", {.events = {}, .result = rpc::to_json(access), .meanwhile = {}});
  ASSERT_EQ(desk.run({"run", (desk.folder.path() / "new.py").string()}).value_or(-1), 0);
  EXPECT_NE(desk.became.back().find("fix: helper exec centernet -- mkdir -p /work/p && helper cp " +
                                    (desk.folder.path() / "new.py").string() + " centernet:/work/p/new.py"),
            std::string::npos)
      << desk.became.back();
  access.project_local = "/home/me/p";
  EXPECT_EQ(script_there(access, "train.py", "/home/me/p/sub"), "/work/p/sub/train.py");
  EXPECT_EQ(script_there(access, "../train.py", "/home/me/p/sub"), "/work/p/train.py");
  EXPECT_EQ(script_there(access, "/home/me/p/a.py", "/"), "/work/p/a.py");
  EXPECT_EQ(script_there(access, "train.py", "/home/me/other"), "train.py") << "as in project.remote";
  EXPECT_EQ(script_there(access, "/opt/x.py", "/home/me/p"), "/opt/x.py");
}

TEST(Exec, BeginsInTheProjectsFolderWhereThereIsOne) {
  auto access = settings();
  access.project_remote = "/work/it's";
  EXPECT_EQ(exec_argv(access, {"python", "train.py"}, false).value().back(),
            "test -d '/work/it'\\''s' && cd '/work/it'\\''s'; python train.py");
  EXPECT_EQ(exec_argv(access, {}, true).value().back(),
            "test -d '/work/it'\\''s' && cd '/work/it'\\''s'; exec $SHELL -l");
  EXPECT_THAT(exec_argv(access, {}, true).value(), Contains("-t"));
}

TEST(Copy, IsRelativeToTheProjectsFolderWhereThereIsOne) {
  auto access = settings();
  access.project_remote = "/work";
  const auto remote = [&](const char* path) {
    return copy_argv(access, parse_copy("x", path).value(), false).value().back();
  };
  EXPECT_EQ(remote("t:out"), "root@127.0.0.1:/work/out");
  EXPECT_EQ(remote("t:"), "root@127.0.0.1:/work/");
  EXPECT_EQ(remote("t:/data/x"), "root@127.0.0.1:/data/x");
  EXPECT_EQ(remote("t:~/x"), "root@127.0.0.1:x");
  EXPECT_EQ(remote("t:~"), "root@127.0.0.1:~");
  EXPECT_EQ(remote("t:~/"), "root@127.0.0.1:.");
}

TEST(Copy, TakesThePatternOfAPersonAndNoneOfTheConfig) {
  auto access = settings();
  access.project_remote = "/w/d[1]\\x";
  EXPECT_THAT(copy_argv(access, parse_copy("t:*.log", ".").value(), false).value(),
              Contains("root@127.0.0.1:/w/d\\[1\\]\\\\x/*.log"));
  EXPECT_THAT(copy_argv(access, parse_copy("f", "t:out").value(), false).value(),
              Contains("root@127.0.0.1:/w/d[1]\\x/out"));
}

TEST(Exec, HasATerminalWhenItsInputAndOutputAreOne) {
  EXPECT_THAT(exec_argv(settings(), {"top"}, true).value(), Contains("-t"));
  EXPECT_THAT(exec_argv(settings(), {"top"}, false).value(), Contains("-T"));
}

TEST(Exec, OfATargetThatIsNotReadySaysWhatItLacks) {
  Desk desk;
  desk.daemon.will_answer("settings", {.events = {},
                                       .result = fail(ErrorCode::not_ready, "centernet",
                                                      "it is not ready: start container", "helper ensure centernet"),
                                       .meanwhile = {}});
  const auto status = desk.run({"exec", "centernet", "--", "true"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().fix, "helper ensure centernet");
  EXPECT_TRUE(desk.became.empty());
}

TEST(Copy, GoesByScpToTheContainerAndBack) {
  Ready there;
  ASSERT_EQ(there.run({"cp", "a file", "centernet:/workspace/x y"}).value_or(-1), 0);
  EXPECT_EQ(there.became, scp_words({}, {"--", "./a file", "root@127.0.0.1:/workspace/x y"}));
  EXPECT_EQ(there.daemon.asked().front().params.at("target"), "centernet");
  Ready back;
  ASSERT_EQ(back.run({"cp", ":out", "/tmp/a:b", "--quiet"}).value_or(-1), 0);
  EXPECT_EQ(back.became, scp_words({"-q"}, {"--", "root@127.0.0.1:out", "/tmp/a:b"}));
}

// An scp from before OpenSSH 9 goes its old way, and then the person's SessionType would count.
TEST(Copy, GoesBySftpWhereThePersonSetASessionTypeForAllHosts) {
  for (const auto& [answer, words] : std::vector<std::pair<const char*, Words>>{
           {"user root\nsessiontype none\nport 2222\n", {"-s"}}, {"sessiontype default\n", {}}, {"user root\n", {}}}) {
    Ready desk;
    desk.outputs.push_back({0, answer, {}});
    ASSERT_EQ(desk.run({"cp", "a", "centernet:/b"}).value_or(-1), 0);
    auto expected = scp_words({}, {"--", "./a", "root@127.0.0.1:/b"});
    expected.insert(expected.begin() + 1, words.begin(), words.end());
    EXPECT_EQ(desk.became, expected) << answer;
    ASSERT_EQ(desk.ran.size(), 1U);
    EXPECT_EQ(Words(desk.ran.front().argv.begin(), desk.ran.front().argv.begin() + 2), (Words{"ssh", "-G"}));
    EXPECT_EQ(desk.ran.front().argv.back(), "root@127.0.0.1");
  }
}

TEST(Copy, NeedsExactlyOnePlaceInAContainer) {
  EXPECT_EQ(parse_copy("a", "b").error().code, ErrorCode::usage);
  EXPECT_EQ(parse_copy("t:a", "t:b").error().code, ErrorCode::usage);
  EXPECT_EQ(parse_copy("./a:b", "t:").value().local, "./a:b");
  EXPECT_EQ(parse_copy("t:", "-x").value().local, "-x");
  EXPECT_THAT(copy_argv(settings(), parse_copy("t:", "-x").value(), false).value(), Contains("./-x"));
}

TEST(FollowedLogs, ArePrintedAsTheyComeAndEndWithTheContainer) {
  ensure::Event event;
  event.kind = ensure::Event::Kind::progress;
  event.text = "epoch 1\n";
  const rpc::Json nothing = {{"target", "centernet"}, {"text", ""}};
  for (const char* option : {"-f", "--follow"}) {
    Desk desk;
    desk.daemon.will_answer("logs", {.events = {event, event}, .result = nothing, .meanwhile = {}});
    ASSERT_EQ(desk.run({"logs", option, "--lines", "3"}).value_or(-1), 0);
    EXPECT_EQ(desk.out.str(), "epoch 1\nepoch 1\n");
    EXPECT_EQ(desk.daemon.asked().front().params.at("follow"), true);
    EXPECT_EQ(desk.daemon.asked().front().params.at("lines"), 3);
  }
}

TEST(FollowedLogs, EndWithAnOutputThatCannotBeWritten) {
  ensure::Event event;
  event.kind = ensure::Event::Kind::progress;
  event.text = "epoch 1\n";
  Desk desk;
  desk.out.setstate(std::ios::badbit);
  const rpc::Json nothing = {{"target", "centernet"}, {"text", ""}};
  desk.daemon.will_answer("logs", {.events = {event}, .result = nothing, .meanwhile = {}});
  EXPECT_EQ(desk.run({"logs", "-f"}).value_or(-1), 0) << "run() tells of the output";
  EXPECT_TRUE(desk.daemon.was_stopped());
}

TEST(FollowedLogs, AreNoJsonDocument) {
  Desk desk;
  EXPECT_EQ(desk.run({"logs", "--follow", "--json"}).error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace helper::cli
