// Trunk is the way to one server that the Tunnels of several targets share: one thread with its loop, and one link (or
// none, when the server is this machine). It goes with the last of them.
#pragma once

#include "tunnel/link.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/way.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace helper::tunnel {

class Trunk {
 public:
  enum class To { a_server, this_machine };
  explicit Trunk(To to);
  ~Trunk();  // closes the link at once; waits only for a dial that is under way to heed its stop; not on the loop's
             // thread
  Trunk(const Trunk&) = delete;
  Trunk& operator=(const Trunk&) = delete;

  [[nodiscard]] bool is_local() const { return link_ == nullptr; }
  [[nodiscard]] Loop& loop() { return loop_; }

  // These on the loop's thread.
  [[nodiscard]] Way& way() { return *way_; }
  // `changed` is called when up(), trouble() or the line for new connections has changed, with the reason, until
  // leave(); `dial` is what start() dials with for this user.
  void join(const void* user, std::function<void(const std::string& why)> changed, Link::Dial dial);
  void leave(const void* user);
  // As Link::start; nothing on this machine.
  void start(const void* user);

 private:
  struct User {
    std::function<void(const std::string&)> changed;
    std::shared_ptr<const Link::Dial> dial;
  };
  Loop loop_;
  std::map<const void*, User> users_;
  Link* link_ = nullptr;  // `way_`, when it is one
  std::unique_ptr<Way> way_;
};

}  // namespace helper::tunnel
