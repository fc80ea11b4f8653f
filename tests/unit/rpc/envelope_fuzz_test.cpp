// The fuzz target on seeded mutations of real requests, so that every test run tries some without a fuzzing compiler.
#include "fuzz/envelope_fuzz.cpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace helper::rpc {
namespace {

TEST(EnvelopeFuzz, StandsTwentyThousandMutatedRequests) {
  const std::array<std::string, 5> seeds{
      R"({"jsonrpc":"2.0","id":1,"method":"ensure","params":{"target":"a","can_answer":true}})",
      R"([{"jsonrpc":"2.0","id":"x","method":"cancel","params":{"request":1}},{"jsonrpc":"2.0","method":"status"}])",
      R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m","data":{"name":"usage","thing":"t","cause":"c"}}})",
      R"({"jsonrpc":"2.0","method":"event","params":{"request":1,"kind":"note"}})",
      R"([[[[{"a":[1e308,-0.0,"\ud83d\ude00"]}]]]])"};
  const std::string spice = "{}[]\",:\\0123456789eE+-.ntfu\xff\x80 \n";
  std::mt19937 random(20240229);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[random() % seeds.size()];
    for (std::size_t change = random() % 6; change-- > 0 && !text.empty();) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = spice[random() % spice.size()];
          break;
        case 1:
          text.erase(at, 1 + random() % 8);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 16));
          break;
      }
    }
    EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 0);
  }
}

}  // namespace
}  // namespace helper::rpc
