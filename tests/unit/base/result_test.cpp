// What HELPER_TRY does with a Result: a temporary is moved from, a named one stays as it is and is not copied.
#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace helper {
namespace {

struct Counted {
  Counted() = default;
  Counted(const Counted& other) : copies(other.copies + 1) {}
  Counted(Counted&& other) noexcept : copies(other.copies) {}
  Counted& operator=(const Counted&) = delete;
  Counted& operator=(Counted&&) = delete;
  ~Counted() = default;
  int copies = 0;
};

const Error k_error{ErrorCode::file_failed, "thing", "cause", "fix"};

Result<int> copies_of_a_temporary() {
  HELPER_TRY_ASSIGN(const Counted value, Result<Counted>(tl::in_place));
  return value.copies;
}

Result<std::unique_ptr<int>> moved() {
  HELPER_TRY_ASSIGN(auto value, Result<std::unique_ptr<int>>(std::make_unique<int>(7)));
  return value;
}

TEST(HelperTry, MovesFromATemporary) {
  EXPECT_EQ(copies_of_a_temporary(), 0);
  EXPECT_EQ(*moved().value(), 7);
}

TEST(HelperTry, OnlyLooksAtANamedResult) {
  const auto look = [](const Result<std::unique_ptr<int>>& named) -> Result<int> {
    HELPER_TRY(named);  // it cannot even be copied
    return **named;
  };
  EXPECT_EQ(look(std::make_unique<int>(7)), 7);
  Result<std::string> failed = fail(k_error);
  const auto first = [&]() -> Result<void> {
    HELPER_TRY(failed);
    return {};
  };
  EXPECT_EQ(first().error(), k_error);
  EXPECT_EQ(first().error(), k_error) << "the error was taken out of the named Result";
  EXPECT_EQ(failed.error(), k_error);
}

TEST(HelperTry, TakesWhatIsGivenAway) {
  Result<std::string> named = std::string(100, 'x');
  const auto take = [&]() -> Result<std::string> {
    HELPER_TRY_ASSIGN(std::string value, std::move(named));
    return value;
  };
  EXPECT_EQ(take().value().size(), 100U);
}

}  // namespace
}  // namespace helper
