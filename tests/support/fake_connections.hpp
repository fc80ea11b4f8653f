// FakeConnections gives every target a way to a SimulatedServer, and tunnels that open no port. Thread-safe, but for
// the servers' own settings, which a test changes between requests.
#pragma once

#include "ensure/connections.hpp"
#include "support/fake_tunnel_set.hpp"
#include "support/simulated_server.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace helper::test {

class FakeConnections final : public ensure::Connections {
 public:
  struct Server {
    explicit Server(const std::string& name) : runner(name) {}
    FakeCommandRunner runner;
    SimulatedServer simulated{runner};
  };
  // Comes before each command, with its SimulatedServer::name_of: it may wait, or throw.
  using Before = std::function<void(const std::string& name, const std::stop_token& stop)>;

  [[nodiscard]] std::unique_ptr<ensure::Connection> open(ensure::ConnectionOrder order) override {
    auto& its_server = server(order.server);
    auto tunnels = std::make_shared<FakeTunnelSet>();
    const std::scoped_lock lock(mutex_);
    calls_.push_back("open " + order.server);
    newest_ = tunnels;
    order_ = order;
    return std::make_unique<Way>(*this, order.server, its_server.runner, std::move(tunnels));
  }
  [[nodiscard]] std::unique_ptr<CommandRunner> open_shared(const std::string& name, const std::string&) override {
    return std::make_unique<Runner>(*this, server(name).runner);
  }
  [[nodiscard]] std::unique_ptr<CommandRunner> open_beside(const std::string& name, const std::string&) override {
    auto& its_server = server(name);
    const std::scoped_lock lock(mutex_);
    calls_.push_back("open beside " + name);
    return std::make_unique<Runner>(*this, its_server.runner);
  }

  [[nodiscard]] Server& server(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    return servers_.try_emplace(name, name).first->second;
  }
  void before_each_command(Before before) {
    const std::scoped_lock lock(mutex_);
    before_ = std::move(before);
  }
  // The link of the connection that was opened last.
  void lose_link(const std::string& why) {
    tunnels().set_link(false, why);
    newest_order().on_link_change(false, why);
  }
  void make_link() {
    tunnels().set_link(true);
    newest_order().on_link_change(true, "it is up");
  }
  std::atomic<bool> openssh_checks = false;
  // What a port of that connection forwards to takes no connection.
  void refuse(std::uint16_t local_port, const std::string& why) { newest_order().on_refusal(local_port, why); }
  // Of that connection too; they outlive it.
  [[nodiscard]] FakeTunnelSet& tunnels() {
    const std::scoped_lock lock(mutex_);
    return *newest_;
  }
  [[nodiscard]] ensure::ConnectionOrder newest_order() {
    const std::scoped_lock lock(mutex_);
    return order_;
  }
  // "open gpu1", "close gpu1", "open beside gpu1", in order.
  [[nodiscard]] std::vector<std::string> calls() {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }

 private:
  class Runner final : public CommandRunner {
   public:
    Runner(FakeConnections& owner, FakeCommandRunner& runner) : owner_(owner), runner_(runner) {}
    [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                            const OutputSink& on_output = {}) override {
      ++runs_;
      if (const auto before = owner_.before()) before(SimulatedServer::name_of(command.script), stop);
      return runner_.run(command, stop, on_output);
    }
    [[nodiscard]] std::string where() const override { return runner_.where(); }
    [[nodiscard]] std::uint64_t runs() const { return runs_; }

   private:
    FakeConnections& owner_;
    FakeCommandRunner& runner_;
    std::atomic<std::uint64_t> runs_ = 0;
  };

  class Way final : public ensure::Connection {
   public:
    Way(FakeConnections& owner, std::string server, FakeCommandRunner& runner, std::shared_ptr<FakeTunnelSet> tunnels)
        : owner_(owner),
          name_(std::move(server)),
          runner_(owner, runner),
          beside_(owner, runner),
          tunnels_(std::move(tunnels)) {}
    ~Way() override {
      const std::scoped_lock lock(owner_.mutex_);
      owner_.calls_.push_back("close " + name_);
    }
    Way(const Way&) = delete;
    Way& operator=(const Way&) = delete;
    [[nodiscard]] CommandRunner& server() override { return runner_; }
    [[nodiscard]] CommandRunner& beside() override { return beside_; }
    [[nodiscard]] tunnel::TunnelSet& tunnels() override { return *tunnels_; }
    [[nodiscard]] std::uint64_t commands() const override { return runner_.runs() + beside_.runs(); }
    [[nodiscard]] bool is_checked_by_openssh() const override { return owner_.openssh_checks; }

   private:
    FakeConnections& owner_;
    const std::string name_;
    Runner runner_;
    Runner beside_;
    const std::shared_ptr<FakeTunnelSet> tunnels_;
  };

  Before before() {
    const std::scoped_lock lock(mutex_);
    return before_;
  }

  std::mutex mutex_;
  std::map<std::string, Server> servers_;
  std::vector<std::string> calls_;
  std::shared_ptr<FakeTunnelSet> newest_;
  ensure::ConnectionOrder order_;
  Before before_;
};

}  // namespace helper::test
