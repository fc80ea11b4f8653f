// SharedSession lets several threads use one Session at the same time, each for channels of its own. libssh knows
// nothing about threads, so the caller must have the Turn of this session: there is one, passed on in order.
// No thread keeps it while it waits: one waiting thread (the watcher) polls the socket for all, reads what comes and
// wakes those whom it is for. So does every thread that read bytes, since they may be for another one.
#pragma once

#include "ssh/fair_mutex.hpp"
#include "ssh/group_ends.hpp"
#include "ssh/native.hpp"
#include "ssh/session.hpp"
#include "ssh/wait.hpp"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace helper::ssh {

// Closes a channel that the server has opened. On a socket that is full the first call may stop after the end of file;
// the server keeps the channel's room until it gets the close too.
inline void close_wholly(ssh_channel channel) {
  if (ssh_channel_close(channel) == SSH_AGAIN) static_cast<void>(ssh_channel_close(channel));
}

class SharedSession {
 public:
  explicit SharedSession(std::unique_ptr<Session> session);
  ~SharedSession();  // nobody uses it, and its channels are gone
  SharedSession(const SharedSession&) = delete;
  SharedSession& operator=(const SharedSession&) = delete;

  [[nodiscard]] const std::string& name() const { return session_->name(); }
  // The outermost TCP socket, for TCP_INFO, from any thread; -1 when there is none.
  [[nodiscard]] int liveness_fd() const { return session_->native().liveness_fd; }
  // Ends what commands that were given up left running.
  [[nodiscard]] GroupEnds& group_ends() { return group_ends_; }

  // The right to call libssh for this session, on the thread that made it.
  class Turn {
   public:
    explicit Turn(SharedSession& shared);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    [[nodiscard]] ssh_session raw() const { return shared_.raw(); }
    [[nodiscard]] bool connected() const { return shared_.state().connected; }
    // It has bytes that the socket did not take yet.
    [[nodiscard]] bool writing() const { return shared_.state().writing; }
    // Since the server last sent something.
    [[nodiscard]] Milliseconds silent_for() const;
    // Reads what the socket has, without waiting, into the buffers of all channels.
    void take_in() { shared_.take_in(); }
    // Gives the turn away until there may be something new for this thread, the limit passes, a stop is requested, or
    // `slice` is over. New is what `*news` says, which is written with the turn only; without it, anything that came
    // since this thread began to look, after its last wait. The end of the connection is new to all.
    void wait(const Limit& limit, Milliseconds slice = k_wait_slice, const bool* news = nullptr);
    // Lets a thread that waits for a turn have one.
    void yield();
    // Gives the turn away while `work`, which must not call libssh, runs.
    template <class Work>
    void without(Work work) {
      const Away away(*this);
      work();
    }
    // For a channel whose opening was not answered, and that nobody waits for any more: libssh takes an answer to an
    // opening that it no longer knows for an error of the whole session.
    void leave(ssh_channel channel) { shared_.strays_.push_back(channel); }

   private:
    class Away {
     public:
      explicit Away(Turn& turn) : turn_(turn) { turn_.give(); }
      ~Away() { turn_.lock_.lock(); }
      Away(const Away&) = delete;
      Away& operator=(const Away&) = delete;

     private:
      Turn& turn_;
    };
    void give();
    [[nodiscard]] bool is_new(const bool* news) const;
    void watch(const Limit& limit, Milliseconds slice, const bool* news);
    SharedSession& shared_;
    std::unique_lock<FairMutex> lock_;
    std::uint64_t looked_at_;  // the bytes that had come when this thread began its look
  };

 private:
  struct State {
    std::uint64_t bytes = 0;  // that have come so far
    bool writing = false;
    bool connected = true;
    friend bool operator==(const State&, const State&) = default;
  };
  // A thread that waits, and is not the watcher.
  struct Waiter {
    const bool* news;
    bool woken = false;
    std::condition_variable_any changed{};
    void wake() {
      woken = true;
      changed.notify_one();
    }
  };
  [[nodiscard]] ssh_session raw() const { return session_->native().session.get(); }
  [[nodiscard]] State state() const;
  void take_in();
  void settle_strays();
  void tell();

  struct FreeEvent {
    void operator()(ssh_event event) const { ssh_event_free(event); }
  };

  std::unique_ptr<Session> session_;
  ssh_counter_struct counter_{};  // of the socket's bytes; libssh writes it
  std::unique_ptr<ssh_event_struct, FreeEvent> event_;
  bool broken_ = false;
  std::vector<ssh_channel> strays_;
  FairMutex mutex_;  // the turn; of all below, and of libssh's session
  State told_;       // what threads were last woken for
  SteadyTime heard_at_ = std::chrono::steady_clock::now();
  std::vector<Waiter*> waiters_;
  bool watched_ = false;
  const bool* watchers_news_ = nullptr;  // of the thread that watches
  Fd wake_watcher_;
  GroupEnds group_ends_{*this};
};

// Calls `call`, which answers SSH_AGAIN while it is under way, until it answers otherwise. The result is that answer,
// SSH_AGAIN when the limit passed or a stop was requested first, and SSH_ERROR when the connection ended.
template <class Call>
int drive(SharedSession::Turn& turn, const Limit& limit, Call call) {
  while (true) {
    if (limit.stopped()) return SSH_AGAIN;
    const int answer = call();
    if (answer != SSH_AGAIN || limit.passed()) return answer;
    if (!turn.connected()) return SSH_ERROR;
    turn.wait(limit);
  }
}

}  // namespace helper::ssh
