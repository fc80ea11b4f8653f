#include "tunnel/tunnel_set.hpp"

#include "base/log.hpp"
#include "base/shortage.hpp"
#include "tunnel/connections.hpp"
#include "tunnel/listener.hpp"
#include "tunnel/sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <mutex>
#include <sys/socket.h>
#include <utility>

namespace helper::tunnel {
namespace {

struct Port {
  std::unique_ptr<Listener> listener;
  std::optional<Remote> remote;
};

// What status() tells, kept apart so that any thread may read it while the loop works.
class StatusTable {
 public:
  struct Row {
    std::string name;
    std::optional<Remote> remote;
    std::string trouble;  // with the remote; the link's own goes first
    std::size_t connections = 0;
  };
  void set_link(bool up, std::string trouble) {
    const std::scoped_lock lock(mutex_);
    link_up_ = up;
    link_trouble_ = std::move(trouble);
  }
  void add(std::uint16_t port, const std::string& name) {
    const std::scoped_lock lock(mutex_);
    rows_[port].name = name;
  }
  void remove(std::uint16_t port) {
    const std::scoped_lock lock(mutex_);
    rows_.erase(port);
  }
  template <class Change>
  void change(std::uint16_t port, Change change_row) {
    const std::scoped_lock lock(mutex_);
    if (const auto at = rows_.find(port); at != rows_.end()) change_row(at->second);
  }
  [[nodiscard]] std::vector<TunnelStatus> read() const {
    const std::scoped_lock lock(mutex_);
    std::vector<TunnelStatus> all;
    for (const auto& [port, row] : rows_) {
      all.push_back(
          {port, row.name, row.remote, link_up_, link_trouble_.empty() ? row.trouble : link_trouble_, row.connections});
    }
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint16_t, Row> rows_;
  bool link_up_ = false;
  std::string link_trouble_;
};

bool can_be_sent(const Endpoint& remote) {
  constexpr std::size_t k_max_host = 255;  // RFC 1035, 3.1
  return remote.port != 0 && !remote.host.empty() && remote.host.size() <= k_max_host &&
         std::ranges::all_of(remote.host, [](char c) { return c > ' ' && c < 0x7f; });
}

bool can_be_run(const Pipe& pipe) {
  constexpr std::size_t k_max_command = 64u << 10;  // of what one argument may be: Linux takes 128 KiB (execve(2))
  return !pipe.name.empty() && !pipe.command.empty() && pipe.command.size() <= k_max_command &&
         pipe.command.find('\0') == std::string::npos;
}

// A local way has no resolver: it takes addresses by number only.
Result<void> can_lead_to(const Remote& remote, const std::string& thing, bool only_numeric) {
  const auto* door = std::get_if<SshDoor>(&remote);
  const auto* address = door != nullptr ? &door->address : std::get_if<Endpoint>(&remote);
  const auto* pipe = door != nullptr ? &door->otherwise : std::get_if<Pipe>(&remote);
  if (address != nullptr && (!can_be_sent(*address) || (only_numeric && !is_numeric(*address)))) {
    return fail(ErrorCode::tunnel_failed, thing,
                "it cannot forward to " + to_text(remote) + ": that is not an address");
  }
  if (pipe != nullptr && !can_be_run(*pipe)) {
    return fail(ErrorCode::tunnel_failed, thing, "it cannot forward to " + to_text(*pipe) + ": that is not a command");
  }
  return {};
}

}  // namespace

struct Tunnels::State {
  State(std::shared_ptr<Trunk> its_trunk, Told its_told, PeerPolicy policy)
      : trunk(std::move(its_trunk)), gate(policy), told(std::move(its_told)) {}

  // All of these on the loop's thread.
  void join(Dial dial) {
    connections = std::make_unique<Connections>(
        trunk->loop(), trunk->way(),
        Connections::Owner{[this](std::uint16_t port) { return remote_of(port); },
                           [this](std::uint16_t port, const std::string& trouble) {
                             statuses.change(port, [&](StatusTable::Row& row) { row.trouble = trouble; });
                             if (!trouble.empty() && port != 0 && told.refusal) told.refusal(port, trouble);
                           },
                           [this](std::uint16_t port, std::size_t count) {
                             statuses.change(port, [&](StatusTable::Row& row) { row.connections = count; });
                           }});
    trunk->join(
        this, [this](const std::string& why) { way_changed(why); }, std::move(dial));
    statuses.set_link(trunk->way().up(), trunk->way().trouble());
  }

  void leave() {
    trunk->leave(this);
    ports.clear();
    connections.reset();
  }

