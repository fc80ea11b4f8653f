#include "tunnel/port_holder.hpp"

#include "base/free_port.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <dirent.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <pwd.h>
#include <sstream>
#include <unistd.h>

namespace helper::tunnel {
namespace {

constexpr std::string_view k_listen_state = "0A";  // TCP_LISTEN of the kernel's tcp_states.h, in hex

template <class Number>
std::optional<Number> number(std::string_view text, int base) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  while (true) {
    const auto from = line.find_first_not_of(" \t");
    if (from == std::string_view::npos) return found;
    line.remove_prefix(from);
    const auto length = std::min(line.find_first_of(" \t"), line.size());
    found.push_back(line.substr(0, length));
    line.remove_prefix(length);
  }
}

std::optional<SocketRow> parse_row(std::string_view line, std::uint16_t port) {
  // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ...
  const auto fields = words(line);
  if (fields.size() < 10) return std::nullopt;
  const auto colon = fields[1].rfind(':');
  if (colon == std::string_view::npos || number<std::uint16_t>(fields[1].substr(colon + 1), 16) != port)
    return std::nullopt;
  const auto uid = number<uid_t>(fields[7], 10);
  const auto inode = number<std::uint64_t>(fields[9], 10);
  if (!uid || !inode || *inode == 0) return std::nullopt;  // 0: nobody holds it any more (TIME_WAIT)
  return SocketRow{*inode, *uid, fields[3] == k_listen_state};
}

std::string read_proc(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};
using Dir = std::unique_ptr<DIR, CloseDir>;

bool holds_socket(const std::string& process, const std::string& link_text) {
  const Dir fds(::opendir((process + "/fd").c_str()));
  if (!fds) return false;
  while (const dirent* entry = ::readdir(fds.get())) {  // NOLINT(concurrency-mt-unsafe): each stream is our own
    std::array<char, 64> target{};
    const auto length = ::readlink((process + "/fd/" + entry->d_name).c_str(), target.data(), target.size());
    if (length > 0 && std::string_view(target.data(), static_cast<std::size_t>(length)) == link_text) return true;
  }
  return false;
}

std::optional<pid_t> find_process(std::uint64_t inode) {
  const std::string link_text = "socket:[" + std::to_string(inode) + "]";
  const Dir proc(::opendir("/proc"));
  if (!proc) return std::nullopt;
  while (const dirent* entry = ::readdir(proc.get())) {
    const auto pid = number<pid_t>(entry->d_name, 10);
    if (pid && holds_socket("/proc/" + std::to_string(*pid), link_text)) return pid;
  }
  return std::nullopt;
}

std::string user_name(uid_t uid) {
  std::array<char, 4096> buffer{};
  passwd row{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &row, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::to_string(uid);
  return found->pw_name;
}

// A daemon of ours carries somebody's connections: it must not be killed.
bool is_helper(const PortHolder& holder) { return holder.pid == ::getpid() || holder.command == "helperd"; }

std::string say_holder(const std::optional<PortHolder>& holder) {
  if (!holder) return "another program";
  if (holder->pid == ::getpid()) return "helper itself, for another target";
  if (is_helper(*holder)) return "the helper of another home folder (helperd, pid " + std::to_string(holder->pid) + ")";
  if (holder->pid != 0) return holder->command + " (pid " + std::to_string(holder->pid) + ")";
  return "another user's program" + (holder->user.empty() ? std::string() : " (user " + holder->user + ")");
}

}  // namespace

std::vector<SocketRow> sockets_on_port(std::string_view proc_net_tcp, std::uint16_t port) {
  std::vector<SocketRow> rows;
  while (!proc_net_tcp.empty()) {
    const auto length = std::min(proc_net_tcp.find('\n'), proc_net_tcp.size());
    if (const auto row = parse_row(proc_net_tcp.substr(0, length), port)) rows.push_back(*row);
    proc_net_tcp.remove_prefix(std::min(length + 1, proc_net_tcp.size()));
  }
  return rows;
}

std::optional<PortHolder> find_port_holder(std::uint16_t port) {
  std::vector<SocketRow> rows;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"})
    std::ranges::copy(sockets_on_port(read_proc(table), port), std::back_inserter(rows));
  std::stable_partition(rows.begin(), rows.end(), [](const SocketRow& row) { return row.listening; });
  if (rows.empty()) return std::nullopt;
  const auto pid = find_process(rows.front().inode);
  if (!pid) return PortHolder{0, {}, user_name(rows.front().uid)};
  std::string command = read_proc("/proc/" + std::to_string(*pid) + "/comm");
  while (command.ends_with('\n')) command.pop_back();
  return PortHolder{*pid, std::move(command), user_name(rows.front().uid)};
}

std::string other_port(std::uint16_t port, const std::string& name) {
  const auto free = free_port_from(port + 1);
  const std::string number = free ? std::to_string(*free) : "another port";
  if (name == "ssh" || name == "jupyter") return "set " + name + ".local_port to " + number + " in helper.json";
  return "give that entry of \"forwards\" in helper.json another local port" +
         (free ? ", such as " + number : std::string());
}

Error port_busy_error(std::uint16_t port, const std::string& name, const std::optional<PortHolder>& holder) {
  Error error{ErrorCode::port_busy, "local port " + std::to_string(port) + " (" + name + ")",
              "it is held by " + say_holder(holder), other_port(port, name)};
  const bool may_be_ended = holder && holder->pid != 0 && !is_helper(*holder);
  if (may_be_ended) error.fix += ", or end that program: kill " + std::to_string(holder->pid);
  return error;
}

}  // namespace helper::tunnel
