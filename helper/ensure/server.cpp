#include "ensure/server.hpp"

#include "ensure/connections.hpp"

namespace helper::ensure {

std::shared_ptr<ssh::Control> Server::control() {
  const std::scoped_lock lock(mutex_);
  auto control = control_.lock();
  if (!control) control_ = control = std::make_shared<ssh::Control>(name_);
  return control;
}

std::shared_ptr<tunnel::Trunk> Server::trunk() {
  using To = tunnel::Trunk::To;
  const std::scoped_lock lock(mutex_);
  auto trunk = trunk_.lock();
  if (!trunk)
    trunk_ = trunk = std::make_shared<tunnel::Trunk>(name_ == k_this_machine ? To::this_machine : To::a_server);
  return trunk;
}

Server& Servers::find(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  return servers_.try_emplace(name, name).first->second;
}

}  // namespace helper::ensure
