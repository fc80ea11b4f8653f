// PipeOutcome is how a command that was a connection (a Pipe) ended, as the client of that connection should see it.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace helper {

struct PipeOutcome {
  enum class Kind {
    closed,   // it ended like any connection
    refused,  // it never was one: the command failed and printed nothing
    broken,   // it was ended in the middle
  };
  Kind kind = Kind::closed;
  std::string why;  // with `refused` and `broken`
};

// `exit_status` is 128 + n after signal n, and nullopt when nobody told; `spoke`: a byte came from the command;
// `last_line`: of its standard error.
[[nodiscard]] PipeOutcome pipe_outcome(const std::string& name, std::optional<int> exit_status, bool spoke,
                                       const std::string& last_line);

// LastWords is the end of what a program wrote to standard error: limited in size, and safe to show to a person.

class LastWords {
 public:
  void take(std::string_view piece);
  // The last line that says something, in printable characters; "" when there is none.
  [[nodiscard]] std::string line() const;

 private:
  std::string text_;
};

}  // namespace helper
