#include "rpc/methods.hpp"

#include "rpc/bind_service.hpp"
#include "support/fake_service.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace helper::rpc {
namespace {

TEST(Methods, BindsEveryMethodOfTheTableAndNoneBeside) {
  helper::test::FakeService service;
  std::set<std::string> bound;
  for (const auto& [name, handler] : bind_service(service)) EXPECT_TRUE(bound.insert(name).second && handler) << name;
  for (const char* name : k_own_methods) EXPECT_TRUE(bound.insert(name).second) << name << " is bound twice";
  std::set<std::string> documented;
  for (const Method& method : methods()) EXPECT_TRUE(documented.insert(std::string(method.name)).second) << method.name;
  EXPECT_EQ(bound, documented);
}

TEST(Methods, DocumentsEachInOneSentenceWithAnExampleThatFits) {
  for (const Method& method : methods()) {
    EXPECT_TRUE(method.doc.ends_with('.')) << method.name;
    EXPECT_FALSE(method.result.empty()) << method.name;
    const auto example = parse_json(method.example);
    ASSERT_TRUE(example) << method.name;
    EXPECT_TRUE(check_params(method, *example)) << method.name;
    std::set<std::string_view> names;
    for (const Param& param : method.params) {
      EXPECT_TRUE(names.insert(param.name).second) << method.name << " " << param.name;
      EXPECT_FALSE(param.doc.empty()) << method.name << " " << param.name;
    }
    for (const auto& [name, value] : example->items()) EXPECT_TRUE(names.contains(name)) << method.name << " " << name;
  }
}

TEST(Methods, RefusesParametersThatAreMissingMistypedOrPositional) {
  const Method& answer = *find_method("answer");
  EXPECT_EQ(check_params(answer, {{"question", "q-1"}}).error().thing, "params.value");
  EXPECT_EQ(check_params(answer, {{"question", "q-1"}, {"value", 3}}).error().cause, "it is not of type string");
  EXPECT_EQ(check_params(answer, Json::array({"q-1", "yes"})).error().code, ErrorCode::rpc_params);
  EXPECT_TRUE(check_params(*find_method("version"), Json::array()));
  EXPECT_TRUE(check_params(*find_method("cancel"), {{"request", 7}}));
  EXPECT_FALSE(check_params(*find_method("cancel"), {{"request", true}}));
  EXPECT_TRUE(check_params(*find_method("version"), {{"unknown", 1}}));
}

TEST(Methods, SaysOfAMethodAllThatItsTableHas) {
  EXPECT_EQ(to_text(*find_method("cancel")),
            "cancel: Stops every request in flight that has this id.\n"
            "  request (string or number, required): the id of the request\n"
            "  result: {cancelled}: how many were told to stop\n"
            "  example: helper rpc cancel '{\"request\": \"ensure-1\"}'\n");
  EXPECT_EQ(methods_json().size(), methods().size());
  EXPECT_EQ(find_method("nonsense"), nullptr);
}

}  // namespace
}  // namespace helper::rpc
