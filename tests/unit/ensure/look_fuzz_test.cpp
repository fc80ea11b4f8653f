// The fuzz target on seeded mutations of real answers, so that every test run tries some without a fuzzing compiler.
#include "fuzz/engine_fuzz.cpp"  // NOLINT(bugprone-suspicious-include): it is the fuzz target itself
#include "support/golden.hpp"
#include "support/mutate.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace helper::ensure {
namespace {

std::string golden(const std::string& name) {
  return helper::test::read_file(std::string(TEST_SOURCE_DIR) + "/golden/engine/" + name + ".json");
}

std::vector<std::string> seeds() {
  const std::string running = golden("docker20_running");
  const std::string stopped = "\n@helper-0 container 0\n" + golden("docker20_exited") + "\n@helper-0 engine 0\n" +
                              golden("docker20_info") + "\n@helper-0 image 0\n" + golden("docker20_image");
  const std::string inside =
      "\n@helper-0 look_full 0\n\n@helper-0 user 0\n0\n/root\n\n@helper-0 sshd 0\n/usr/sbin/sshd\n\n@helper-0 "
      "host_keys "
      "0\nssh-ed25519 AAAA x\n\n@helper-0 key 0\n0 755\n0 700\n0 600\n\n@helper-0 gpus 0\nGPU 0: H100\n\n@helper-0 "
      "pythons 0\n@helper-0-py\x1flogin:python\x1f/usr/bin/python\x1f"
      "3.11.2\x1f/usr\n\n@helper-0 inside_end 0\n";
  return {running,
          golden("podman4_running"),
          golden("docker28_info"),
          golden("docker20_image"),
          stopped,
          "\n@helper-0 container 0\n" + running + inside,
          "\n@helper-0 container 1\n\n@helper-0 engine 1\n\n@helper-0 engine_trouble 0\npermission denied\n"};
}

TEST(EngineFuzz, StandsMutatedAnswers) {
  helper::test::Mutator mutator(20260101, {"{", "}", "[", "]", "\"", ",", ":", "\\", "0", "-1", "1e309", "null", "true",
                                           "\xff", "\x1b", "\x1f", std::string(1, '\0'), "\n", "\n@helper-0 "});
  const auto all = seeds();
  for (int round = 0; round < 4'000; ++round) {
    const std::string text = mutator.next(all);
    EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 0);
  }
}

TEST(EngineFuzz, StandsDeepNesting) {
  for (const char* open : {"[", "{\"a\":", "{\"State\":{\"Status\":["}) {
    std::string text;
    for (int depth = 0; depth < 100'000; ++depth) text += open;
    EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 0);
  }
}

}  // namespace
}  // namespace helper::ensure
