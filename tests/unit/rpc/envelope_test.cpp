#include "rpc/envelope.hpp"

#include "base/error.hpp"
#include "rpc/dispatcher.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

namespace helper::rpc {
namespace {

// What a server with no methods but these two would answer, as text; "" for nothing at all.
std::string answer_to(const std::string& request) {
  const Incoming incoming = parse_incoming(request);
  Json answers = Json::array();
  for (const auto& item : incoming.items) {
    if (const auto* invalid = std::get_if<Invalid>(&item)) {
      answers.push_back(make_error(invalid->id, invalid->error));
    } else if (const Call& call = std::get<Call>(item); !call.notification) {
      const bool known = call.method == "subtract" || call.method == "get_data" || call.method == "sum";
      answers.push_back(
          known ? make_result(call.id, "done")
                : make_error(call.id, Error{ErrorCode::rpc_method, "method " + call.method, "there is none", ""}));
    }
  }
  if (answers.empty()) return "";
  return to_bytes(incoming.batch ? answers : answers.front());
}

// "id:code" or "id:result" of each response, in order; [..] around a batch.
std::string brief(const std::string& answer) {
  if (answer.empty()) return "nothing";
  const Json json = Json::parse(answer);
  const auto one = [](const Json& response) {
    EXPECT_EQ(response.at("jsonrpc"), "2.0");
    EXPECT_NE(response.contains("result"), response.contains("error"));
    return response.at("id").dump() + ":" + (response.contains("error") ? response["error"]["code"].dump() : "ok");
  };
  if (!json.is_array()) return one(json);
  std::string text = "[";
  for (const Json& response : json) text += (text == "[" ? "" : " ") + one(response);
  return text + "]";
}

struct Example {
  std::string request;
  std::string expected;
};

class SpecificationExamples : public ::testing::TestWithParam<Example> {};

TEST_P(SpecificationExamples, AreAnsweredAsWritten) {
  EXPECT_EQ(brief(answer_to(GetParam().request)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Section7, SpecificationExamples,
    ::testing::Values(
        Example{R"({"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1})", "1:ok"},
        Example{R"({"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3})",
                "3:ok"},
        Example{R"({"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]})", "nothing"},
        Example{R"({"jsonrpc": "2.0", "method": "foobar"})", "nothing"},
        Example{R"({"jsonrpc": "2.0", "method": "foobar", "id": "1"})", "\"1\":-32601"},
        Example{R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])", "null:-32700"},
        Example{R"({"jsonrpc": "2.0", "method": 1, "params": "bar"})", "null:-32600"},
        Example{R"([ {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method" ])",
                "null:-32700"},
        Example{"[]", "null:-32600"}, Example{"[1]", "[null:-32600]"},
        Example{"[1,2,3]", "[null:-32600 null:-32600 null:-32600]"},
        Example{
            R"([{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
                    {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"}, {"foo": "boo"},
                    {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"}, {"jsonrpc": "2.0", "method": "get_data", "id": "9"}])",
            "[\"1\":ok \"2\":ok null:-32600 \"5\":-32601 \"9\":ok]"},
        Example{
            R"([{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]}, {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}])",
            "nothing"}));

INSTANTIATE_TEST_SUITE_P(
    BeyondIt, SpecificationExamples,
    ::testing::Values(Example{"", "null:-32700"}, Example{"3", "null:-32600"},
                      Example{R"({"jsonrpc": "1.0", "method": "sum", "id": 1})", "1:-32600"},
                      Example{R"({"jsonrpc": "2.0", "method": "sum", "id": null})", "null:ok"},
                      Example{R"({"jsonrpc": "2.0", "method": "sum", "id": 1.5})", "1.5:ok"},
                      Example{R"({"jsonrpc": "2.0", "method": "sum", "id": {}})", "null:-32600"},
                      Example{R"({"jsonrpc": "2.0", "method": "sum", "id": true})", "null:-32600"},
                      Example{R"({"jsonrpc": "2.0", "method": "sum", "params": 3, "id": 4})", "4:-32600"},
                      Example{"{\"jsonrpc\": \"2.0\", \"method\": \"\xff\", \"id\": 4}", "null:-32700"}));

TEST(Envelope, RefusesWhatIsNestedTooDeeplyWithoutRecursing) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_EQ(brief(answer_to(deep)), "null:-32700");
}

