#include "config/find.hpp"

#include "support/fake_file_store.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace helper::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_one = R"({"targets": {"a1": {"container": {"image": "i:1"}}}})";
constexpr const char* k_two =
    R"({"targets": {"centernet": {"container": {"image": "i:1"}}, "yolo": {"container": {"image": "i:1"}, "ssh": {"local_port": 2}}}})";

class FindConfig : public testing::Test {
 protected:
  FindConfig() { fs::create_directories(folder() / "home/me/project/src"); }
  [[nodiscard]] fs::path folder() const { return temp_.path(); }
  fs::path touch(const std::string& name) const {
    fs::path file = folder() / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << k_one;
    return file;
  }
  [[nodiscard]] FindOptions options() const {
    return {.explicit_file = std::nullopt,
            .folder = folder() / "home/me/project/src",
            .home = folder() / "home/me",
            .user_config_file = folder() / "home/me/.config/helper/config.json"};
  }

 private:
  test::TempFolder temp_;
};

TEST_F(FindConfig, TheNearestFolderUpwardsWins) {
  const fs::path user = touch("home/me/.config/helper/config.json");
  EXPECT_EQ(find_config(options()).value_or(""), user);
  const fs::path home = touch("home/me/helper.json");
  EXPECT_EQ(find_config(options()).value_or(""), home);
  const fs::path above = touch("home/me/project/helper.json");
  EXPECT_EQ(find_config(options()).value_or(""), above);
  const fs::path here = touch("home/me/project/src/helper.json");
  EXPECT_EQ(find_config(options()).value_or(""), here);
}

TEST_F(FindConfig, TheSearchDoesNotGoAboveTheHomeFolder) {
  touch("home/helper.json");
  const auto found = find_config(options());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::config_unreadable);
  EXPECT_EQ(found.error().cause, "there is no helper.json in " + (folder() / "home/me/project/src").string() +
                                     " or above, and no " + options().user_config_file.string());
  EXPECT_EQ(found.error().fix, "create one: helper init");
}

TEST_F(FindConfig, OutsideTheHomeFolderTheSearchGoesUpToTheRoot) {
  touch("srv/helper.json");
  FindOptions elsewhere = options();
  elsewhere.folder = folder() / "srv/a/b";
  EXPECT_EQ(find_config(elsewhere).value_or(""), folder() / "srv/helper.json");
}

TEST_F(FindConfig, AnExplicitFileIsTheOnlyPlaceLookedAt) {
  touch("home/me/project/src/helper.json");
  const fs::path other = touch("home/me/other.json");
  FindOptions named = options();
  named.explicit_file = "../../other.json";
  EXPECT_EQ(find_config(named).value_or(""), other);
  named.explicit_file = folder() / "none.json";
  const auto found = find_config(named);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::config_unreadable);
  EXPECT_EQ(found.error().thing, (folder() / "none.json").string());
}

TEST(LoadConfig, ReadsAndParses) {
  test::FakeFileStore files;
  ASSERT_TRUE(files.write("/p/helper.json", k_one, 0600));
  const auto config = load_config(files, "/p/helper.json");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->file, "/p/helper.json");
  EXPECT_EQ(config->targets.at("a1").container.image, "i:1");
}

TEST(LoadConfig, AFileThatIsNotThereOrCannotBeReadIsNamed) {
  test::FakeFileStore files;
  EXPECT_EQ(load_config(files, "/p/helper.json").error().code, ErrorCode::config_unreadable);
  ASSERT_TRUE(files.write("/p/helper.json", k_one, 0600));
  files.set_unreadable("/p/helper.json");
  const auto config = load_config(files, "/p/helper.json");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ErrorCode::config_unreadable);
  EXPECT_EQ(config.error().cause, "cannot be read (Permission denied)");
}

