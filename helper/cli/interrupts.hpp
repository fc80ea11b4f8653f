// Interrupts is Ctrl-C (and SIGTERM, SIGHUP, SIGQUIT), and a time limit, as a stop request: the first asks the work to
// end, the second ends the process at once. So does the first after `end_limit`: an output that takes nothing, say a
// pager's, holds up the thread that writes to it.
#pragma once

#include "base/clock.hpp"
#include "base/process/pipe.hpp"
#include "base/result.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

namespace helper::cli {

// From the first request to stop to the end of the process. Longer than the wait for the daemon's own answer to it.
inline constexpr Milliseconds k_end_limit{10'000};

class Interrupts {
 public:
  enum class Reason { none, signal, time_limit };

  // One at a time in a process: it owns the handlers of those signals while it lives.
  [[nodiscard]] static Result<std::unique_ptr<Interrupts>> watch(std::optional<Milliseconds> time_limit,
                                                                 Milliseconds end_limit = k_end_limit);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  // Why a stop was requested; set before token() tells.
  [[nodiscard]] Reason reason() const { return reason_; }

 private:
  Interrupts(PipeEnds pipe, std::optional<Milliseconds> time_limit, Milliseconds end_limit);
  void run(std::optional<Milliseconds> time_limit, Milliseconds end_limit);
  void stop(Reason reason);

  PipeEnds pipe_;  // handlers write to it, the thread reads
  std::stop_source source_;
  std::atomic<Reason> reason_{Reason::none};
  std::thread thread_;
  std::thread stopper_;  // requests the stop: what is called back may wait, for a terminal that takes nothing
};

}  // namespace helper::cli