TEST(Envelope, RefusesABatchBeyondTheLimitAsAWhole) {
  std::string batch = "[0";
  for (std::size_t i = 0; i < k_max_batch; ++i) batch += ",0";
  EXPECT_EQ(brief(answer_to(batch + "]")), "null:-32600");
}

TEST(Envelope, GivesAnErrorBackToTheClientAsItWas) {
  for (const ErrorKind& kind : error_catalogue()) {
    const Error error{kind.code, "container centernet", "it \"failed\"", "docker logs centernet"};
    const Json message = make_error("a-1", error);
    EXPECT_EQ(message["error"]["code"], kind.rpc_code);
    EXPECT_EQ(message["error"]["message"], to_text(error));
    const auto back = parse_outgoing(to_bytes(message));
    ASSERT_TRUE(back);
    const auto& reply = std::get<Reply>(*back);
    EXPECT_EQ(reply.id, "a-1");
    ASSERT_FALSE(reply.result);
    EXPECT_EQ(reply.result.error(), error);
  }
}

TEST(Envelope, TellsAnEventFromAnAnswer) {
  const auto event = parse_outgoing(to_bytes(make_event(7, {{"kind", "note"}})));
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<EventMessage>(*event).request, 7);
  EXPECT_EQ(std::get<EventMessage>(*event).params.at("kind"), "note");
  const auto answer = parse_outgoing(to_bytes(make_result(7, {{"state", "ready"}})));
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<Reply>(*answer).result->at("state"), "ready");
}

TEST(Envelope, CallsGarbageFromTheOtherSideADaemonThatCannotBeReached) {
  for (const std::string garbage :
       {"", "no", "[]", "{}", R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","method":"ping"})",
        R"({"jsonrpc":"2.0","error":"x"})", R"({"jsonrpc":"2.0","method":"event","params":[]})"}) {
    const auto message = parse_outgoing(garbage);
    ASSERT_FALSE(message) << garbage;
    EXPECT_EQ(message.error().code, ErrorCode::daemon_unreachable);
  }
}

TEST(Envelope, ReadsAnErrorOfAnotherProgramByItsMessage) {
  const auto message = parse_outgoing(R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}})");
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<Reply>(*message).result.error().cause, "no");
}

TEST(Json, IsAsDeepAsAllowedAndNoDeeperWhateverItsStringsHold) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(k_max_depth)));
  EXPECT_FALSE(parse_json(nested(k_max_depth + 1)));
  EXPECT_TRUE(parse_json("[\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\\\\\"]"));
  EXPECT_FALSE(parse_json("[\"\\\\\"," + nested(k_max_depth) + "]"));
}

// Parsing takes a time in proportion to the bytes, whatever they hold: four times the bytes may take four times as
// long, with room for a noisy machine; a parser whose time grows with the square would take sixteen times. The time of
// the small body decides, and not a clock's figure, so that a slow machine or a sanitizer changes nothing.
TEST(Json, OfAHostileBodyTakesATimeInProportionToItsSize) {
  const std::string hostile[][3] = {{"", "[", ""},
                                    {"", "{\"a\":", ""},
                                    {"[", "1,", "1]"},
                                    {"[", "[],", "1]"},
                                    {"[", "{},", "1]"},
                                    {"[", "{\"a\":[{}]},", "1]"},
                                    {"{", "\"a\":{},", "\"b\":1}"},
                                    {"[\"", "\\u0000", "\"]"},
                                    {"[", "1e308,", "1"}};
  const auto seconds = [](const std::string(&parts)[3], std::size_t bytes) {
    std::string body = parts[0];
    while (body.size() + parts[1].size() + parts[2].size() <= bytes) body += parts[1];
    body += parts[2];
    const auto begin = std::clock();
    static_cast<void>(parse_incoming(body));
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;  // of a processor, not of the wall
  };
  for (const auto& parts : hostile) {
    const double small = std::max(seconds(parts, 512u << 10), 0.02);
    EXPECT_LT(seconds(parts, 2u << 20), 10 * small) << "for " << parts[1];
  }
}

TEST(Json, WritesBytesThatAreNotUtf8AsReplacementCharactersInOneLine) {
  EXPECT_EQ(to_bytes(Json{{"text", "a\xff\nb"}}), "{\"text\":\"a\xEF\xBF\xBD\\nb\"}");
}

}  // namespace
}  // namespace helper::rpc
