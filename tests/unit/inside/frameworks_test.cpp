// What a framework answers when it is asked for GPUs.
#include "inside/frameworks.hpp"

#include "inside/scripts.hpp"

#include <gtest/gtest.h>

namespace helper::inside {
namespace {

TEST(FrameworkCheck, ReadsTheAnswerAmongOtherOutput) {
  const plan::Framework torch{"torch", "2.2.0"};
  const auto good = read_framework_check(torch, "@n", "warning\n\n@n 2 NVIDIA H100\nbye\n", "", 0);
  EXPECT_EQ(good, (FrameworkCheck{torch, true, 2, "NVIDIA H100"}));
  const auto none = read_framework_check(torch, "@n", "@n 0 this build has no CUDA\n", "", 0);
  EXPECT_EQ(none, (FrameworkCheck{torch, false, 0, "this build has no CUDA"}));
}

TEST(FrameworkCheck, TakesTheLastWordsWhenThereIsNoAnswer) {
  const plan::Framework jax{"jax", ""};
  EXPECT_EQ(read_framework_check(jax, "@n", "@n x y\n", "Traceback\n  ...\nImportError: libcudart.so.12\n", 1).detail,
            "ImportError: libcudart.so.12");
  EXPECT_EQ(read_framework_check(jax, "@n", "", "", 137).detail, "the check ended with status 137 and printed nothing");
}

TEST(FrameworkCheck, HasAnAnswerForEachFrameworkThatTheLookNames) {
  for (const char* name : {"torch", "tensorflow", "jax", "mindspore"})
    EXPECT_NE(scripts::frameworks.find("\"" + std::string(name) + "\": "), std::string_view::npos) << name;
}

}  // namespace
}  // namespace helper::inside
