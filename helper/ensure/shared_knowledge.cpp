#include "ensure/shared_knowledge.hpp"

#include <chrono>
#include <utility>

namespace helper::ensure {
namespace {

// From one answer until who watches asks again.
constexpr Milliseconds k_between_waits{5'000};

}  // namespace

Knowledge SharedKnowledge::read() const {
  const std::scoped_lock lock(mutex_);
  return knowledge_;
}

void SharedKnowledge::put(Knowledge knowledge) {
  const std::scoped_lock lock(mutex_);
  if (knowledge.link_losses != knowledge_.link_losses) {
    knowledge.link_losses = knowledge_.link_losses;
    knowledge.link_down = knowledge_.link_down;
  }
  replace(std::move(knowledge));
}

void SharedKnowledge::doubt() {
  const std::scoped_lock lock(mutex_);
  ensure::doubt(knowledge_);
}

void SharedKnowledge::lose_link(const std::string& why) {
  const std::scoped_lock lock(mutex_);
  Knowledge knowledge = knowledge_;
  ensure::lose_link(knowledge, why);
  replace(std::move(knowledge));
}

bool SharedKnowledge::wait(std::uint64_t seen, Milliseconds limit, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  const bool news = changed_.wait_for(lock, stop, limit, [&] { return knowledge_.revision != seen; });
  --waiting_;
  last_wait_ = std::chrono::steady_clock::now();
  return news;
}

bool SharedKnowledge::is_watched() const {
  const std::scoped_lock lock(mutex_);
  return waiting_ > 0 ||
         (last_wait_ != SteadyTime{} && std::chrono::steady_clock::now() - last_wait_ < k_between_waits);
}

void SharedKnowledge::replace(Knowledge knowledge) {
  const bool news = status_of(knowledge, {}) != status_of(knowledge_, {});
  knowledge.revision = knowledge_.revision + (news ? 1 : 0);
  knowledge_ = std::move(knowledge);
  if (news) changed_.notify_all();
}

}  // namespace helper::ensure
