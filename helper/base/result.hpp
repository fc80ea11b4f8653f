// Result<T> is a value or an Error. Functions return it; exceptions of third parties stop in the file that calls them.
#pragma once

#include "base/error.hpp"

#include <tl/expected.hpp>

#include <utility>

namespace helper {

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string thing, std::string cause,
                                                std::string fix = {}) {
  return tl::unexpected<Error>(Error{code, std::move(thing), std::move(cause), std::move(fix)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace helper

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot be in parentheses
// HELPER_TRY(expr): return the error of expr, if it has one. HELPER_TRY_ASSIGN(auto x, expr): else bind its value.
// A temporary is moved from; a named Result is only looked at, and stays as it is.
#define HELPER_TRY(expr)                                                               \
  do {                                                                                 \
    if (auto&& helper_try_ = (expr); !helper_try_)                                     \
      return ::helper::fail(std::forward<decltype(helper_try_)>(helper_try_).error()); \
  } while (false)
#define HELPER_TRY_ASSIGN(decl, expr) HELPER_TRY_ASSIGN_IMPL(HELPER_TRY_NAME(__LINE__), decl, expr)
#define HELPER_TRY_NAME(line) HELPER_TRY_NAME_IMPL(line)
#define HELPER_TRY_NAME_IMPL(line) helper_try_##line
#define HELPER_TRY_ASSIGN_IMPL(name, decl, expr)                                  \
  auto&& name = (expr);                                                           \
  if (!(name)) return ::helper::fail(std::forward<decltype(name)>(name).error()); \
  decl = *std::forward<decltype(name)>(name)
// NOLINTEND(bugprone-macro-parentheses)
