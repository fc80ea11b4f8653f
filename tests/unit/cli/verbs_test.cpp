#include "base/text.hpp"
#include "cli/parse.hpp"
#include "cli/render/help.hpp"
#include "cli/verbs/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

namespace helper::cli {
namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

TEST(Verbs, HoldEveryVerbThatIsPromised) {
  for (const char* name :
       {"ensure", "plan",    "status", "stop", "restart", "remove", "logs", "settings", "init", "serve",
        "rpc",    "version", "schema", "help", "python",  "gpu",    "open", "connect",  "ide",  "completion"}) {
    EXPECT_NE(find_verb(name), nullptr) << name;
  }
}

TEST(Verbs, AreCompleteEach) {
  std::set<std::string_view> names;
  for (const Verb& verb : verbs()) {
    EXPECT_TRUE(names.insert(verb.name).second) << verb.name << " twice";
    EXPECT_FALSE(verb.summary.empty()) << verb.name;
    EXPECT_FALSE(verb.summary.ends_with('.')) << verb.name;
    EXPECT_FALSE(verb.details.empty()) << verb.name;
    EXPECT_FALSE(verb.examples.empty()) << verb.name;
    EXPECT_NE(verb.runner, nullptr) << verb.name;
  }
}

TEST(Verbs, HaveOptionsThatAreCompleteEach) {
  for (const Verb& verb : verbs()) {
    std::set<std::string_view> names;
    for (const OptionSpec& common : common_options()) names.insert(common.name);
    for (const OptionSpec& spec : verb.options) {
      EXPECT_TRUE(names.insert(spec.name).second) << verb.name << " " << spec.name << " twice";
      EXPECT_FALSE(spec.help.empty()) << verb.name << " " << spec.name;
      const bool is_word = spec.kind == OptionSpec::Kind::argument || spec.kind == OptionSpec::Kind::rest;
      EXPECT_EQ(spec.name.starts_with("--"), !is_word) << spec.name;
      const bool takes_value = spec.kind == OptionSpec::Kind::text || spec.kind == OptionSpec::Kind::number;
      EXPECT_EQ(takes_value, !spec.value.empty()) << spec.name;
      EXPECT_EQ(spec.kind == OptionSpec::Kind::number, spec.largest > spec.smallest) << spec.name;
    }
  }
}

TEST(Verbs, HaveExamplesThatParse) {
  for (const Verb& verb : verbs()) {
    std::istringstream lines{std::string(verb.examples)};
    for (std::string line; std::getline(lines, line);) {
      // Redirections and quoted JSON are the shell's; the words before them are ours.
      auto words = words_of(line.substr(0, line.find_first_of(">'")));
      ASSERT_GE(words.size(), 2u) << line;
      EXPECT_EQ(words[0], "helper") << line;
      EXPECT_EQ(words[1], verb.name) << line;
      words.erase(words.begin());
      EXPECT_TRUE(parse(words)) << line;
    }
  }
}

TEST(Help, NamesEveryVerbAndOptionAndFitsATerminal) {
  const std::string help = render_help({});
  for (const Verb& verb : verbs()) {
    const bool named = help.find("  " + std::string(verb.name)) != std::string::npos ||
                       help.find(", " + std::string(verb.name)) != std::string::npos;
    EXPECT_TRUE(named) << verb.name;
  }
  for (const OptionSpec& spec : common_options()) EXPECT_NE(help.find(spec.name), std::string::npos) << spec.name;
  EXPECT_LE(std::ranges::count(help, '\n'), 24);
  for (const auto& line : helper::split(help, '\n')) EXPECT_LE(line.size(), 80U) << line;
}

TEST(Verbs, AnAliasNamesOneVerbAndHidesNone) {
  std::set<std::string_view> names;
  for (const Verb& verb : verbs()) EXPECT_TRUE(names.insert(verb.name).second) << verb.name;
  for (const Verb& verb : verbs()) {
    for (const auto alias : aliases_of(verb)) {
      EXPECT_TRUE(names.insert(alias).second) << alias;
      EXPECT_EQ(find_verb(alias), &verb);
    }
  }
  EXPECT_EQ(find_verb("up")->name, "ensure");
  EXPECT_EQ(find_verb("ssh")->name, "exec");
  EXPECT_EQ(find_verb(""), nullptr);
}

TEST(Help, OfAVerbShowsItsOptionsAndExamples) {
  for (const Verb& verb : verbs()) {
    const std::string help = render_verb_help({}, verb);
    for (const OptionSpec& spec : verb.options)
      EXPECT_NE(help.find(spec.name), std::string::npos) << verb.name << " " << spec.name;
    EXPECT_NE(help.find(verb.examples.substr(0, verb.examples.find('\n'))), std::string::npos) << verb.name;
  }
}

TEST(Help, OfErrorsHasOneLineForEach) {
  const std::string text = render_error_table({});
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')), error_catalogue().size() + 2);
  for (const ErrorKind& kind : error_catalogue()) EXPECT_NE(text.find(kind.meaning), std::string::npos) << kind.name;
}

TEST(Help, OfAVerbIsNoWiderThanATerminalButForItsExamples) {
  for (const Verb& verb : verbs()) {
    const std::string help = render_verb_help({}, verb);
    for (const auto& line : helper::split(help.substr(0, help.find("\nexamples\n")), '\n'))
      EXPECT_LE(line.size(), 80U) << verb.name << ": " << line;
  }
}

}  // namespace
}  // namespace helper::cli
