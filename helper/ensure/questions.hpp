// Questions keeps the open questions until somebody answers: asked by a worker, answered by an RPC
// call.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace helper::ensure {

inline constexpr Milliseconds k_question_limit = std::chrono::minutes(5);

class Questions {
 public:
  // A new question's id, only as secret as the transport: every caller may answer.
  [[nodiscard]] std::string open();
  // Waits for its answer. Errors: timed_out after k_question_limit, cancelled on stop. The question is closed either
  // way.
  [[nodiscard]] Result<std::string> wait(const std::string& id, const std::stop_token& stop);
  // False when no question of that id is open.
  bool answer(const std::string& id, std::string value);

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, std::optional<std::string>> open_;
  std::uint64_t next_ = 1;
};

}  // namespace helper::ensure
