// Server is what all targets of one server share: the control session on which their commands run, the trunk that their
// tunnels go through, and the secrets that a person typed for it. Any thread.
#pragma once

#include "ssh/control.hpp"
#include "ssh/session.hpp"
#include "tunnel/trunk.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace helper::ensure {

class Server {
 public:
  // `name` as a config has it.
  explicit Server(std::string name) : name_(std::move(name)) {}

  // The one there is, else a new one; each closes its sessions when the last who uses it lets it go.
  [[nodiscard]] std::shared_ptr<ssh::Control> control();
  [[nodiscard]] std::shared_ptr<tunnel::Trunk> trunk();
  // They stay for as long as the Server.
  [[nodiscard]] const std::shared_ptr<ssh::SecretCache>& secrets() const { return secrets_; }

 private:
  const std::string name_;
  const std::shared_ptr<ssh::SecretCache> secrets_ = std::make_shared<ssh::SecretCache>();
  std::mutex mutex_;
  std::weak_ptr<ssh::Control> control_;
  std::weak_ptr<tunnel::Trunk> trunk_;
};

class Servers {
 public:
  // By name: one server's secret is sent to no other.
  [[nodiscard]] Server& find(const std::string& name);

 private:
  std::mutex mutex_;
  std::map<std::string, Server> servers_;
};

}  // namespace helper::ensure
