// LastWords is the end of what a program said on standard error: bounded, and fit to be shown to a person.
#pragma once

#include <string>
#include <string_view>

namespace helper {

class LastWords {
 public:
  void take(std::string_view piece);
  // The last line that says something, in printable characters; "" when there is none.
  [[nodiscard]] std::string line() const;

 private:
  std::string text_;
};

}  // namespace helper