TEST(LoadConfig, TakesTheLocalFileBesideItAndNeedsNone) {
  test::FakeFileStore files;
  ASSERT_TRUE(files.write("/p/helper.json", k_one, 0600));
  ASSERT_TRUE(files.write("/p/helper.local.json", R"({"targets": {"a1": {"server": "gpu7"}}})", 0600));
  const auto config = load_config(files, "/p/helper.json");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->file, "/p/helper.json");
  EXPECT_EQ(config->targets.at("a1").server, "gpu7");
  files.set_unreadable("/p/helper.local.json");
  EXPECT_EQ(load_config(files, "/p/helper.json").error().code, ErrorCode::config_unreadable);
}

TEST(LoadConfig, ALocalFileAloneIsNoConfig) {
  test::FakeFileStore files;
  ASSERT_TRUE(files.write("/p/helper.local.json", k_one, 0600));
  EXPECT_EQ(load_config(files, "/p/helper.json").error().code, ErrorCode::config_unreadable);
}

TEST(TargetNames, AreKnownWithoutTheValuesOfVariablesAndOfAConfigThatIsWrong) {
  test::FakeFileStore files;
  ASSERT_TRUE(
      files.write("/p/helper.json", R"({"targets": {"b": {"server": "${localEnv:NOBODY_SET}"}, "a": 1}})", 0600));
  ASSERT_TRUE(files.write("/p/helper.local.json", R"({"targets": {"c": {}, "a": null}})", 0600));
  EXPECT_EQ(target_names(files, "/p/helper.json").value_or(std::vector<std::string>{}),
            (std::vector<std::string>{"b", "c"}));
  ASSERT_TRUE(files.write("/p/helper.json", "{}", 0600));
  ASSERT_TRUE(files.write("/p/helper.local.json", "{}", 0600));
  EXPECT_EQ(target_names(files, "/p/helper.json").value_or(std::vector<std::string>{"x"}), std::vector<std::string>{});
}

TEST(FileWith, IsTheLocalOneWhereThatHasTheKey) {
  test::FakeFileStore files;
  const std::vector<std::string> key{"targets", "a1", "python"};
  ASSERT_TRUE(files.write("/p/helper.json", k_one, 0600));
  EXPECT_EQ(file_with(files, "/p/helper.json", key).value_or(WrittenFile{}).file, "/p/helper.json");
  ASSERT_TRUE(files.write("/p/helper.local.json", R"({"targets": {"a1": {"python": "auto"}}})", 0600));
  const auto in = file_with(files, "/p/helper.json", key).value_or(WrittenFile{});
  EXPECT_EQ(in.file, "/p/helper.local.json");
  EXPECT_EQ(in.text, R"({"targets": {"a1": {"python": "auto"}}})");
}

Config config_of(const char* text) {
  test::FakeFileStore files;
  EXPECT_TRUE(files.write("/p/helper.json", text, 0600));
  return load_config(files, "/p/helper.json").value_or(Config{});
}

TEST(ChooseTarget, NoNameMeansTheOnlyOne) {
  EXPECT_EQ(choose_target(config_of(k_one), "").value_or(Target{}).name, "a1");
  const auto chosen = choose_target(config_of(k_two), "");
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, ErrorCode::config_target);
  EXPECT_EQ(chosen.error().cause, "none is named, and /p/helper.json has 2: centernet, yolo");
}

TEST(ChooseTarget, AnUnknownNameIsAnsweredWithTheNearest) {
  EXPECT_EQ(choose_target(config_of(k_two), "yolo").value_or(Target{}).name, "yolo");
  const auto chosen = choose_target(config_of(k_two), "centrenet");
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, ErrorCode::config_target);
  EXPECT_EQ(chosen.error().fix, "did you mean centernet?");
  const auto far = choose_target(config_of(k_two), "zzz\x1b");
  ASSERT_FALSE(far);
  EXPECT_EQ(far.error().thing, "target zzz\\x1b");
  EXPECT_EQ(far.error().cause, "is not in /p/helper.json, which has: centernet, yolo");
}

}  // namespace
}  // namespace helper::config
