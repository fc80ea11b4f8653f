#include "keeper/records.hpp"

#include "support/temp_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <functional>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::keeper {
namespace {

using Json = nlohmann::json;

const std::string k_id(64, 'a');

Json service_json(const std::string& name = "sshd") {
  return {{"name", name},        {"user", "0"},     {"privileged", false}, {"words", {"/bin/sh", "-s"}},
          {"input", "c2VjcmV0"}, {"detach", false}, {"limit_s", 60}};
}

Json record_json() {
  return {
      {"version", 1}, {"container", k_id}, {"handled", ""}, {"services", {service_json(), service_json("jupyter")}}};
}

TEST(KeeperRecords, ARecordIsRead) {
  const auto record = parse_record(record_json().dump());
  ASSERT_TRUE(record) << record.error().cause;
  EXPECT_EQ(record->container, k_id);
  ASSERT_EQ(record->services.size(), 2U);
  EXPECT_EQ(record->services[0].words, (std::vector<std::string>{"/bin/sh", "-s"}));
  EXPECT_EQ(record->services[0].limit_s, 60);
  EXPECT_FALSE(record->services[0].independent);
  const auto again = parse_record(to_text(*record));
  ASSERT_TRUE(again);
  EXPECT_EQ(to_text(*again), to_text(*record));
}

TEST(KeeperRecords, EachWrongRecordIsRefusedWithoutItsValues) {
  using Change = std::function<void(Json&)>;
  const auto of_service = [](const char* name, Json value) -> Change {
    return [name, value](Json& record) { record["services"][1][name] = value; };
  };
  const std::vector<std::pair<const char*, Change>> wrong{
      {"no version", [](Json& record) { record.erase("version"); }},
      {"version 2", [](Json& record) { record["version"] = 2; }},
      {"version of 1.0", [](Json& record) { record["version"] = 1.0; }},
      {"huge version", [](Json& record) { record["version"] = 18446744073709551615U; }},
      {"short id", [](Json& record) { record["container"] = "abc"; }},
      {"id with a way up", [](Json& record) { record["container"] = "../" + std::string(61, 'a'); }},
      {"big letters", [](Json& record) { record["container"] = std::string(64, 'A'); }},
      {"id no text", [](Json& record) { record["container"] = 5; }},
      {"no handled", [](Json& record) { record.erase("handled"); }},
      {"handled with a line", [](Json& record) { record["handled"] = "a\nb"; }},
      {"long handled", [](Json& record) { record["handled"] = std::string(65, 'a'); }},
      {"no services", [](Json& record) { record["services"] = Json::array(); }},
      {"services no list", [](Json& record) { record["services"] = service_json(); }},
      {"many services",
       [](Json& record) {
         for (int i = 0; i < 17; ++i) record["services"].push_back(service_json("s" + std::to_string(i)));
       }},
      {"unknown member", [](Json& record) { record["more"] = 1; }},
      {"same name", of_service("name", "sshd")},
      {"name with a blank", of_service("name", "a b")},
      {"no name", of_service("name", "")},
      {"user with a line", of_service("user", "a\nb")},
      {"user no text", of_service("user", 0)},
      {"privileged no truth", of_service("privileged", "yes")},
      {"no words", of_service("words", Json::array())},
      {"words no list", of_service("words", "sh")},
      {"word no text", of_service("words", {"sh", 1})},
      {"word with a zero", of_service("words", {std::string("s\0h", 3)})},
      {"empty program", of_service("words", {""})},
      {"many words", of_service("words", std::vector<std::string>(65, "a"))},
      {"long word", of_service("words", {std::string(64 * 1024 + 1, 'a')})},
      {"input no base64", of_service("input", "a secret")},
      {"input no text", of_service("input", nullptr)},
      {"detached with input", of_service("detach", true)},
      {"no time", of_service("limit_s", 0)},
      {"negative time", of_service("limit_s", -5)},
      {"long time", of_service("limit_s", 3601)},
      {"time no number", of_service("limit_s", "60")},
      {"unknown member of a service", of_service("env", Json::array())},
      {"service no object", [](Json& record) { record["services"][1] = "sshd"; }},
  };
  for (const auto& [what, change] : wrong) {
    auto record = record_json();
    change(record);
    const auto parsed = parse_record(record.dump());
    ASSERT_FALSE(parsed) << what;
    EXPECT_EQ(parsed.error().code, ErrorCode::config_invalid) << what;
    EXPECT_EQ(parsed.error().cause.find("secret"), std::string::npos) << parsed.error().cause;
  }
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("[]"), std::string("{\"version\":1"), std::string(100'000, '['),
        std::string(2 * 1024 * 1024, ' '), std::string("{\"\xff\":1}")}) {
    EXPECT_FALSE(parse_record(text)) << text.substr(0, 40);
  }
}

TEST(KeeperRecords, Base64IsStrict) {
  EXPECT_EQ(from_base64(""), "");
  EXPECT_EQ(from_base64("AP8="), std::string("\0\xff", 2));
  EXPECT_EQ(from_base64("YQ=="), "a");
  EXPECT_EQ(from_base64("YWJj"), "abc");
  for (const char* text : {"a", "YQ=", "YQ===", "====", "Y===", "Y Q=", "YWJj\n", "YW=j", "-_-_"}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

TEST(KeeperRecords, AStateComesBackAsItWasWritten) {
  State state{"2026-11-29T17:51:50Z", "5", {{"sshd", Outcome::failed, 6, 127, "no such program", 17, 18}, {"jupyter"}}};
  const auto again = parse_state(to_text(state));
  ASSERT_TRUE(again);
  EXPECT_EQ(to_text(*again), to_text(state));
  EXPECT_EQ(again->services[0].exit_code, 127);
  EXPECT_EQ(again->services[1].exit_code, std::nullopt);
  for (
      const char* text :
      {"", "{}", "[]", R"({"run":"","written":"","services":[1]})", R"({"run":1,"written":"","services":[]})",
       R"({"run":"","written":"","services":[{"name":"a","line":"","status":"odd","tries":1,"when":1,"due":1}]})",
       R"({"run":"","written":"","services":[{"name":"a","line":"","status":"failed","tries":-1,"when":1,"due":1}]})"}) {
    EXPECT_FALSE(parse_state(text)) << text;
  }
}

class KeeperStore : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store_.prepare()); }
  Record record() { return parse_record(record_json().dump()).value(); }
  mode_t mode(const std::filesystem::path& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 0777;
  }
  std::filesystem::path file() { return store_.records() / (k_id + ".json"); }

