#include "tunnel/trunk.hpp"

#include "base/log.hpp"
#include "tunnel/way.hpp"

#include <exception>
#include <utility>

namespace helper::tunnel {

Trunk::Trunk(To to) {
  if (to == To::this_machine) {
    way_ = std::make_unique<LocalWay>(loop_);
    return;
  }
  auto made = std::make_unique<Link>(loop_, [this](const std::string& why) {
    for (const auto& [user, its] : users_) its.changed(why);
  });
  link_ = made.get();
  way_ = std::move(made);
}

Trunk::~Trunk() {
  try {
    loop_.run([this] { way_.reset(); });
    loop_.run([] {});  // what was buried before is gone now
  } catch (const std::exception& error) {
    log_warning("the tunnels did not end in good order: {}", error.what());
  }
  loop_.stop();
}

void Trunk::join(const void* user, std::function<void(const std::string&)> changed, Link::Dial dial) {
  users_[user] = {std::move(changed), std::make_shared<const Link::Dial>(std::move(dial))};
}

void Trunk::leave(const void* user) {
  const auto at = users_.find(user);
  if (at == users_.end()) return;
  if (link_ != nullptr) link_->forget(at->second.dial);
  users_.erase(at);
}

void Trunk::start(const void* user) {
  if (link_ != nullptr) link_->start(users_.at(user).dial);
}

}  // namespace helper::tunnel
