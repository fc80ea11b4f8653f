// Control is how everything that works on one server runs its commands there: on one ControlSession. It is opened by
// who needs it first, and again when it was lost. While long commands fill it, a few more are opened beside it.
// Any thread; who waits for another's dialling shares its result.
#pragma once

#include "base/command.hpp"
#include "base/process/process.hpp"
#include "ssh/control_session.hpp"
#include "ssh/session.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace helper::ssh {

class Control {
 public:
  explicit Control(std::string destination) : destination_(std::move(destination)) {}
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  // As CommandRunner::run, and by any number of threads at once; a command without a place waits as long as it may run.
  // `options` are the caller's own way to dial, used when there is no session.
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const ConnectOptions& options, KeepOutput keep_output,
                                          const std::stop_token& stop, const OutputSink& on_output);
  [[nodiscard]] const std::string& destination() const { return destination_; }
  // Of the session that was opened last; false when none was.
  [[nodiscard]] bool is_checked_by_openssh() const { return checked_by_openssh_; }

 private:
  struct Standing {
    std::shared_ptr<ControlSession> session;
    bool fresh = false;  // made while the caller waited for it
  };
  // How the last attempt to connect failed, and who made it.
  struct Failure {
    Error error;
    std::string agent_socket;
    bool could_ask = false;
  };
  [[nodiscard]] Result<Standing> session(const ConnectOptions& options, Milliseconds patience,
                                         const std::stop_token& stop);
  [[nodiscard]] Result<std::shared_ptr<ControlSession>> dial(const ConnectOptions& options,
                                                             const std::stop_token& stop);
  [[nodiscard]] static bool is_shared_by(const Failure& failure, const std::string& agent_socket, bool asks);
  // Opens a session without the lock, and tells all who wait.
  [[nodiscard]] Result<void> add_session(std::unique_lock<std::mutex>& lock, const ConnectOptions& options, bool asks,
                                         const std::stop_token& stop);
  [[nodiscard]] std::shared_ptr<ControlSession> best() const;
  // One more session, if that helps; without it the caller goes on with those there are.
  void widen(const ConnectOptions& options, const std::stop_token& stop);
  void drop(const std::shared_ptr<ControlSession>& session);
  // A session beside the first is closed when nothing runs on it any more.
  void retire(const std::shared_ptr<ControlSession>& session);

  const std::string destination_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::shared_ptr<ControlSession>> sessions_;
  bool dialling_ = false;
  std::uint64_t dials_ = 0;  // that have ended
  std::optional<Failure> failure_;
  SteadyTime no_wider_until_{};  // no further session could be opened
  std::atomic<bool> checked_by_openssh_ = false;
};

// SshRunner is a CommandRunner on a server: one caller's view of a Control, which it may share with others.

class SshRunner final : public CommandRunner {
 public:
  // `options` are for a connection that this caller has to make.
  SshRunner(std::shared_ptr<Control> control, ConnectOptions options, KeepOutput keep_output = KeepOutput::all);
  // With a Control, and so a session, of its own.
  SshRunner(std::string destination, ConnectOptions options, KeepOutput keep_output = KeepOutput::all);
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output = {}) override;
  [[nodiscard]] std::string where() const override;

 private:
  std::shared_ptr<Control> control_;
  ConnectOptions options_;
  KeepOutput keep_output_;
};

}  // namespace helper::ssh
