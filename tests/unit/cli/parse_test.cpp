#include "cli/parse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace helper::cli {
namespace {

using Words = std::vector<std::string>;

Invocation parsed(const Words& words) {
  auto invocation = parse(words);
  EXPECT_TRUE(invocation) << (invocation ? "" : to_text(invocation.error()));
  return invocation ? *invocation : Invocation{find_verb("help"), {}};
}

Error refused(const Words& words) {
  const auto invocation = parse(words);
  EXPECT_FALSE(invocation) << "was accepted";
  if (invocation) return {};
  EXPECT_EQ(invocation.error().code, ErrorCode::usage);
  EXPECT_FALSE(invocation.error().fix.empty()) << "an error of the command line says what to type instead";
  return invocation.error();
}

TEST(Parse, FindsTheVerbAndItsTarget) {
  const Invocation invocation = parsed({"ensure", "centernet"});
  EXPECT_EQ(invocation.verb->name, "ensure");
  EXPECT_EQ(invocation.arguments.text("TARGET"), "centernet");
}

TEST(Parse, ThatTheCommandsOfTheServerAreShownIsSaidByALetterToo) {
  for (const Words& words : {Words{"-v", "ensure"}, Words{"ensure", "-v"}, Words{"ensure", "--verbose"}})
    EXPECT_TRUE(parsed(words).arguments.has("--verbose"));
  const Invocation exec = parsed({"exec", "--", "ls", "-v"});
  EXPECT_FALSE(exec.arguments.has("--verbose")) << "of the command there";
  EXPECT_EQ(exec.arguments.rest(), (Words{"ls", "-v"}));
}

TEST(Parse, TakesCommonOptionsBeforeAndBehindTheVerb) {
  for (const Words& words :
       {Words{"--config", "a.json", "--json", "ensure", "x"}, Words{"ensure", "--json", "x", "--config=a.json"}}) {
    const Invocation invocation = parsed(words);
    EXPECT_EQ(invocation.verb->name, "ensure");
    EXPECT_EQ(invocation.arguments.text("--config"), "a.json");
    EXPECT_TRUE(invocation.arguments.has("--json"));
    EXPECT_EQ(invocation.arguments.text("TARGET"), "x");
  }
}

TEST(Parse, PutsTheFallbacksIn) {
  EXPECT_EQ(parsed({"logs"}).arguments.number("--lines"), 100);
  EXPECT_EQ(parsed({"settings"}).arguments.text("--format"), "text");
  EXPECT_FALSE(parsed({"ensure"}).arguments.has("TARGET"));
  EXPECT_FALSE(parsed({"ensure"}).arguments.has("--json"));
}

TEST(Parse, TakesATargetThatIsNamedLikeAVerbOrAnOption) {
  EXPECT_EQ(parsed({"ensure", "stop"}).arguments.text("TARGET"), "stop");
  EXPECT_EQ(parsed({"ensure", "--", "--json"}).arguments.text("TARGET"), "--json");
}

TEST(Parse, TreatsHelpAsAQuestionAboutTheVerbEvenWhenTheRestIsWrong) {
  for (const Words& words : {Words{"logs", "--help"}, Words{"--help", "logs"}, Words{"logs", "-h"},
                             Words{"logs", "--lines", "x", "--help"}}) {
    const Invocation invocation = parsed(words);
    EXPECT_EQ(invocation.verb->name, "help");
    EXPECT_EQ(invocation.arguments.text("TOPIC"), "logs");
  }
  EXPECT_EQ(parsed({"rpc", "--help"}).arguments.text("TOPIC"), "rpc");
  EXPECT_EQ(parsed({"--help"}).verb->name, "help");
}

TEST(Parse, TakesVersionAsAnOptionToo) {
  EXPECT_EQ(parsed({"--version"}).verb->name, "version");
  EXPECT_TRUE(parsed({"--version", "--json"}).arguments.has("--json"));
}

TEST(Parse, SuggestsTheNearestVerb) {
  const Error error = refused({"ensrue", "x"});
  EXPECT_EQ(error.cause, "there is no verb \"ensrue\"; did you mean ensure?");
  EXPECT_EQ(error.fix, "helper ensure");
  EXPECT_EQ(refused({"qwertz"}).cause, "there is no verb \"qwertz\"");
}

TEST(Parse, SuggestsTheNearestOption) {
  EXPECT_EQ(refused({"logs", "--line", "3"}).cause, "there is no option --line; did you mean --lines?");
  EXPECT_EQ(refused({"--jsno"}).cause, "there is no option --jsno; did you mean --json?");
  EXPECT_EQ(refused({"stop", "--lines", "3"}).cause, "there is no option --lines");
  EXPECT_EQ(refused({"exec", "ls", "-l"}).fix, "put the words of a command after --, as in: helper exec -- ls -l");
  for (const char* option : {"-r", "-R", "-a", "--recursive"}) {
    const Error cp = refused({"cp", option, "dir", "d:/tmp/"});
    EXPECT_EQ(cp.fix, std::string("leave ") + option + " out: a folder is always copied with all that is in it");
  }
}

TEST(Parse, WithoutAVerbItIsTheStatusOrTheHelp) {
  EXPECT_EQ(parsed({}).verb, &verb_of_none());
  const auto quiet = parsed({"--json", "--config", "a.json"});
  EXPECT_EQ(quiet.verb, &verb_of_none());
  EXPECT_TRUE(quiet.arguments.has("--json"));
  EXPECT_EQ(quiet.arguments.text("--config"), "a.json");
  EXPECT_EQ(refused({"--jsno"}).cause, "there is no option --jsno; did you mean --json?");
}

TEST(Parse, TakesEachOptionOnceAndNoOptionForAValue) {
  EXPECT_EQ(refused({"logs", "--lines", "3", "--lines", "4"}).cause, "--lines is given twice");
  EXPECT_EQ(refused({"logs", "--lines", "--json"}).cause, "--lines needs a value");
  EXPECT_EQ(parsed({"logs", "--json", "--json"}).verb->name, "logs");
  EXPECT_EQ(parsed({"logs", "--lines=7", "dev"}).arguments.number("--lines"), 7);
  EXPECT_EQ(parsed({"status", "--", "-dev"}).arguments.text("TARGET"), "-dev");
}

TEST(Parse, RefusesWhatIsMissingOrTooMuch) {
  EXPECT_EQ(refused({"stop", "a", "b"}).cause, "\"b\" is one argument too many");
  const Error exec = refused({"exec", "d", "echo", "a b"});
  EXPECT_EQ(exec.cause, "\"echo\" is one argument too many");
  EXPECT_EQ(exec.fix, "put the words of a command after --: helper exec d -- echo 'a b'");
  EXPECT_EQ(refused({"exec", "--json", "d", "echo", "a b", "--json"}).fix, exec.fix);
  EXPECT_NE(refused({"rpc"}).cause.find("METHOD"), std::string::npos);
  EXPECT_NE(refused({"logs", "--lines"}).cause.find("--lines"), std::string::npos);
}

TEST(Parse, RefusesAnEmptyTargetRatherThanTakingTheOnlyOne) {
  EXPECT_EQ(refused({"remove", ""}).cause, "TARGET is empty");
}

TEST(Parse, ChecksNumbersAndChoices) {
  for (const char* number : {"0", "100001", "12x", "-1", "1e3", "99999999999999999999"}) {
    EXPECT_NE(refused({"logs", std::string("--lines=") + number}).cause.find("from 1 to 100000"), std::string::npos)
        << number;
  }
  EXPECT_EQ(refused({"settings", "--format", "xml"}).cause,
            "--format is \"xml\"; it can be text|json|ssh-config|ssh-config-ensure");
  EXPECT_EQ(refused({"settings", "--format", "text|json"}).cause,
            "--format is \"text|json\"; it can be text|json|ssh-config|ssh-config-ensure");
  EXPECT_EQ(refused({"status", "--json=perhaps"}).fix, "helper status --help");
}

TEST(Parse, RefusesAnOptionGivenTwice) {
  EXPECT_FALSE(refused({"status", "--config", "a", "--config", "b"}).cause.empty());
}

TEST(WantsJson, IsKnownEvenWhenTheLineIsWrong) {
  EXPECT_TRUE(wants_json({"nonsense", "--json"}));
  EXPECT_FALSE(wants_json({"ensure", "--", "--json"}));
}

}  // namespace
}  // namespace helper::cli
