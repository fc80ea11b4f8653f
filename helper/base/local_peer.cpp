#include "base/local_peer.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <vector>

namespace helper {
namespace {

constexpr timeval k_kernel_limit{1, 0};  // it answers at once; but no wait is without a limit

bool is_open(std::uint8_t state) {
  return state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2;
}

bool is_held(const LocalPeer& peer) { return is_open(peer.state) && peer.inode != 0; }

// nullopt: it cannot be read.
std::optional<std::string> read_text(const char* path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return std::nullopt;
  return text;
}

// An IPv4 address, also one that an IPv6 socket has mapped.
std::optional<sockaddr_in> v4_of(const sockaddr_storage& address) {
  sockaddr_in v4{};
  if (address.ss_family == AF_INET) {
    std::memcpy(&v4, &address, sizeof v4);
    return v4;
  }
  if (address.ss_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  if (!IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return std::nullopt;
  v4.sin_family = AF_INET;
  v4.sin_port = v6.sin6_port;
  std::memcpy(&v4.sin_addr, v6.sin6_addr.s6_addr + 12, sizeof v4.sin_addr);
  return v4;
}

std::optional<PeerAddresses> addresses_of(int socket) {
  sockaddr_storage here{};
  sockaddr_storage peer{};
  socklen_t here_size = sizeof here;
  socklen_t peer_size = sizeof peer;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &here_size) != 0 ||
      ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) {
    return std::nullopt;
  }
  const auto here_v4 = v4_of(here);
  const auto peer_v4 = v4_of(peer);
  if (!here_v4 || !peer_v4) return std::nullopt;
  return PeerAddresses{*peer_v4, *here_v4};
}

// While our end is open no other connection can have the same addresses.
bool is_still_open(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         (info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_CLOSE_WAIT);
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const auto from = line.find_first_not_of(" \t");
    if (from == std::string_view::npos) return words;
    line.remove_prefix(from);
    const auto length = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, length));
    line.remove_prefix(length);
  }
}

template <class Number>
std::optional<Number> number(std::string_view text, int base) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// ADDRESS:PORT in hex: the address is that of `v4` as the table writes it, mapped in the table of IPv6.
bool names(std::string_view field, const sockaddr_in& v4) {
  const auto colon = field.rfind(':');
  if (colon == std::string_view::npos || number<std::uint16_t>(field.substr(colon + 1), 16) != ntohs(v4.sin_port))
    return false;
  std::string_view address = field.substr(0, colon);
  constexpr std::string_view k_mapped_little = "0000000000000000FFFF0000";
  constexpr std::string_view k_mapped_big = "00000000000000000000FFFF";
  if (address.size() == 32) {
    if (!address.starts_with(k_mapped_little) && !address.starts_with(k_mapped_big)) return false;
    address.remove_prefix(24);
  }
  return address.size() == 8 && number<std::uint32_t>(address, 16) == v4.sin_addr.s_addr;
}

// sock_diag(7)
struct Question {
  nlmsghdr header{};
  inet_diag_req_v2 request{};
};

Question question_for(const PeerAddresses& addresses, std::uint32_t states, std::uint16_t flags,
                      std::uint32_t sequence) {
  Question question;
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = flags;
  question.header.nlmsg_seq = sequence;
  question.request.sdiag_family = AF_INET;
  question.request.sdiag_protocol = IPPROTO_TCP;
  question.request.idiag_states = states;
  question.request.id.idiag_sport = addresses.peer.sin_port;
  question.request.id.idiag_dport = addresses.here.sin_port;
  question.request.id.idiag_src[0] = addresses.peer.sin_addr.s_addr;
  question.request.id.idiag_dst[0] = addresses.here.sin_addr.s_addr;
  question.request.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  question.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return question;
}

struct Answer {
  std::optional<LocalPeer> peer;
  bool handler_is_there = false;
  bool is_clear = false;  // the peer was found, or there is none
};

