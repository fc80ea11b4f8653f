#include "ensure/jupyter_work.hpp"

#include "base/digest.hpp"

namespace helper::ensure {

Result<JupyterLines> open_lines(tunnel::TunnelSet& tunnels, const plan::JupyterDoor& door) {
  JupyterLines lines;
  lines.token = door.token;
  HELPER_TRY_ASSIGN(lines.kernels, tunnels.connect(door.remote));
  HELPER_TRY_ASSIGN(lines.sessions, tunnels.connect(door.remote));
  return lines;
}

plan::JupyterWork ask_jupyter(JupyterApi& jupyter, JupyterLines lines, const std::stop_token& stop) {
  auto kernels = jupyter.kernels(std::move(lines), stop);
  if (!kernels) return {{}, kernels.error().cause};
  return {std::move(*kernels), {}};
}

std::optional<plan::JupyterWork> look_at_work(const Hands& hands, const plan::Desired& desired,
                                              const plan::Observed& observed, const std::stop_token& stop) {
  const auto door = plan::jupyter_door(desired, observed);
  if (!door) return std::nullopt;
  auto lines = open_lines(hands.tunnels, *door);
  if (!lines) return plan::JupyterWork{{}, lines.error().cause};
  return ask_jupyter(hands.jupyter, std::move(*lines), stop);
}

std::optional<plan::JupyterWork> KnownWork::young(const std::string& run) const {
  if (!answer_ || answer_->run != run) return std::nullopt;
  const Milliseconds limit = answer_->work.unknown.empty() ? k_work_known_for : k_silence_known_for;
  return since(clock_, answer_->at) < limit ? std::optional(answer_->work) : std::nullopt;
}

std::optional<plan::JupyterWork> KnownWork::find(const std::string& run) const {
  const std::scoped_lock lock(mutex_);
  return young(run);
}

plan::JupyterWork KnownWork::get(const std::string& run, const std::function<plan::JupyterWork()>& ask,
                                 const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait(lock, stop, [&] { return !asking_; })) return {{}, "the request was cancelled"};
  if (auto known = young(run)) return std::move(*known);
  asking_ = true;
  lock.unlock();
  // However the question ends, the next caller may ask.
  const auto settle = [&](const plan::JupyterWork* work) {
    const std::scoped_lock again(mutex_);
    asking_ = false;
    changed_.notify_all();
    if (work != nullptr && !stop.stop_requested()) answer_ = Answer{run, *work, clock_.now()};
  };
  try {
    plan::JupyterWork work = ask();
    settle(&work);
    return work;
  } catch (...) {
    settle(nullptr);
    throw;
  }
}

Result<std::string> jupyter_token(FileStore& files, const Paths& paths, const std::string& target) {
  const auto file = paths.jupyter_token(target);
  HELPER_TRY_ASSIGN(auto text, files.read(file));
  if (text && text->ends_with('\n')) text->pop_back();
  if (text && is_token(*text)) return std::move(*text);
  std::string token = random_token();
  if (token.empty()) return fail(ErrorCode::internal, file.string(), "the system gives no random numbers");
  HELPER_TRY(files.write(file, token + "\n", 0600));
  return token;
}

}  // namespace helper::ensure
