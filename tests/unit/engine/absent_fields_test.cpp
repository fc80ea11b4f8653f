// Docker Engine 29 (API 1.52) leaves out what is not set, and each engine leaves out other fields: every field of every
// recorded answer is taken away, one at a time, and made null. tests/golden/engine/README.md says where the answers
// come from.
#include "engine/describe.hpp"
#include "engine/read.hpp"
#include "engine/record.hpp"
#include "support/golden.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <set>

namespace helper::engine {
namespace {

using nlohmann::json;
using Path = json::json_pointer;

json recorded(const std::string& name) {
  json answer = json::parse(helper::test::read_file(std::string(TEST_SOURCE_DIR) + "/golden/engine/" + name + ".json"));
  return answer.is_array() ? json(answer.front()) : answer;
}

// Of every member of an object, at any depth.
void collect(const json& value, const Path& at, std::vector<Path>& paths) {
  if (value.is_object()) {
    for (const auto& [name, inner] : value.items()) {
      const Path its = at / name;
      paths.push_back(its);
      collect(inner, its, paths);
    }
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) collect(value[i], at / i, paths);
  }
}

json without(json answer, const Path& path) {
  answer[path.parent_pointer()].erase(path.back());
  return answer;
}

json with_null(json answer, const Path& path) {
  answer[path] = nullptr;
  return answer;
}

using Read = std::function<std::optional<Error>(const std::string&)>;

template <typename Value>
std::optional<Error> error_of(const Result<Value>& read) {
  return read ? std::nullopt : std::optional(read.error());
}

// Each error names `thing`, says something, and is there for the needed fields alone.
void every_field_but(const std::string& name, const std::set<std::string>& needed, const std::string& thing,
                     const Read& read) {
  const json answer = recorded(name);
  EXPECT_FALSE(read(answer.dump())) << name;
  std::vector<Path> paths;
  collect(answer, Path(), paths);
  ASSERT_FALSE(paths.empty());
  for (const auto& path : paths) {
    for (const auto& changed : {without(answer, path), with_null(answer, path)}) {
      const auto error = read(changed.dump());
      EXPECT_EQ(error.has_value(), needed.contains(path.to_string())) << name << path.to_string();
      if (!error) continue;
      EXPECT_EQ(error->thing, thing) << path.to_string();
      EXPECT_FALSE(error->cause.empty()) << path.to_string();
    }
  }
}

TEST(AbsentFields, OfAContainerAreNoError) {
  for (const char* name : {"docker20_running", "docker20_exited", "docker26_running", "docker28_running",
                           "docker29_running", "podman4_running", "podman5_rootless"}) {
    every_field_but(name, {"/Id", "/State", "/State/Status"}, "container",
                    [](const std::string& text) { return error_of(read_container(text)); });
  }
}

TEST(AbsentFields, OfAnImageAreNoError) {
  for (const char* name : {"docker20_image", "docker26_image", "docker29_image"}) {
    every_field_but(name, {"/Id"}, "image", [](const std::string& text) { return error_of(read_image(text)); });
  }
}

TEST(AbsentFields, OfAnEngineAreNoError) {
  for (const char* name : {"docker20_info", "docker26_info", "docker28_info"}) {
    every_field_but(name, {"/ServerVersion"}, "engine",
                    [](const std::string& text) { return error_of(read_engine(text, "docker")); });
  }
  every_field_but("podman5_info", {"/host"}, "engine",
                  [](const std::string& text) { return error_of(read_engine(text, "podman")); });
}

TEST(AbsentFields, OfWhatIsDescribedAreNoError) {
  const std::string image = recorded("docker29_image").dump();
  for (const char* name : {"docker26_running", "docker29_running", "podman5_rootless"}) {
    every_field_but(name, {"/Id", "/State", "/State/Status", "/Config", "/Config/Image"}, "container",
                    [&](const std::string& text) { return error_of(run_words(text, image)); });
  }
  const std::string container = recorded("docker29_running").dump();
  every_field_but("docker26_image", {}, "image",
                  [&](const std::string& text) { return error_of(run_words(container, text)); });
}

TEST(AbsentFields, OfALabelListReadAsNoRecord) {
  EXPECT_FALSE(read_record("null"));
  EXPECT_FALSE(read_record("{}"));
  EXPECT_FALSE(read_record(""));
  plan::Record record;
  record.container = "c1";
  record.nonce = "n1";
  record.owner = {"o1", "anna", "laptop"};
  json labels = json::object();
  const Argv words = record_labels(record);
  for (std::size_t i = 1; i < words.size(); i += 2) {
    const auto equals = words[i].find('=');
    labels[words[i].substr(0, equals)] = words[i].substr(equals + 1);
  }
  ASSERT_TRUE(read_record(labels.dump()));
  for (const auto& [name, value] : labels.items()) {
    const bool is_needed = name == "io.helper.of.container" || name == "io.helper.of.owner";
    for (const auto& changed : {without(labels, Path() / name), with_null(labels, Path() / name)})
      EXPECT_EQ(read_record(changed.dump()).has_value(), !is_needed) << name;
  }
}

TEST(AbsentFields, MeanWhatEmptyOnesMean) {
  const auto container = read_container(recorded("docker29_running").dump());
  ASSERT_TRUE(container);
  EXPECT_TRUE(container->labels.empty());
  EXPECT_TRUE(container->env.empty());
  EXPECT_EQ(container->ways.address, "172.17.0.2") << "API 1.52 has it within Networks alone";
  EXPECT_EQ(container->gpu_way, plan::GpuWay::gpus_flag);
  const auto image = read_image(recorded("docker29_image").dump());
  ASSERT_TRUE(image);
  EXPECT_TRUE(image->entrypoint.empty());
  EXPECT_TRUE(image->command.empty());
  EXPECT_EQ(image->build_fingerprint, "");
  // The same container as Docker 26 tells it, where everything that API 1.52 leaves out is empty.
  json emptied = recorded("docker26_running");
  const json left = recorded("docker29_running");
  for (auto& [name, value] : emptied["Config"].items()) {
    if (left["Config"].contains(name)) continue;
    value = value.is_string() ? json("") : value.is_boolean() ? json(false) : json();
  }
  emptied["NetworkSettings"]["IPAddress"] = "";
  const auto empty = read_container(emptied.dump());
  ASSERT_TRUE(empty);
  EXPECT_EQ(*container, *empty);
  const auto image_text = recorded("docker29_image").dump();
  EXPECT_EQ(*run_words(left.dump(), image_text), *run_words(emptied.dump(), image_text));
}

}  // namespace
}  // namespace helper::engine