// The kernel answers with the socket, with an error, or with the end of a list. Where its lookup finds no connection it
// may name a listener instead: the state tells.
Answer ask(int netlink, const Question& question) {
  if (::send(netlink, &question, sizeof question, 0) != static_cast<ssize_t>(sizeof question)) return {};
  alignas(nlmsghdr) std::array<char, 4096> bytes{};
  for (;;) {
    const ssize_t size = ::recv(netlink, bytes.data(), bytes.size(), 0);
    if (size < static_cast<ssize_t>(sizeof(nlmsghdr))) return {};
    nlmsghdr header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.nlmsg_seq != question.header.nlmsg_seq) continue;  // the late answer to an earlier question
    const auto payload_at = [&](auto& payload) {
      if (size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof payload)) return false;
      std::memcpy(&payload, bytes.data() + NLMSG_HDRLEN, sizeof payload);
      return true;
    };
    if (int error = 0; header.nlmsg_type == NLMSG_DONE) return {{}, payload_at(error) && error == 0};
    if (int error = 0; header.nlmsg_type == NLMSG_ERROR) return {{}, false, payload_at(error) && error == -ENOENT};
    inet_diag_msg found{};
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || !payload_at(found)) return {};
    return {LocalPeer{found.idiag_uid, found.idiag_inode, found.idiag_state}, true, true};
  }
}

}  // namespace

bool is_wsl(std::string_view release) { return lower_case(release).find("microsoft") != std::string::npos; }

PeerPolicy peer_policy(bool others) {
  return PeerPolicy{::getuid(), others, is_wsl(read_text("/proc/sys/kernel/osrelease").value_or(""))};
}

bool may_connect(const PeerPolicy& policy, const std::optional<LocalPeer>& peer) {
  if (policy.others) return true;
  if (!peer) return policy.relay;
  if (!is_held(*peer)) return false;
  return peer->uid == policy.me || (policy.relay && peer->uid == 0);
}

std::optional<LocalPeer> peer_in_table(std::string_view table, const PeerAddresses& addresses) {
  while (!table.empty()) {
    const auto length = std::min(table.find('\n'), table.size());
    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ...
    const auto fields = words_of(table.substr(0, length));
    table.remove_prefix(std::min(length + 1, table.size()));
    if (fields.size() < 10 || !names(fields[1], addresses.peer) || !names(fields[2], addresses.here)) continue;
    const auto state = number<std::uint8_t>(fields[3], 16);
    const auto uid = number<uid_t>(fields[7], 10);
    const auto inode = number<std::uint64_t>(fields[9], 10);
    if (state && uid && inode) return LocalPeer{*uid, *inode, *state};
  }
  return std::nullopt;
}

PeerLookup::PeerLookup() : netlink_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
  if (!netlink_) return;
  ::setsockopt(netlink_.get(), SOL_SOCKET, SO_RCVTIMEO, &k_kernel_limit, sizeof k_kernel_limit);
  // "No such socket" and "no such handler" are the same error: a list of no state at all tells whether there is one.
  if (!ask(netlink_.get(), question_for({}, 0, NLM_F_REQUEST | NLM_F_DUMP, ++sequence_)).handler_is_there)
    netlink_.reset();
}

bool PeerLookup::find(const PeerAddresses& addresses, std::optional<LocalPeer>& peer) {
  if (netlink_) {
    const Answer answer = ask(netlink_.get(), question_for(addresses, ~0u, NLM_F_REQUEST, ++sequence_));
    peer = answer.peer;
    return answer.is_clear;
  }
  const auto table = read_text("/proc/net/tcp");
  if (!table) return false;
  peer = peer_in_table(*table, addresses);
  // There is no such table where IPv6 is off.
  if (!peer) peer = peer_in_table(read_text("/proc/net/tcp6").value_or(""), addresses);
  return true;
}

bool PeerLookup::admits(const PeerPolicy& policy, int socket) {
  if (policy.others) return true;
  const auto addresses = addresses_of(socket);
  std::optional<LocalPeer> peer;
  return addresses && find(*addresses, peer) && may_connect(policy, peer) && is_still_open(socket);
}

bool PeerLookup::is_there(int socket) {
  const auto addresses = addresses_of(socket);
  std::optional<LocalPeer> peer;
  return addresses && find(*addresses, peer) && peer && is_held(*peer) && is_still_open(socket);
}

}  // namespace helper
