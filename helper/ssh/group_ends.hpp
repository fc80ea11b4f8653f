// GroupEnds ends what abandoned commands left running on a server. sshd ends nothing when a channel without a
// terminal is closed, and passes on no signals to a session of root's: so another shell does it, on an exec channel.
#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace helper::ssh {

class SharedSession;

class GroupEnds {
 public:
  // `shared` outlives it.
  explicit GroupEnds(SharedSession& shared) : shared_(shared) {}

  // Tells the process group `group`, a number as the server's shell printed it, to end, and then makes it end. Does not
  // wait for that. From any thread without a turn; while one does it for the others, theirs go along.
  void end(const std::string& group);

 private:
  void tell(const std::string& groups);
  SharedSession& shared_;
  std::mutex mutex_;
  std::vector<std::string> due_;
  bool busy_ = false;
};

}  // namespace helper::ssh
