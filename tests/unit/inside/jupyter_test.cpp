// What a look says of Jupyter, and what Jupyter is told.
#include "inside/jupyter.hpp"

#include "inside/look.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace helper::inside {
namespace {

using plan::JupyterFacts;
using plan::JupyterKind;

const std::string k_token(64, 'a');
const Question k_question{"root", 61022, 8888, "auto"};

std::string python_line(const std::string& path, const std::string& lab, const std::string& notebook) {
  return "@helper-0123-py\x1f" + path + "\x1f" + path + "\x1f" + "3.11.2\x1f/usr\x1f" + lab + "\x1f" + notebook +
         "\x1f/usr\x1f\x1f\x1f" + "0\x1f" + "0\n";
}

JupyterFacts facts_of(std::vector<Section> sections, const std::string& pythons = {},
                      const Question& question = k_question) {
  sections.insert(sections.begin(), {"user", 0, "0\n/root\n"});
  sections.push_back({"pythons", 0, pythons});
  const auto inside = read_look(sections, question);
  EXPECT_TRUE(inside);
  return inside ? inside->jupyter : JupyterFacts{};
}

TEST(LookAtJupyter, FindsEachPackageOfEachInterpreterInAnOrderThatIsAlwaysTheSame) {
  const std::string a = python_line("/b/python", "4.0.11", "no");
  const std::string b = python_line("/a/python", "", "6.4.12");
  const std::string none = python_line("/c/python", "no", "no");
  const std::vector<plan::JupyterPackage> expected{{"/a/python", JupyterKind::lab, ""},
                                                   {"/a/python", JupyterKind::notebook, "6.4.12"},
                                                   {"/b/python", JupyterKind::lab, "4.0.11"}};
  EXPECT_EQ(facts_of({}, a + b + none + a).packages, expected);
  EXPECT_EQ(facts_of({}, b + none + a).packages, expected);
}

TEST(LookAtJupyter, ReadsOursWholly) {
  const auto facts =
      facts_of({{"jupyter_ours", 0, "1000\n2\nlab by /b/python\n" + k_token + "\n"}, {"jupyter_listens", 0, ""}});
  EXPECT_TRUE(facts.ours_runs);
  EXPECT_FALSE(facts.ours_ended);
  EXPECT_TRUE(facts.listening);
  EXPECT_EQ(facts.uid, 1000U);
  EXPECT_EQ(facts.sessions, 2);
  EXPECT_EQ(facts.setup, "lab by /b/python");
  EXPECT_EQ(facts.token, k_token);
}

TEST(LookAtJupyter, TakesNoTokenThatIsNoneAndNoSetupThatSteersATerminal) {
  for (const std::string& bad : {std::string("short"), k_token + "a", "\x1b" + k_token.substr(1)}) {
    const auto facts = facts_of({{"jupyter_ours", 0, "0\n0\nlab\x1b[2J\n" + bad + "\n"}});
    EXPECT_EQ(facts.token, "") << bad;
    EXPECT_EQ(facts.setup, "");
    EXPECT_TRUE(facts.ours_runs);
  }
  EXPECT_TRUE(facts_of({{"jupyter_ours", 0, ""}}).ours_runs);
}

TEST(LookAtJupyter, KnowsWhenOursHasEndedAndWhenTheImageIsAboutToStartItsOwn) {
  EXPECT_TRUE(facts_of({{"jupyter_ours", 1, ""}}).ours_ended);
  EXPECT_FALSE(facts_of({{"jupyter_ours", 1, ""}}).ours_runs);
  EXPECT_TRUE(facts_of({{"jupyter_expected", 0, ""}, {"jupyter_listens", 1, ""}}).image_starts_one);
  const auto elsewhere = facts_of({{"jupyter_listens", 0, ""}, {"jupyter_elsewhere", 0, "8889\n"}});
  EXPECT_TRUE(elsewhere.is_elsewhere);
  EXPECT_EQ(elsewhere.free_port, 8889);
  EXPECT_FALSE(facts_of({{"jupyter_expected", 0, ""}, {"jupyter_listens", 0, ""}}).image_starts_one);
  EXPECT_EQ(facts_of({{"jupyter_listens", 0, ""}}, "", {"root", 61022, 0, "auto"}), JupyterFacts{});
}

plan::JupyterSetup a_setup(const std::string& user = "root") {
  return {{"/b/python", JupyterKind::lab, "4.0.11"}, user, "/root", "/work/a \"b\"\\c", "0.0.0.0", 9999};
}

TEST(JupyterConfig, HasTheSameSettingsForEachKindOfServer) {
  const auto config = nlohmann::json::parse(jupyter_config(a_setup(), k_token));
  for (const char* app : {"LabApp", "ServerApp", "NotebookApp"}) {
    EXPECT_EQ(config.at(app).at("token"), k_token);
    EXPECT_EQ(config.at(app).at("password"), "");
    EXPECT_EQ(config.at(app).at("ip"), "0.0.0.0");
    EXPECT_EQ(config.at(app).at("port"), 9999);
    EXPECT_EQ(config.at(app).at("port_retries"), 0);
    EXPECT_EQ(config.at(app).at("open_browser"), false);
    EXPECT_EQ(config.at(app).at("allow_root"), true);
    EXPECT_EQ(config.at(app).at("allow_remote_access"), false);
    // Whatever a jupyter_config.json of the image says.
    EXPECT_EQ(config.at(app).at("base_url"), "/");
    for (const char* setting : {"certfile", "keyfile", "sock"}) EXPECT_EQ(config.at(app).at(setting), "");
  }
  EXPECT_EQ(config.at("IdentityProvider").at("token"), k_token);
  EXPECT_EQ(config.at("PasswordIdentityProvider").at("hashed_password"), "");
  EXPECT_EQ(config.at("ServerApp").at("root_dir"), "/work/a \"b\"\\c");
  EXPECT_EQ(config.at("NotebookApp").at("notebook_dir"), "/work/a \"b\"\\c");
}

TEST(JupyterConfig, AllowsRootOnlyToRoot) {
  const auto config = nlohmann::json::parse(jupyter_config(a_setup("dev"), k_token));
  EXPECT_EQ(config.at("ServerApp").at("allow_root"), false);
  EXPECT_EQ(config.at("NotebookApp").at("allow_root"), false);
}

}  // namespace
}  // namespace helper::inside
