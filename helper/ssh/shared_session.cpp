#include "ssh/shared_session.hpp"

#include "ssh/tcp.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/eventfd.h>
#include <utility>

namespace helper::ssh {
namespace {

// libssh reads 4 kB a call: this many calls move one wake-up's worth.
constexpr int k_polls_per_look = 16;

}  // namespace

SharedSession::SharedSession(std::unique_ptr<Session> session)
    : session_(std::move(session)), event_(ssh_event_new()), wake_watcher_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  ssh_set_counters(raw(), &counter_, nullptr);
  if (!event_ || ssh_event_add_session(event_.get(), raw()) != SSH_OK) {
    event_.reset();
    broken_ = true;
  }
  told_ = state();
}

SharedSession::~SharedSession() {
  if (event_) ssh_event_remove_session(event_.get(), raw());
}

SharedSession::State SharedSession::state() const {
  const int status = ssh_get_status(raw());
  return {counter_.in_bytes, (status & SSH_WRITE_PENDING) != 0,
          !broken_ && ssh_is_connected(raw()) != 0 && (status & (SSH_CLOSED | SSH_CLOSED_ERROR)) == 0};
}

// Reading for one channel does not do: libssh 0.10 reads nothing for a channel whose end of file has come.
void SharedSession::take_in() {
  int rc = SSH_OK;
  for (int i = 0; i < k_polls_per_look && rc == SSH_OK && state().connected; ++i)
    rc = ssh_event_dopoll(event_.get(), 0);
  broken_ = broken_ || rc == SSH_ERROR;
}

void SharedSession::settle_strays() {
  std::erase_if(strays_, [](ssh_channel channel) {
    const int opened = ssh_channel_open_session(channel);
    if (opened == SSH_AGAIN) return false;
    if (opened == SSH_OK) close_wholly(channel);
    ssh_channel_free(channel);
    return true;
  });
}

void SharedSession::tell() {
  settle_strays();
  const State now = state();
  if (now == told_) return;
  if (now.bytes != told_.bytes) heard_at_ = std::chrono::steady_clock::now();
  const bool ended = now.connected != told_.connected;
  const bool began_to_write = now.writing && !told_.writing;  // which the watcher does not poll for yet
  told_ = now;
  const auto concerns = [&](const bool* news) { return ended || news == nullptr || *news; };
  for (Waiter* waiter : waiters_) {
    if (concerns(waiter->news)) waiter->wake();
  }
  if (watched_ && (began_to_write || concerns(watchers_news_)))
    static_cast<void>(::eventfd_write(wake_watcher_.get(), 1));
}

SharedSession::Turn::Turn(SharedSession& shared)
    : shared_(shared), lock_(shared.mutex_), looked_at_(shared.counter_.in_bytes) {}

SharedSession::Turn::~Turn() { give(); }

void SharedSession::Turn::give() {
  shared_.tell();
  if (!shared_.watched_ && !shared_.waiters_.empty()) shared_.waiters_.front()->wake();  // it watches from now on
  lock_.unlock();
}

void SharedSession::Turn::yield() {
  without([] {});
}

Milliseconds SharedSession::Turn::silent_for() const {
  if (const auto since_ack = last_acknowledgement(shared_.liveness_fd())) return *since_ack;
  return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - shared_.heard_at_);
}

bool SharedSession::Turn::is_new(const bool* news) const {
  return news != nullptr ? *news : shared_.counter_.in_bytes != looked_at_;
}

void SharedSession::Turn::wait(const Limit& limit, Milliseconds slice, const bool* news) {
  acknowledge_at_once(shared_.liveness_fd());
  shared_.tell();
  if (is_new(news)) {
    yield();
  } else if (!shared_.watched_) {
    watch(limit, slice, news);
  } else {
    const auto until = std::chrono::steady_clock::now() + std::min(slice, limit.left());
    Waiter self{news};
    shared_.waiters_.push_back(&self);
    self.changed.wait_until(lock_, limit.stop(), until, [&] { return self.woken; });
    std::erase(shared_.waiters_, &self);
  }
  looked_at_ = shared_.counter_.in_bytes;
}

void SharedSession::Turn::watch(const Limit& limit, Milliseconds slice, const bool* news) {
  const auto events = static_cast<short>(POLLIN | (writing() ? POLLOUT : 0));
  shared_.watched_ = true;
  shared_.watchers_news_ = news;
  lock_.unlock();
  const short came = limit.poll(shared_.session_->native().transport.get(), events, slice, shared_.wake_watcher_.get());
  lock_.lock();
  shared_.watched_ = false;
  eventfd_t told = 0;
  static_cast<void>(::eventfd_read(shared_.wake_watcher_.get(), &told));
  if (came != 0) shared_.take_in();
}

}  // namespace helper::ssh
