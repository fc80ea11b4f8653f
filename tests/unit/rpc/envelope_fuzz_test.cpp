// The fuzz target on seeded mutations of real requests, so that every test run tries some without a fuzzing compiler.
#include "fuzz/envelope_fuzz.cpp"

#include "support/mutate.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace helper::rpc {
namespace {

TEST(EnvelopeFuzz, StandsTwentyThousandMutatedRequests) {
  const std::vector<std::string> seeds{
      R"({"jsonrpc":"2.0","id":1,"method":"ensure","params":{"target":"a","can_answer":true}})",
      R"([{"jsonrpc":"2.0","id":"x","method":"cancel","params":{"request":1}},{"jsonrpc":"2.0","method":"status"}])",
      R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m","data":{"name":"usage","thing":"t","cause":"c"}}})",
      R"({"jsonrpc":"2.0","method":"event","params":{"request":1,"kind":"note"}})",
      R"([[[[{"a":[1e308,-0.0,"\ud83d\ude00"]}]]]])"};
  test::Mutator mutator(20240229, {"{", "}", "[", "]", "\"", ",", ":", "\\", "\\ud800", "0", "-1", "1e309", "null",
                                   "true", "\xff", "\n"});
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = mutator.next(seeds);
    EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 0);
  }
}

}  // namespace
}  // namespace helper::rpc
