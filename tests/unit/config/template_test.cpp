#include "config/template.hpp"

#include "config/keys.hpp"
#include "config/parse.hpp"
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include <random>
#include <regex>
#include <string>

namespace helper::config {
namespace {

TemplateAnswers few_answers() {
  TemplateAnswers answers;
  answers.target = "centernet";
  answers.image = "centernet:1.2";
  return answers;
}

TemplateAnswers many_answers() {
  TemplateAnswers answers = few_answers();
  answers.server = "me@gpu1:2200";
  answers.container_name = "cn";
  answers.gpus = "0,1";
  answers.shm_size = "8g";
  answers.mounts = {"/home/me/my_project:/workspace/my_project", "data:/data:ro"};
  answers.ports = {"6006:6006"};
  answers.ssh_user = "dev";
  answers.ssh_key = "~/.ssh/id_rsa";
  answers.ssh_local_port = 2223;
  answers.jupyter = JupyterConfig{.local_port = 8889, .port = 8890, .dir = "/workspace"};
  answers.forwards = {{6006, 6006}, {5000, 5001}};
  answers.project_local = ".";
  answers.project_remote = "/workspace/my_project";
  answers.python = "conda:CenterNet";
  return answers;
}

Target parsed(const std::string& text) {
  const auto config = parse_config(text, "/p/helper.json", "/home/me");
  if (!config) {
    ADD_FAILURE() << to_text(config.error()) << "\n" << text;
    return {};
  }
  return config->targets.begin()->second;
}

// What parse_config must give back for these answers.
Target expected(const TemplateAnswers& answers) {
  Target t;
  t.name = answers.target;
  t.server = answers.server.value_or("local");
  t.container.name = answers.container_name.value_or(answers.target);
  t.container.image = answers.image;
  t.container.gpus = answers.gpus.value_or("all");
  t.container.shm_size = answers.shm_size.value_or("");
  t.container.mounts = answers.mounts;
  t.container.ports = answers.ports;
  t.ssh.user = answers.ssh_user.value_or("root");
  t.ssh.local_port = answers.ssh_local_port;
  if (answers.ssh_key)
    t.ssh.key = answers.ssh_key->starts_with("~/") ? "/home/me" + answers.ssh_key->substr(1) : *answers.ssh_key;
  t.jupyter = answers.jupyter;
  t.forwards = answers.forwards;
  if (answers.project_remote) {
    t.project.remote = *answers.project_remote;
    t.project.local = (std::filesystem::path("/p") / answers.project_local.value_or(".")).lexically_normal();
    if (!t.project.local.has_filename()) t.project.local = t.project.local.parent_path();
  }
  t.python = answers.python;
  t.config_file = "/p/helper.json";
  t.ssh_name = t.name;
  t.default_name = !answers.container_name;
  return t;
}

TEST(ConfigTemplate, IsTheExpectedTextForFewAnswersAndForMany) {
  EXPECT_TRUE(test::matches_file("tests/golden/template_few.json", config_template(few_answers())));
  EXPECT_TRUE(test::matches_file("tests/golden/template_many.json", config_template(many_answers())));
}

TEST(ConfigTemplate, ParsingGivesTheAnswersBack) {
  EXPECT_EQ(parsed(config_template(few_answers())), expected(few_answers()));
  EXPECT_EQ(parsed(config_template(many_answers())), expected(many_answers()));
}

TEST(ConfigTemplate, HoldsEveryKeyOfATarget) {
  for (const auto& answers : {few_answers(), many_answers()}) {
    const std::string text = config_template(answers);
    for (const Key& row : keys()) {
      if (!row.path.starts_with("targets.*.")) continue;
      EXPECT_NE(text.find("\"" + std::string(last_name(row.path)) + "\": "), std::string::npos) << row.path;
    }
  }
}

TEST(ConfigTemplate, EveryCommentedLineCanBeMadeLive) {
  const std::regex comment("^( *)// (\"[a-z_]+\": )");
  for (const auto& answers : {few_answers(), many_answers()}) {
    std::istringstream lines(config_template(answers));
    std::string live;
    int made_live = 0;
    for (std::string line; std::getline(lines, line);) {
      const std::string changed = std::regex_replace(line, comment, "$1$2");
      made_live += changed == line ? 0 : 1;
      live += changed + "\n";
    }
    EXPECT_GT(made_live, 5);
    EXPECT_EQ(parsed(live).container.image, "centernet:1.2");
  }
}

TEST(ConfigTemplate, HostileAnswersStayAnswers) {
  TemplateAnswers answers = many_answers();
  answers.project_remote = "/w\"},//*/ \\ \xE2\x80\xA8 x";
  answers.project_local = "a \"quoted\" */ // folder\\";
  answers.mounts = {"/home/\"x\"\\/*:/w/*/\"//"};
  answers.python = "/opt/\"py\\thon\" // */x";
  EXPECT_EQ(parsed(config_template(answers)), expected(answers));
}

TEST(ConfigTemplate, AnAnswerWithALineEndOrBadBytesIsRefusedByTheParserAndBreaksNothing) {
  TemplateAnswers answers = few_answers();
  answers.image = "a\n\"privileged\": true,\n\"image\": \"b";
  const auto config = parse_config(config_template(answers), "/p/helper.json");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().thing.find("container.image"), std::string::npos);
  answers.image = "bad\xff";
  EXPECT_FALSE(parse_config(config_template(answers), "/p/helper.json"));
}

// Seeded: a failure names the round.
TEST(ConfigTemplate, RoundTripsRandomGoodAnswers) {
  std::mt19937 random(20240601);
  const auto number = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  const auto coin = [&] { return number(0, 1) == 1; };
  const auto text = [&](std::string_view letters) {
    std::string out;
    for (int n = number(2, 12); n > 0; --n)
      out += letters[static_cast<std::size_t>(number(0, static_cast<int>(letters.size()) - 1))];
    return out;
  };
  constexpr std::string_view k_name = "abcXYZ019";
  const auto port = [&] { return static_cast<std::uint16_t>(number(1, 65535)); };
  for (int round = 0; round < 500; ++round) {
    TemplateAnswers answers;
    answers.target = text(k_name);
    answers.image = "img" + std::to_string(number(0, 9)) + ":" + text(k_name);
    if (coin()) answers.server = text(k_name);
    if (coin()) answers.container_name = text(k_name);
    if (coin()) answers.gpus = coin() ? "none" : std::to_string(number(1, 8));
    if (coin()) answers.shm_size = std::to_string(number(1, 64)) + "g";
    for (int n = number(0, 3); n > 0; --n)
      answers.mounts.push_back("/" + text("ab \"\\/*") + ":/" + std::to_string(n) + text("ab \"\\*"));
    if (coin()) answers.ports.push_back(std::to_string(port()));
    if (coin()) answers.ssh_user = "u" + text("abc09_.-");
    if (coin()) answers.ssh_key = "/k" + text("ab \"\\");
    answers.ssh_local_port = 10000;
    if (coin())
      answers.jupyter =
          JupyterConfig{.local_port = 10001, .port = port(), .dir = coin() ? "" : "/" + text("ab \"\\/*")};
    for (int n = number(0, 3); n > 0; --n) answers.forwards.push_back({static_cast<std::uint16_t>(10001 + n), port()});
    if (coin()) answers.project_remote = "/" + text("ab \"\\/*{}[],'#$%&~");
    if (coin()) answers.project_local = "p" + text("ab \"\\*{}[],'#$%&~");
    if (coin()) answers.python = "conda:" + text(k_name);
    EXPECT_EQ(parsed(config_template(answers)), expected(answers)) << "round " << round;
  }
}

}  // namespace
}  // namespace helper::config
