#include "tunnel/link.hpp"

#include "base/log.hpp"
#include "tunnel/channel_end.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace helper::tunnel {
namespace {

constexpr Milliseconds k_busy_tick{250};  // while connections go through, or something is wrong
constexpr Milliseconds k_idle_tick{1'000};
constexpr Milliseconds k_busy_probe{1'000};
constexpr Milliseconds k_idle_probe{3'000};
// An old session that stays silent for this long after its replacement came up will not come back.
constexpr Milliseconds k_old_silent{10'000};
// A session that ends sooner than this counts as a failed try: a server that accepts us and then closes must not be
// called without a pause.
constexpr Milliseconds k_short_life{5'000};
constexpr Milliseconds k_sleep_counts{2'000};
// Sessions at once: each carries any number of TCP connections, and ten commands with sshd's own settings.
constexpr std::size_t k_max_lines = 12;

std::string seconds_text(Milliseconds time) {
  return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000);
}

}  // namespace

Link::Link(Loop& loop, std::function<void(const std::string&)> changed)
    : loop_(loop),
      changed_(std::move(changed)),
      trouble_("the way to the server has not been asked for yet"),
      random_(std::random_device{}()),
      asleep_(time_asleep()),
      redial_(loop, [this] { dial_now("the wait before the next try is over"); }),
      tick_(loop, [this] { tick(); }),
      self_(std::make_shared<Link*>(this)) {}

Link::~Link() {
  self_.reset();
  dialling_.request_stop();
}

void Link::start(const Means& by) {
  if (!network_) {
    network_ = std::make_unique<NetworkWatch>(loop_, [this] { network_changed(); });
    tick_.start(k_idle_tick);
  }
  if (current_) {
    if (std::ranges::find(means_, by) == means_.end()) means_.push_back(by);
    return;
  }
  prefer(by);
  if (backoff_.gave_up_for_long()) backoff_.reset();
  if (dialling_.joinable() && used_ != by) asked_again_ = true;
  dial_now("it is asked for");
}

void Link::prefer(const Means& means) {
  std::erase(means_, means);
  means_.insert(means_.begin(), means);
}

void Link::forget(const Means& means) {
  std::erase(means_, means);
  if (means_.empty()) dialling_.request_stop();
}

void Link::dial_now(const std::string& why) {
  if (dialling_.joinable()) return;
  redial_.stop();
  if (means_.empty()) return;  // nobody wants it any more
  log_info("connecting to the server: {}", why);
  used_ = means_.front();
  asked_again_ = false;
  dialling_ = std::jthread([&loop = loop_, dial = used_, self = std::weak_ptr(self_)](const std::stop_token& stop) {
    auto result = std::make_shared<Dialled>(fail(ErrorCode::internal, "the server", "connecting to it failed"));
    try {
      *result = (*dial)(stop);
    } catch (const std::exception& error) {
      *result = fail(ErrorCode::internal, "the server", error.what());
    }
    loop.post([self, result] {
      if (const auto link = self.lock()) (*link)->dialled(std::move(*result));
    });
  });
  if (!current_ && trouble_.empty()) trouble_ = "connecting to the server";
}

void Link::dialled(Dialled result) {
  const bool stopped = dialling_.get_stop_token().stop_requested();
  dialling_.join();  // the last thing it did was to post this
  dialling_ = std::jthread();
  if (result) return adopt(std::move(*result));
  if (!stopped) return failed(result.error());
  for_room_ = false;
  if (!up()) return redial_.start(k_first_wait);  // it was called off for a line that has gone bad since
  tell("the attempt was cancelled", {});          // a user who needs its own session asks again
}

void Link::failed(const Error& error) {
  for_room_ = false;
  if (std::erase(means_, used_) > 0) means_.push_back(used_);  // another's may do better
  const Milliseconds wait = backoff_.next(error.code, std::uniform_real_distribution<double>(0, 1)(random_));
  std::string trouble = to_text(Error{error.code, error.thing, error.cause, {}});
  if (backoff_.gave_up_for_long()) {
    trouble += fmt::format("; refused {} times, so the next try is in {} min: run helper ensure to try at once",
                           k_refusals, std::chrono::duration_cast<std::chrono::minutes>(wait).count());
  }
  log_warning("connecting to the server failed: {}; next try in {}", trouble, seconds_text(wait));
  redial_.start(wait);
  if (asked_again_) dial_now("it is asked for by another");
  const std::string why = trouble;
  tell(why, std::move(trouble));
}

void Link::adopt(std::unique_ptr<ssh::Session> session) {
  if (std::ranges::find(means_, used_) != means_.end()) prefer(used_);
  const auto before = std::exchange(
      current_, std::make_shared<Line>(loop_, std::move(session), [this](const Line& line) { line_ended(&line); }));
  current_->begin();
  const bool was_suspected = std::exchange(suspected_, false);
  const bool for_room = std::exchange(for_room_, false);
  if (before) {
    before->replaced_at = std::chrono::steady_clock::now();
    before->doubted = was_suspected || !for_room;
    old_.push_back(before);
    if (before->connections() == 0) retire(before, "it carries nothing and is replaced");
  }
  tick_.start(k_busy_tick);
  log_info("the way to {} is up{}", current_->name(), was_suspected ? ", beside the silent one" : "");
  tell("the server " + current_->name() + " is reached", {});
}

void Link::line_ended(const Line* line) {
  if (line != current_.get()) {
    std::erase_if(old_, [&](const std::shared_ptr<Line>& old) {
      if (old.get() != line) return false;
      loop_.post([old] {});  // it is in the middle of a call
      return true;
    });
    return;
  }
  const auto ended = std::exchange(current_, nullptr);
  loop_.post([ended] {});
  suspected_ = false;
  const std::string why = ended->why();
  log_warning("the way to {} is lost: {}", ended->name(), why);
  if (std::chrono::steady_clock::now() - ended->began_at < k_short_life) {
    if (!dialling_.joinable()) redial_.start(backoff_.next(ErrorCode::server_unreachable, 0.5));
  } else {
    backoff_.reset();
    dial_now(why);
  }
  tell(why, why);
}

void Link::retire(const std::shared_ptr<Line>& line, const std::string& why) {
  log_info("an old session to {} is closed: {}", line->name(), why);
  line->break_off(why);
}

Result<std::unique_ptr<FarEnd>> Link::open(const Leg& remote, const Endpoint& from, FarEvents events) {
  if (!up()) return fail(ErrorCode::tunnel_failed, to_text(remote), trouble_);
  Line* line = current_.get();
  if (std::holds_alternative<Pipe>(remote)) line = line_for_command();
  if (line == nullptr) {
    dial_for_commands();
    return fail(ErrorCode::tunnel_failed, to_text(remote),
                fmt::format("the {} session(s) with the server carry as many commands as it allows", old_.size() + 1));
  }
  if (!tick_.running() || current_->connections() == 0) tick_.start(k_busy_tick);
  return line->open(remote, from, std::move(events));
}

// A command may go through a session that was replaced only because it was full.
Line* Link::line_for_command() const {
  if (current_->takes_command()) return current_.get();
  const auto found = std::ranges::find_if(
      old_, [](const auto& line) { return !line->doubted && !line->over() && line->takes_command(); });
  return found == old_.end() ? nullptr : found->get();
}

void Link::dial_for_commands() {
  if (old_.size() + 1 >= k_max_lines || redial_.running() || dialling_.joinable()) return;
  for_room_ = true;
  dial_now("the open sessions have no room for another command");
}

bool Link::outdated(const FarEnd& far) const {
  const auto* channel = dynamic_cast<const ChannelEnd*>(&far.inner());
  if (channel == nullptr) return false;
  const auto line = channel->line();
  return !line || line->over() || line->doubted;
}

void Link::tick() {
  const auto now = std::chrono::steady_clock::now();
  const Milliseconds slept = time_asleep() - std::exchange(asleep_, time_asleep());
  if (slept > k_sleep_counts) {
    network_changed();
    dial_now("this machine slept for " + seconds_text(slept));
  }
  watch_old(now);
  if (current_) watch_current(now);
  const bool idle =
      old_.empty() && !suspected_ && (!current_ || (current_->connections() == 0 && current_->mood == Mood::calm));
  tick_.start(idle ? k_idle_tick : k_busy_tick);
}

void Link::watch_current(SteadyTime now) {
  Line& line = *current_;
  const Milliseconds probe_every = line.connections() == 0 && !suspected_ ? k_idle_probe : k_busy_probe;
  if (now - line.probed_at >= probe_every) line.probe();
  if (now - line.began_at > k_short_life) backoff_.reset();
  const ssh::LinkHealth health = line.health();
  if (health.unanswered == Milliseconds{0}) line.mood = Mood::calm;
  const bool silent = is_silent(health, line.mood);
  if (silent == suspected_) return;
  suspected_ = silent;
  if (silent) {
    const std::string why = say_silence(health);
    log_warning("{}: {}; opening another session beside it", line.name(), why);
    dial_now(why);
    return tell(why, why);
  }
  log_info("{} answers again; its session is kept", line.name());
  dialling_.request_stop();
  redial_.stop();
  tell("the server " + line.name() + " answers again", {});
}

void Link::watch_old(SteadyTime now) {
  const auto lines = old_;
  for (const auto& line : lines) {
    if (now - line->probed_at >= k_busy_probe) line->probe();
    if (line->connections() == 0) {
      retire(line, "its last connection has ended");
    } else if (is_silent(line->health(), Mood::calm)) {
      if (!std::exchange(line->doubted, true)) changed_("a session beside the newest is silent");
      if (now - line->replaced_at > k_old_silent) retire(line, "it stayed silent after it was replaced");
    }
  }
}

void Link::network_changed() {
  if (current_) {
    current_->mood = Mood::hurried;
    current_->probe();
    tick_.start(k_busy_tick);
    return;
  }
  if (redial_.running() && !backoff_.gave_up_for_long()) dial_now("the network of this machine has changed");
}

void Link::tell(const std::string& why, std::string trouble) {
  trouble_ = std::move(trouble);
  changed_(why);
}

}  // namespace helper::tunnel