  void start() {
    if (trunk->is_local()) return;
    trunk->start(this);
    if (!std::exchange(asked, true) && trunk->way().up()) tell_link_change("the server is reached already");
  }

  void way_changed(const std::string& why) {
    statuses.set_link(trunk->way().up(), trunk->way().trouble());
    connections->serve();
    if (asked) tell_link_change(why);
  }

  void tell_link_change(const std::string& why) {
    if (was_up == trunk->way().up()) return;
    was_up = !was_up;
    if (told.link_change) told.link_change(was_up, why);
  }

  [[nodiscard]] std::optional<Remote> remote_of(std::uint16_t port) const {
    const auto at = ports.find(port);
    return at == ports.end() ? std::nullopt : at->second.remote;
  }

  const std::shared_ptr<Trunk> trunk;
  StatusTable statuses;
  Gate gate;
  const Told told;
  // All below are touched on the loop's thread only.
  bool asked = false;  // for the way: before that its changes are nothing to these tunnels
  bool was_up = false;
  std::map<std::uint16_t, Port> ports;
  std::unique_ptr<Connections> connections;
};

Tunnels::Tunnels(std::shared_ptr<Trunk> trunk, Dial dial, Told told, PeerPolicy policy)
    : state_(std::make_unique<State>(std::move(trunk), std::move(told), policy)) {
  state_->trunk->loop().run([&] { state_->join(std::move(dial)); });
}

Tunnels::Tunnels(const Dial& dial, Told told, PeerPolicy policy)
    : Tunnels(std::make_shared<Trunk>(dial ? Trunk::To::a_server : Trunk::To::this_machine), dial, std::move(told),
              policy) {}

Tunnels::~Tunnels() {
  Loop& loop = state_->trunk->loop();
  try {
    loop.run([this] { state_->leave(); });
    loop.run([] {});  // what was buried before is gone now
  } catch (const std::exception& error) {
    log_warning("the tunnels did not end in good order: {}", error.what());
  }
}

Result<void> Tunnels::open(std::uint16_t local_port, const std::string& name) {
  Result<void> result;
  state_->trunk->loop().run([&] {
    if (state_->ports.contains(local_port)) return;
    auto socket = listen_on_loopback(local_port, name);
    if (!socket) {
      result = fail(std::move(socket).error());
      return;
    }
    auto accepted = [this, local_port](Fd client, Endpoint from) {
      state_->connections->add(local_port, std::move(client), std::move(from));
    };
    state_->statuses.add(local_port, name);
    state_->ports[local_port].listener = std::make_unique<Listener>(
        state_->trunk->loop(), state_->gate, std::move(*socket), local_port, std::move(accepted));
  });
  return result;
}

Result<void> Tunnels::point(std::uint16_t local_port, const Remote& remote) {
  const std::string thing = "local port " + std::to_string(local_port);
  HELPER_TRY(can_lead_to(remote, thing, state_->trunk->is_local()));
  Result<void> result;
  state_->trunk->loop().run([&] {
    const auto at = state_->ports.find(local_port);
    if (at == state_->ports.end()) {
      result = fail(ErrorCode::tunnel_failed, thing, "it is not open");
      return;
    }
    if (at->second.remote != remote) {
      at->second.remote = remote;
      state_->connections->remote_changed(local_port);
      state_->statuses.change(local_port, [&](StatusTable::Row& row) {
        row.remote = remote;
        row.trouble.clear();
      });
    }
    state_->start();
    state_->connections->serve();
  });
  return result;
}

Result<Fd> Tunnels::connect(const Remote& remote) {
  HELPER_TRY(can_lead_to(remote, "connection to " + to_text(remote), state_->trunk->is_local()));
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return fail(
        by_errno({ErrorCode::tunnel_failed, "connection to " + to_text(remote), "no socket can be made", {}}, errno));
  }
  Fd ours(ends[0]);
  Fd theirs(ends[1]);
  state_->trunk->loop().run([&] {
    state_->start();
    state_->connections->add_own(std::move(theirs), remote);
  });
  return ours;
}

void Tunnels::close(std::uint16_t local_port) {
  state_->trunk->loop().run([&] {
    state_->ports.erase(local_port);
    state_->connections->drop(local_port);
    state_->statuses.remove(local_port);
  });
}

std::vector<TunnelStatus> Tunnels::status() const { return state_->statuses.read(); }

void Tunnels::start() {
  state_->trunk->loop().run([this] { state_->start(); });
}

}  // namespace helper::tunnel
