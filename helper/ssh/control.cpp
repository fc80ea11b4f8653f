#include "ssh/control.hpp"

#include "base/log.hpp"

#include <utility>

namespace helper::ssh {
namespace {

bool can_ask(const ConnectOptions& options) { return options.prompter && options.prompter->can_ask(); }

}  // namespace

Result<CommandOutput> Control::run(const Command& command, const ConnectOptions& options, KeepOutput keep_output,
                                   const std::stop_token& stop, const OutputSink& on_output) {
  while (true) {
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, destination_, "the request was cancelled");
    HELPER_TRY_ASSIGN(const Standing standing, session(options, command.timeout, stop));
    auto end = standing.session->run(command, stop, on_output, keep_output);
    const bool lost = standing.session->lost();
    if (lost) drop(standing.session);
    if (end.output || end.began || !lost || standing.fresh) return std::move(end.output);
    log_info("{}: {}; dialling again", destination_, end.output.error().cause);
  }
}

Result<Control::Standing> Control::session(const ConnectOptions& options, Milliseconds patience,
                                           const std::stop_token& stop) {
  const Limit limit(patience, stop);
  std::unique_lock lock(mutex_);
  bool fresh = false;
  while (!session_) {
    fresh = true;
    if (!dialling_) {
      dialling_ = true;
      lock.unlock();
      const bool could_ask = can_ask(options);
      auto dialled = dial(options, stop);
      lock.lock();
      dialling_ = false;
      ++dials_;
      failure_ = std::nullopt;
      if (dialled) session_ = *dialled;
      if (!dialled) failure_ = Failure{dialled.error(), options.agent_socket, could_ask};
      changed_.notify_all();
      if (!dialled) return fail(std::move(dialled).error());
      continue;
    }
    // Who dials may have put a question to a person, which has a limit of its own. Who could be asked as well waits for
    // that; others have no part in it.
    const auto ended = [&, dials = dials_] { return dials_ != dials; };
    if (can_ask(options)) {
      changed_.wait(lock, stop, ended);
    } else if (!changed_.wait_for(lock, stop, limit.left(), ended) && !stop.stop_requested()) {
      return fail(ErrorCode::server_unreachable, destination_, "another request is still connecting to it",
                  "see whether that one asks something, then try again");
    }
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, destination_, "the request was cancelled");
    if (failure_ && is_shared_by(*failure_, options)) return fail(failure_->error);
  }
  return Standing{session_, fresh};
}

// Whether the caller's own dialling would have come to the same.
bool Control::is_shared_by(const Failure& failure, const ConnectOptions& options) {
  if (failure.error.code == ErrorCode::cancelled) return false;
  if (failure.error.code == ErrorCode::server_unreachable) return true;
  return failure.agent_socket == options.agent_socket && (failure.could_ask || !can_ask(options));
}

Result<std::shared_ptr<ControlSession>> Control::dial(const ConnectOptions& options,
                                                      const std::stop_token& stop) const {
  HELPER_TRY_ASSIGN(const HostConfig host, resolve_host(destination_, stop));
  HELPER_TRY_ASSIGN(auto session, Session::connect(host, options, stop));
  return std::make_shared<ControlSession>(std::move(session), options.connect_timeout);
}

void Control::drop(const std::shared_ptr<ControlSession>& session) {
  const std::scoped_lock lock(mutex_);
  if (session_ == session) session_ = nullptr;  // those who still use it hold it
}

}  // namespace helper::ssh
