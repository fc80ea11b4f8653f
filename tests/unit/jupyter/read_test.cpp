#include "jupyter/read.hpp"

#include "ensure/jupyter_api.hpp"
#include "support/mutate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::jupyter {
namespace {

using testing::HasSubstr;

// As JupyterLab 4 answers.
constexpr const char* k_kernels = R"([
  {"id": "b1", "name": "python3", "last_activity": "2026-11-29T00:00:01.5Z", "execution_state": "busy", "connections": 2},
  {"id": "a1", "name": "python3", "last_activity": "2026-11-29T00:00:00Z", "execution_state": "idle", "connections": 0}])";
// As Notebook 6 answers: the path is there twice.
constexpr const char* k_sessions = R"([
  {"id": "s1", "path": "work/train.ipynb", "name": "train.ipynb", "type": "notebook", "kernel": {"id": "b1", "name": "python3"},
   "notebook": {"path": "work/train.ipynb", "name": "train.ipynb"}},
  {"id": "s2", "type": "notebook", "kernel": {"id": "a1"}, "notebook": {"path": "old.ipynb"}}])";

std::string kernels_of(std::size_t count) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i)
    text +=
        (i == 0 ? "" : ",") + ("{\"id\":\"" + std::to_string(i)) + "\",\"name\":\"p\",\"execution_state\":\"busy\"}";
  return text + "]";
}

TEST(ReadKernels, GivesEachByItsNameAndId) {
  const auto kernels = read_kernels(k_kernels);
  ASSERT_TRUE(kernels) << to_text(kernels.error());
  ASSERT_EQ(kernels->size(), 2U);
  EXPECT_EQ(kernels->at(0), (plan::JupyterKernel{"a1", "python3", "idle", "2026-11-29T00:00:00Z", "", 0}));
  EXPECT_EQ(kernels->at(1), (plan::JupyterKernel{"b1", "python3", "busy", "2026-11-29T00:00:01.5Z", "", 2}));
  EXPECT_TRUE(read_kernels("[]")->empty());
}

TEST(ReadSessions, GivesTheNotebookOfEachKernel) {
  const auto notebooks = read_sessions(k_sessions);
  ASSERT_TRUE(notebooks) << to_text(notebooks.error());
  EXPECT_EQ(*notebooks, (std::map<std::string, std::string>{{"a1", "old.ipynb"}, {"b1", "work/train.ipynb"}}));
}

TEST(ReadKernels, RefusesWhatIsNoListOfKernels) {
  for (const std::string body :
       {"", "{}", "null", "[", "[1]", "[{}]", "[{\"id\": 1, \"name\": 2}]", "<html>Log in</html>",
        "[{\"id\": \"a\", \"name\": \"\"}]", "\"[]\"", "[]x", "[{\"id\":\"\xff\",\"name\":\"a\"}]"}) {
    const auto kernels = read_kernels(body);
    ASSERT_FALSE(kernels) << body;
    EXPECT_EQ(kernels.error().code, ErrorCode::inside_failed) << body;
  }
}

TEST(ReadKernels, RefusesDepthAndNumberBeyondItsLimits) {
  EXPECT_THAT(read_kernels(std::string(500'000, '[')).error().cause, HasSubstr("16 levels"));
  std::string deep = "[{\"id\":\"a\",\"name\":\"p\",\"x\":";
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  EXPECT_THAT(read_kernels(deep).error().cause, HasSubstr("16 levels"));
  EXPECT_EQ(read_kernels(kernels_of(ensure::k_max_jupyter_kernels))->size(), ensure::k_max_jupyter_kernels);
  EXPECT_THAT(read_kernels(kernels_of(10'000)).error().cause, HasSubstr("more than 1000 kernels"));
  EXPECT_THAT(read_kernels(std::string(ensure::k_max_jupyter_answer + 1, ' ')).error().cause, HasSubstr("1 MiB"));
}

TEST(ReadKernels, TakesWrongTypesForNothingAndHugeNumbersForMany) {
  const auto kernels = read_kernels(
      R"([{"id": "a", "name": "p", "execution_state": 7, "last_activity": {}, "connections": 18446744073709551615},
          {"id": "b", "name": "p", "connections": -4}, {"id": "c", "name": "p", "connections": 1e300}])");
  ASSERT_TRUE(kernels) << to_text(kernels.error());
  EXPECT_EQ(kernels->at(0), (plan::JupyterKernel{"a", "p", "", "", "", 1'000'000}));
  EXPECT_EQ(kernels->at(1).connections, 0);
  EXPECT_EQ(kernels->at(2).connections, 0);
}

TEST(ReadKernels, MakesTextHarmless) {
  const auto kernels = read_kernels(R"([{"id": "a\u001b[2J", "name": "p\n"}])");
  ASSERT_TRUE(kernels);
  EXPECT_EQ(kernels->at(0).id, "a\\x1b[2J");
  EXPECT_EQ(kernels->at(0).name, "p\\n");
  const auto notebooks =
      read_sessions("[{\"path\": \"" + std::string(10'000, 'x') + "\", \"kernel\": {\"id\": \"a\"}}]");
  ASSERT_TRUE(notebooks);
  EXPECT_LT(notebooks->at("a").size(), 600U);
}

TEST(ReadKernels, OfAnyBytesIsAnAnswerOrAnError) {
  helper::test::Mutator mutate(7, {"{", "[", "\"id\"", "\"kernel\"", "null", "1e999", "\\u0000"});
  for (int i = 0; i < 3'000; ++i) {
    const auto kernels = read_kernels(mutate.next({k_kernels}));
    EXPECT_TRUE(kernels || kernels.error().code == ErrorCode::inside_failed);
    const auto notebooks = read_sessions(mutate.next({k_sessions}));
    EXPECT_TRUE(notebooks || notebooks.error().code == ErrorCode::inside_failed);
  }
}

}  // namespace
}  // namespace helper::jupyter