  test::TempFolder folder_;
  Store store_{folder_.path() / "data"};
};

TEST_F(KeeperStore, ARecordIsKeptForItsOwnerAndForgotten) {
  EXPECT_EQ(store_.record(k_id).value(), std::nullopt);
  ASSERT_TRUE(store_.write(record()));
  EXPECT_EQ(mode(file()), 0600U);
  EXPECT_EQ(mode(store_.records()), 0700U);
  EXPECT_EQ(store_.ids(), std::vector<std::string>{k_id});
  EXPECT_EQ(store_.record(k_id).value()->services.size(), 2U);
  ASSERT_TRUE(store_.write(k_id, State{"run", store_.record(k_id).value()->written, {}}));
  EXPECT_EQ(store_.state(k_id)->run, "run");
  ASSERT_TRUE(store_.forget(k_id));
  EXPECT_FALSE(store_.has(k_id));
  EXPECT_FALSE(store_.state(k_id));
  ASSERT_TRUE(store_.forget(k_id));
}

TEST_F(KeeperStore, OneAtATimeWorksOnAContainer) {
  {
    const auto held = store_.lock(k_id, std::chrono::milliseconds(0));
    ASSERT_TRUE(held);
    EXPECT_EQ(store_.lock(k_id, std::chrono::milliseconds(50)).error().code, ErrorCode::timed_out);
  }
  EXPECT_TRUE(store_.lock(k_id, std::chrono::milliseconds(0)));
}

TEST_F(KeeperStore, WhatBelongsToNoRecordIsTidiedAway) {
  const std::string other(64, 'b');
  ASSERT_TRUE(store_.write(record()));
  for (const auto& id : {k_id, other}) {
    ASSERT_TRUE(store_.write(id, State{"run", "1", {}}));
    ASSERT_TRUE(store_.lock(id, std::chrono::milliseconds(0)));
  }
  store_.tidy();
  EXPECT_TRUE(store_.state(k_id));
  EXPECT_FALSE(store_.state(other));
  EXPECT_FALSE(std::filesystem::exists(store_.records().parent_path() / "state" / (other + ".lock")));
}

TEST_F(KeeperStore, EachWritingIsAnother) {
  ASSERT_TRUE(store_.write(record()));
  const auto first = store_.record(k_id).value()->written;
  ASSERT_TRUE(store_.write(record()));
  EXPECT_NE(store_.record(k_id).value()->written, first);
}

TEST_F(KeeperStore, WhatIsNoRecordOnTheDiskIsNamedAndNeverFollowed) {
  std::ofstream(file()) << "{";
  EXPECT_EQ(store_.record(k_id).error().code, ErrorCode::config_invalid);
  EXPECT_NE(store_.list().find("\"broken\":[\"" + k_id), std::string::npos);
  std::filesystem::remove(file());
  std::filesystem::create_symlink("/etc/passwd", file());
  EXPECT_EQ(store_.record(k_id).error().code, ErrorCode::file_failed);
  std::filesystem::remove(file());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_EQ(store_.record(k_id).error().code, ErrorCode::file_failed);
  std::filesystem::remove(file());
  std::filesystem::create_directory(file());
  EXPECT_FALSE(store_.record(k_id));
  std::filesystem::remove(file());
  std::ofstream(file()) << std::string(k_file_limit + 1, ' ');
  EXPECT_FALSE(store_.record(k_id));
  auto other = record_json();
  other["container"] = std::string(64, 'b');
  std::ofstream(file()) << other.dump();
  EXPECT_EQ(store_.record(k_id).error().code, ErrorCode::config_invalid);
  std::ofstream(store_.records() / "notes.txt") << "x";
  EXPECT_EQ(store_.ids(), std::vector<std::string>{k_id});
}

TEST_F(KeeperStore, TheListHoldsNoInput) {
  ASSERT_TRUE(store_.write(record()));
  State state{
      "run", store_.record(k_id).value()->written, {{"sshd", Outcome::started, 1, 0, "listening", 5, 0}, {"jupyter"}}};
  ASSERT_TRUE(store_.write(k_id, state));
  const auto list = Json::parse(store_.list());
  EXPECT_EQ(list["containers"][0]["services"], Json({"sshd", "jupyter"}));
  EXPECT_EQ(list["containers"][0]["last"]["services"][0]["status"], "started");
  EXPECT_EQ(store_.list().find("c2VjcmV0"), std::string::npos);
}

TEST_F(KeeperStore, ThereIsAMostOfRecords) {
  const std::string digits = "0123456789abcdef";
  auto one = record();
  for (std::size_t i = 0; i < k_records_limit; ++i) {
    one.container = std::string(62, 'c') + digits[i / 16] + digits[i % 16];
    std::ofstream(store_.records() / (one.container + ".json")) << "{}";
  }
  EXPECT_FALSE(store_.write(record()));
  EXPECT_TRUE(store_.write(one));
}

}  // namespace
}  // namespace helper::keeper
