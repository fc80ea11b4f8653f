// Interrupts is Ctrl-C (and SIGTERM, SIGHUP, SIGQUIT), and a time limit, as a stop request: the first asks the work to
// end, the second ends the process at once.
#pragma once

#include "base/clock.hpp"
#include "base/pipe.hpp"
#include "base/result.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

namespace helper::cli {

class Interrupts {
 public:
  enum class Reason { none, signal, time_limit };

  // One at a time in a process: it owns the handlers of those signals while it lives.
  [[nodiscard]] static Result<std::unique_ptr<Interrupts>> watch(std::optional<Milliseconds> time_limit);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  // Why a stop was requested; set before token() tells.
  [[nodiscard]] Reason reason() const { return reason_; }

 private:
  Interrupts(PipeEnds pipe, std::optional<Milliseconds> time_limit);
  void run(std::optional<Milliseconds> time_limit);

  PipeEnds pipe_;  // handlers write to it, the thread reads
  std::stop_source source_;
  std::atomic<Reason> reason_{Reason::none};
  std::thread thread_;
};

}  // namespace helper::cli
