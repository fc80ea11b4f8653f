// FakeJupyterApi is a Jupyter that answers as it is told, and counts how often it was asked. Thread-safe.
#pragma once

#include "ensure/jupyter_api.hpp"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace helper::test {

class FakeJupyterApi final : public ensure::JupyterApi {
 public:
  [[nodiscard]] Result<std::vector<plan::JupyterKernel>> kernels(ensure::JupyterLines lines,
                                                                 const std::stop_token& stop) override {
    const std::lock_guard lock(mutex_);
    tokens_.push_back(lines.token);
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "Jupyter", "the request was cancelled");
    return answer_;
  }

  void will_answer(Result<std::vector<plan::JupyterKernel>> answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  // The token of each call so far, in order.
  [[nodiscard]] std::vector<std::string> tokens() const {
    const std::lock_guard lock(mutex_);
    return tokens_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> tokens_;
  Result<std::vector<plan::JupyterKernel>> answer_;
};

}  // namespace helper::test
