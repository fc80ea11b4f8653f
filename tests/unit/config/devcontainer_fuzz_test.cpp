// The fuzz target on seeded mutations of real files and on random bytes, so that every test run tries some without a
// fuzzing compiler.
#define LLVMFuzzerTestOneInput fuzz_devcontainer  // this program has another fuzz target beside it
#include "fuzz/devcontainer_fuzz.cpp"             // NOLINT(bugprone-suspicious-include)
#undef LLVMFuzzerTestOneInput
#include "support/mutate.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace helper::config {
namespace {

const std::vector<std::string> k_seeds{
    R"({"image": "i:1", "runArgs": ["--gpus", "all", "-e", "A=b", "--ulimit=memlock=-1", "-v", "/a:/b:ro", "-it"], // x
        "containerEnv": {"A": "${localEnv:A:b}"}, "mounts": ["source=${localWorkspaceFolder},target=/x,type=bind,ro"],})",
    R"({"build": {"dockerfile": "../D", "context": "..", "args": {"A": "b"}, "target": "t"}, "remoteUser": "dev",
        "postCreateCommand": {"a": "x", "b": ["y", "z"]}, "forwardPorts": [1, "db:2", "localhost:3"], "appPort": "4:5"})",
    R"({"dockerComposeFile": "c.yml", "features": {}, "hostRequirements": {"gpu": {"cores": 1}}, "workspaceMount": "",
        "remoteEnv": {"P": "${containerEnv:PATH}:/x", "N": null}, "workspaceFolder": "/w"})"};
const std::vector<std::string> k_words{
    "{",       "}",         "[",        "]",          ",",           ":",           "\"",
    "//",      "/*",        "*/",       "\n",         "\\u0000",     "\\u001b",     "\xff",
    "null",    "true",      "70000",    "-1",         "{}",          "[]",          "\"\"",
    "\"-\"",   "\"--\"",    "${",       "}",          "${localEnv:", "type=tmpfs",  "\"--mount\",",
    "\"-p\",", "\"1:2:3\"", ",target=", "\"image\":", "\"mounts\":", "\"runArgs\":"};

void feed(const std::string& text) {
  ASSERT_EQ(fuzz_devcontainer(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 0);
}

TEST(DevcontainerFuzz, StandsFiveThousandMutatedFiles) {
  test::Mutator mutator(20240501, k_words);
  for (int round = 0; round < 5'000; ++round) feed(mutator.next(k_seeds));
}

TEST(DevcontainerFuzz, StandsLargeInputs) {
  std::string keys = R"({"image": "i:1", "remoteEnv": {"A": "b")";
  for (int i = 0; i < 5'000; ++i) keys += ",\n\"k" + std::to_string(i) + "\": \"${localEnv:X}\"";
  feed(keys + "}}");
  std::string words = R"({"image": "i:1", "runArgs": ["--init")";
  for (int i = 0; i < 20'000; ++i) words += ",\n\"-e\", \"A=" + std::to_string(i) + "\"";
  feed(words + "]}");
  std::string commas = R"({"image": "i:1", "forwardPorts": [)";
  for (int i = 1; i < 30'000; ++i) commas += "[" + std::to_string(i) + ",],";
  feed(commas + "]}");
  std::string open;
  for (int i = 0; i < 200'000; ++i) open += "${";
  feed(R"({"image": "i:1", "containerEnv": {"A": ")" + open + "\"}}");
}

}  // namespace
}  // namespace helper::config
