#include "rpc/server/guard.hpp"

#include <gtest/gtest.h>

#include <string>

namespace helper::rpc {
namespace {

const Admission k_admission{4000, std::string(64, 'a'), 1'048'576};

RequestHead a_good_head() {
  return {"POST",
          "/",
          {{"host", "127.0.0.1:4000"},
           {"authorization", "Bearer " + k_admission.token},
           {"content-type", "application/json"},
           {"content-length", "2"}}};
}

unsigned status_of(const RequestHead& head) {
  const auto refusal = check_head(head, k_admission);
  return refusal ? refusal->status : 200;
}

unsigned status_with(const std::string& name, const std::string& value) {
  RequestHead head = a_good_head();
  head.headers[name] = value;
  return status_of(head);
}

unsigned status_without(const std::string& name) {
  RequestHead head = a_good_head();
  head.headers.erase(name);
  return status_of(head);
}

TEST(Guard, LetsAProgramOfOursIn) {
  EXPECT_EQ(status_of(a_good_head()), 200u);
  EXPECT_EQ(status_with("host", "localhost:4000"), 200u);
  EXPECT_EQ(status_with("content-type", "Application/JSON; charset=utf-8"), 200u);
  EXPECT_EQ(status_with("content-length", "1048576"), 200u);
}

TEST(Guard, AnswersNothingButPostToTheRoot) {
  RequestHead head = a_good_head();
  for (const char* method : {"GET", "OPTIONS", "TRACE", "PUT", "post"}) {
    head.method = method;
    EXPECT_EQ(status_of(head), 405u) << method;
  }
  head = a_good_head();
  for (const char* target : {"/rpc", "//", "/?a", "http://127.0.0.1:4000/", ""}) {
    head.target = target;
    EXPECT_EQ(status_of(head), 404u) << target;
  }
}

TEST(Guard, RefusesAForeignHost) {
  for (const char* host : {"evil.example", "127.0.0.1", "127.0.0.1:4001", "127.0.0.1:4000.evil.example", "localhost",
                           "[::1]:4000", "127.0.0.1:4000, evil", ""}) {
    EXPECT_EQ(status_with("host", host), 403u) << host;
  }
  EXPECT_EQ(status_without("host"), 403u);
}

TEST(Guard, RefusesWhateverABrowserSends) {
  EXPECT_EQ(status_with("origin", "null"), 403u);
  EXPECT_EQ(status_with("origin", "http://127.0.0.1:4000"), 403u);
  EXPECT_EQ(status_with("referer", ""), 403u);
}

TEST(Guard, WantsTheWholeToken) {
  EXPECT_EQ(status_without("authorization"), 401u);
  for (const std::string& value : {std::string(), std::string("Bearer "), "Bearer " + std::string(63, 'a'),
                                   "Bearer " + std::string(65, 'a'), "Bearer " + std::string(63, 'a') + "b",
                                   "bearer " + k_admission.token, "Basic " + k_admission.token, k_admission.token}) {
    EXPECT_EQ(status_with("authorization", value), 401u) << value;
  }
}

TEST(Guard, WantsNoTokenOfAPeerThatTheKernelKnows) {
  Admission by_socket = k_admission;
  by_socket.peer_is_known = true;
  RequestHead head = a_good_head();
  head.headers.erase("authorization");
  const auto status = [&] {
    const auto refusal = check_head(head, by_socket);
    return refusal ? refusal->status : 200;
  };
  for (const char* host : {"localhost", "127.0.0.1", "localhost:80", "127.0.0.1:4000"}) {
    head.headers["host"] = host;
    EXPECT_EQ(status(), 200u) << host;
  }
  for (const char* host : {"evil.example", "localhost:", "localhost:a", "localhost.evil.example", ""}) {
    head.headers["host"] = host;
    EXPECT_EQ(status(), 403u) << host;
  }
  head.headers["host"] = "localhost";
  head.headers["origin"] = "null";
  EXPECT_EQ(status(), 403u);
}

TEST(Guard, MeetsOneExpectation) {
  EXPECT_EQ(status_with("expect", "100-continue"), 200u);
  EXPECT_EQ(status_with("expect", "100-Continue"), 200u);
  EXPECT_EQ(status_with("expect", "a miracle"), 417u);
  EXPECT_FALSE(wants_continue(a_good_head()));
}

TEST(Guard, KnowsWhenAConnectionEnds) {
  RequestHead head = a_good_head();
  EXPECT_FALSE(wants_close(head));
  head.headers["connection"] = "TE, Close";
  EXPECT_TRUE(wants_close(head));
  head.headers.erase("connection");
  head.minor_version = 0;
  EXPECT_TRUE(wants_close(head));
}

TEST(Guard, WantsJson) {
  EXPECT_EQ(status_without("content-type"), 415u);
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""})
    EXPECT_EQ(status_with("content-type", type), 415u) << type;
}

TEST(Guard, WantsABodyOfKnownAndModestLength) {
  EXPECT_EQ(status_without("content-length"), 411u);
  EXPECT_EQ(status_with("transfer-encoding", "chunked"), 411u);
  EXPECT_EQ(status_with("content-length", "1048577"), 413u);
  EXPECT_EQ(status_with("content-length", "99999999999999999999999"), 413u);
  for (const char* length : {"", "-1", "+1", "0x10", "1 ", "1, 1", "two"})
    EXPECT_EQ(status_with("content-length", length), 400u) << length;
}

TEST(Guard, KnowsWhoWantsAStream) {
  RequestHead head = a_good_head();
  EXPECT_FALSE(wants_stream(head));
  head.headers["accept"] = "*/*";
  EXPECT_FALSE(wants_stream(head));
  for (const char* accept :
       {"Application/X-NDJSON", "application/json, application/x-ndjson;q=0.5", ",application/x-ndjson"}) {
    head.headers["accept"] = accept;
    EXPECT_TRUE(wants_stream(head)) << accept;
  }
  for (const char* accept : {"", ",", "application/x-ndjsonx", "application/json;x=application/x-ndjson"}) {
    head.headers["accept"] = accept;
    EXPECT_FALSE(wants_stream(head)) << accept;
  }
}

}  // namespace
}  // namespace helper::rpc
