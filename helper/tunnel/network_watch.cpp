#include "tunnel/network_watch.hpp"

#ifdef __linux__
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#endif

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace helper::tunnel {
#ifdef __linux__
namespace {

constexpr Milliseconds k_burst{200};

Fd open_routing_socket() {
  Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  return socket;
}

template <class Body>
bool body_matches(std::span<const char> payload, bool (*matches)(const Body&)) {
  Body body{};
  if (payload.size() < sizeof body) return false;
  std::memcpy(&body, payload.data(), sizeof body);
  return matches(body);
}

bool message_matters(std::uint16_t type, std::span<const char> payload) {
  if (type == RTM_NEWADDR || type == RTM_DELADDR) {
    return body_matches<ifaddrmsg>(payload,
                                   [](const ifaddrmsg& address) { return address.ifa_scope == RT_SCOPE_UNIVERSE; });
  }
  if (type == RTM_NEWROUTE || type == RTM_DELROUTE) {
    return body_matches<rtmsg>(payload, [](const rtmsg& route) {
      return route.rtm_dst_len == 0 && route.rtm_table == RT_TABLE_MAIN && route.rtm_type == RTN_UNICAST;
    });
  }
  return false;
}

Milliseconds clock_time(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::duration_cast<Milliseconds>(std::chrono::seconds(time.tv_sec) +
                                                  std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

bool is_network_change(std::span<const char> netlink_messages) {
  while (netlink_messages.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header{};
    std::memcpy(&header, netlink_messages.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > netlink_messages.size()) return false;
    if (message_matters(header.nlmsg_type, netlink_messages.subspan(sizeof header, header.nlmsg_len - sizeof header)))
      return true;
    const std::size_t aligned = NLMSG_ALIGN(static_cast<std::size_t>(header.nlmsg_len));
    netlink_messages = netlink_messages.subspan(std::min(aligned, netlink_messages.size()));
  }
  return false;
}

Milliseconds time_asleep() { return clock_time(CLOCK_BOOTTIME) - clock_time(CLOCK_MONOTONIC); }

NetworkWatch::NetworkWatch(Loop& loop, std::function<void()> changed)
    : socket_(open_routing_socket()), settle_(loop, std::move(changed)) {
  if (!socket_) return;
  watch_ = std::make_unique<Watch>(
      loop, socket_.get(), [this] { readable(); }, [] {});
  watch_->want_read();
}

void NetworkWatch::readable() {
  std::array<char, 16384> buffer{};
  while (true) {
    const auto length = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    const bool overrun = length < 0 && errno == ENOBUFS;  // messages were lost: one of them may have mattered
    if (length < 0 && !overrun) break;
    const bool matters = overrun || is_network_change(std::span(buffer).first(static_cast<std::size_t>(length)));
    if (matters && !settle_.running()) settle_.start(k_burst);
  }
  watch_->want_read();
}

#else

bool is_network_change(std::span<const char>) { return false; }
Milliseconds time_asleep() { return Milliseconds{0}; }
NetworkWatch::NetworkWatch(Loop& loop, std::function<void()> changed) : settle_(loop, std::move(changed)) {}
void NetworkWatch::readable() {}

#endif
}  // namespace helper::tunnel
