// Children is the child processes that nobody needs any more: each may end by itself, since its input has ended, is
// told to end, made to end, and waited for. It lives on the loop's thread.
#pragma once

#include "base/clock.hpp"
#include "tunnel/loop.hpp"

#include <optional>
#include <sys/types.h>
#include <vector>

namespace helper::tunnel {

// How the child has ended (128 + n after signal n), without reaping it: until it is reaped, nobody else can get its
// number. nullopt while it runs.
[[nodiscard]] std::optional<int> exit_status_of(pid_t child);

class Children {
 public:
  explicit Children(Loop& loop);
  ~Children();  // ends those that are left at once
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  // Takes over a child that is the leader of its own process group.
  void end(pid_t child);

 private:
  struct Ending {
    pid_t child;
    SteadyTime since;
    bool told = false;
  };
  void look();
  std::vector<Ending> endings_;
  Timer look_again_;
};

}  // namespace helper::tunnel
