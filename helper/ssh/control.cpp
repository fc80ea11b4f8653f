#include "ssh/control.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace helper::ssh {

namespace {

// How long a command waits for a place before another session is opened: quick commands are done by then.
constexpr Milliseconds k_patience{2'000};
constexpr std::size_t k_most_sessions = 4;
constexpr Milliseconds k_no_wider_for{60'000};  // after no further session could be opened

bool can_ask(const ConnectOptions& options) { return options.prompter && options.prompter->can_ask(); }

}  // namespace

Result<CommandOutput> Control::run(const Command& command, const ConnectOptions& options, KeepOutput keep_output,
                                   const std::stop_token& stop, const OutputSink& on_output) {
  const Limit limit(command.timeout, stop);
  while (true) {
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, destination_, "the request was cancelled");
    HELPER_TRY_ASSIGN(const Standing standing, session(options, command.timeout, stop));
    const auto& session = standing.session;
    auto end = session->run(command, stop, on_output, keep_output, std::min(k_patience, limit.left()));
    if (session->lost()) drop(session);
    retire(session);
    if (end.full && !limit.passed()) {
      widen(options, stop);
      continue;
    }
    if (end.output || end.began || !session->lost() || standing.fresh) return std::move(end.output);
    log_info("{}: {}; connecting again", destination_, end.output.error().cause);
  }
}

Result<Control::Standing> Control::session(const ConnectOptions& options, Milliseconds patience,
                                           const std::stop_token& stop) {
  const Limit limit(patience, stop);
  const bool asks = can_ask(options);  // asked without the lock: it may have to wait
  std::unique_lock lock(mutex_);
  bool fresh = false;
  while (sessions_.empty()) {
    fresh = true;
    if (!dialling_) {
      HELPER_TRY(add_session(lock, options, asks, stop));
      continue;
    }
    // Who dials may have asked a person a question, which has its own limit. A caller who could be asked too waits for
    // that; others do not.
    const auto ended = [&, dials = dials_] { return dials_ != dials; };
    if (asks) {
      changed_.wait(lock, stop, ended);
    } else if (!changed_.wait_for(lock, stop, limit.left(), ended) && !stop.stop_requested()) {
      return fail(ErrorCode::server_unreachable, destination_, "another request is still connecting to it",
                  "see whether that one asks something, then try again");
    }
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, destination_, "the request was cancelled");
    if (failure_ && is_shared_by(*failure_, options.agent_socket, asks)) return fail(failure_->error);
  }
  return Standing{best(), fresh};
}

// The first that is not full, so that those beside it can go; else where least is under way.
std::shared_ptr<ControlSession> Control::best() const {
  const auto roomy = std::ranges::find_if(sessions_, &ControlSession::has_room);
  if (roomy != sessions_.end()) return *roomy;
  return *std::ranges::min_element(sessions_, {}, &ControlSession::running);
}

void Control::widen(const ConnectOptions& options, const std::stop_token& stop) {
  ConnectOptions quietly = options;
  quietly.prompter = nullptr;  // it is only a convenience: no person is asked for it
  std::unique_lock lock(mutex_);
  if (dialling_ || sessions_.empty() || sessions_.size() >= k_most_sessions) return;
  if (std::chrono::steady_clock::now() < no_wider_until_) return;
  if (std::ranges::any_of(sessions_, &ControlSession::has_room)) return;
  log_info("{}: long commands fill the session; opening one beside it", destination_);
  const auto added = add_session(lock, quietly, false, stop);
  if (added) return;
  failure_ = std::nullopt;  // nobody waits for it as a first session
  log_info("{}: {}", destination_, added.error().cause);
  // Repeated failed logins would lock this machine out (PerSourcePenalties of sshd_config(5), fail2ban).
  if (added.error().code != ErrorCode::cancelled) no_wider_until_ = std::chrono::steady_clock::now() + k_no_wider_for;
}

Result<void> Control::add_session(std::unique_lock<std::mutex>& lock, const ConnectOptions& options, bool asks,
                                  const std::stop_token& stop) {
  dialling_ = true;
  lock.unlock();
  auto dialled = dial(options, stop);
  lock.lock();
  dialling_ = false;
  ++dials_;
  failure_ = std::nullopt;
  changed_.notify_all();
  if (dialled) {
    sessions_.push_back(std::move(*dialled));
    return {};
  }
  failure_ = Failure{dialled.error(), options.agent_socket, asks};
  return fail(std::move(dialled).error());
}

// Whether the caller's own dialling would have had the same result.
bool Control::is_shared_by(const Failure& failure, const std::string& agent_socket, bool asks) {
  if (failure.error.code == ErrorCode::cancelled) return false;
  if (failure.error.code == ErrorCode::server_unreachable) return true;
  return failure.agent_socket == agent_socket && (failure.could_ask || !asks);
}

Result<std::shared_ptr<ControlSession>> Control::dial(const ConnectOptions& options, const std::stop_token& stop) {
  try {
    HELPER_TRY_ASSIGN(const HostConfig host, resolve_host(destination_, stop));
    HELPER_TRY_ASSIGN(auto session, Session::connect(host, options, stop));
    checked_by_openssh_ = session->is_checked_by_openssh();
    return std::make_shared<ControlSession>(std::move(session), options.connect_timeout);
  } catch (const std::exception& error) {  // those who wait must be told
    return fail(ErrorCode::internal, destination_, error.what());
  }
}

void Control::drop(const std::shared_ptr<ControlSession>& session) {
  const std::scoped_lock lock(mutex_);
  std::erase(sessions_, session);  // those who still use it hold it
}

void Control::retire(const std::shared_ptr<ControlSession>& session) {
  const std::scoped_lock lock(mutex_);
  if (session->running() == 0 && sessions_.size() > 1 && sessions_.front() != session) std::erase(sessions_, session);
}

SshRunner::SshRunner(std::shared_ptr<Control> control, ConnectOptions options, KeepOutput keep_output)
    : control_(std::move(control)), options_(std::move(options)), keep_output_(keep_output) {}

SshRunner::SshRunner(std::string destination, ConnectOptions options, KeepOutput keep_output)
    : SshRunner(std::make_shared<Control>(std::move(destination)), std::move(options), keep_output) {}

Result<CommandOutput> SshRunner::run(const Command& command, const std::stop_token& stop, const OutputSink& on_output) {
  auto output = control_->run(command, options_, keep_output_, stop, on_output);
  if (!output) log_info("{}: {}", where(), output.error().cause);
  return output;
}

std::string SshRunner::where() const { return control_->destination(); }

}  // namespace helper::ssh
