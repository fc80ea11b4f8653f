#include "tunnel/connections.hpp"

#include "base/log.hpp"
#include "tunnel/door_end.hpp"

#include <algorithm>
#include <utility>

namespace helper::tunnel {
namespace {

constexpr Milliseconds k_sweep{1000};
constexpr Milliseconds k_at_once{5000};  // a server that says nothing for longer may have waited for its client

bool unsettled(const Forward& forward) {
  return forward.phase() == Forward::Phase::waiting || forward.phase() == Forward::Phase::opening;
}

}  // namespace

Connections::Connections(Loop& loop, Way& way, Owner owner)
    : loop_(loop), way_(way), owner_(std::move(owner)), sweep_(loop, [this] { expire(); }), serve_again_(loop, [this] {
        serve();
      }) {}

std::size_t Connections::waiting() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      entries_, [](const auto& item) { return item.second.forward->phase() == Forward::Phase::waiting; }));
}

void Connections::add(std::uint16_t port, Fd client, Endpoint from) {
  if (!has_room(port, !way_.up() || !owner_.remote_of(port))) return;
  insert(Entry{port, std::nullopt, {}, nullptr}, std::move(client), std::move(from));
}

void Connections::add_own(Fd client, const Remote& remote) {
  if (!has_room(0, !way_.up())) return;
  insert(Entry{0, remote, {}, nullptr}, std::move(client), Endpoint{"127.0.0.1", 0});
}

bool Connections::has_room(std::uint16_t port, bool must_wait) const {
  if (entries_.size() < k_max_connections && (!must_wait || waiting() < k_max_waiting)) return true;
  log_warning("port {}: a connection was refused, since {} are open or waiting already", port, entries_.size());
  return false;
}

void Connections::insert(Entry entry, Fd client, Endpoint from) {
  const std::uint64_t id = next_id_++;
  const std::uint16_t port = entry.port;
  entry.since = std::chrono::steady_clock::now();
  entry.forward = std::make_unique<Forward>(loop_, std::move(client), std::move(from), [this, id] { moved_on(id); });
  Entry& placed = entries_.emplace(id, std::move(entry)).first->second;
  owner_.on_count(port, ++counts_[port]);
  if (!sweep_.running()) sweep_.start(k_sweep);
  serve(placed);
}

std::optional<Remote> Connections::remote_of(const Entry& entry) const {
  return entry.own_remote ? entry.own_remote : owner_.remote_of(entry.port);
}

void Connections::serve() {
  for (auto& [id, entry] : entries_) serve(entry);
}

void Connections::serve(Entry& entry) {
  Forward& forward = *entry.forward;
  if (!unsettled(forward) || !way_.up()) return;
  if (forward.phase() == Forward::Phase::opening) {
    if (forward.bytes_in() > 0 || !way_.outdated(*forward.far())) return;
    forward.detach();
  }
  const auto remote = remote_of(entry);
  if (!remote) return;
  auto far = open(entry.port, *remote, forward);
  if (!far)
    return owner_.on_trouble(entry.port,
                             far.error().cause);  // it waits on, until something changes or its time is over
  entry.since = std::chrono::steady_clock::now();
  forward.attach(std::move(*far));
}

Result<std::unique_ptr<FarEnd>> Connections::open(std::uint16_t port, const Remote& remote, Forward& forward) {
  if (const auto* address = std::get_if<Endpoint>(&remote))
    return way_.open(*address, forward.from(), forward.events());
  if (const auto* pipe = std::get_if<Pipe>(&remote)) return way_.open(*pipe, forward.from(), forward.events());
  const auto& door = std::get<SshDoor>(remote);
  if (const auto avoid = avoid_until_.find(port);
      avoid != avoid_until_.end() && std::chrono::steady_clock::now() < avoid->second) {
    return way_.open(door.otherwise, forward.from(), forward.events());
  }
  return std::make_unique<DoorEnd>(
      loop_, way_, door, forward.from(), forward.events(), [this, port, door](const auto& why) {
        log_warning("port {}: {}: {}; {} is used", port, to_text(door), why, to_text(door.otherwise));
        avoid_until_[port] = std::chrono::steady_clock::now() + k_avoid_address;
      });
}

void Connections::moved_on(std::uint64_t id) {
  const auto at = entries_.find(id);
  if (at == entries_.end()) return;
  const Forward& forward = *at->second.forward;
  const auto port = at->second.port;
  if (forward.phase() == Forward::Phase::open) return owner_.on_trouble(port, {});
  if (forward.phase() == Forward::Phase::waiting) {
    serve_again_.start(Milliseconds{0});
    return;
  }
  if (!forward.why().empty())
    log_info("port {}: connection from {} ended: {}", port, to_text(forward.from()), forward.why());
  const bool refused = forward.far() != nullptr && forward.far()->state() == FarEnd::State::refused;
  const bool at_once = std::chrono::steady_clock::now() - at->second.since < k_at_once;
  if (refused) owner_.on_trouble(port, forward.why());
  if (!refused && port != 0 && forward.unanswered() && at_once)
    owner_.on_trouble(port, "what takes connections there closes them before it says a word");
  remove(at);
}

Connections::Entries::iterator Connections::remove(Entries::iterator at) {
  const auto port = at->second.port;
  bury(loop_, std::move(at->second.forward));
  owner_.on_count(port, --counts_[port]);
  return entries_.erase(at);
}

void Connections::drop(std::uint16_t port) {
  for (auto at = entries_.begin(); at != entries_.end();) at = at->second.port == port ? remove(at) : std::next(at);
  avoid_until_.erase(port);
}

void Connections::expire() {
  const auto now = std::chrono::steady_clock::now();
  bool some_left = false;
  for (auto at = entries_.begin(); at != entries_.end();) {
    const Entry& entry = at->second;
    if (!unsettled(*entry.forward) || now - entry.since < k_max_wait) {
      some_left = some_left || unsettled(*entry.forward);
      ++at;
      continue;
    }
    const bool opening = entry.forward->phase() == Forward::Phase::opening;
    const auto remote = remote_of(entry);
    const std::string cause = opening && remote ? to_text(*remote) + " did not answer within " +
                                                      std::to_string(k_max_wait.count() / 1000) + " s"
                                                : "there was no connection to the server in time";
    log_info("port {}: connection from {} was closed: {}", entry.port, to_text(entry.forward->from()), cause);
    if (opening) owner_.on_trouble(entry.port, cause);
    at = remove(at);
  }
  if (some_left) sweep_.start(k_sweep);
}

}  // namespace helper::tunnel
