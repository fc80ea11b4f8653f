// FairMutex is a mutex whose owner, unlocking it only to lock it again at once, lets a waiting thread go first.
#pragma once

#include <mutex>

namespace helper::ssh {

class FairMutex {
 public:
  // The one who waits for the mutex itself holds the queue, so that no other thread goes first.
  void lock() {
    const std::scoped_lock first(queue_);
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }

 private:
  std::mutex queue_;
  std::mutex mutex_;
};

}  // namespace helper::ssh
