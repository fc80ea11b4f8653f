#include "tunnel/network_watch.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <linux/rtnetlink.h>
#include <string>

namespace helper::tunnel {
namespace {

template <class Body>
std::string message(std::uint16_t type, const Body& body) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_len = NLMSG_LENGTH(sizeof body);
  std::string bytes(NLMSG_SPACE(sizeof body), '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + NLMSG_HDRLEN, &body, sizeof body);
  return bytes;
}

std::string address(std::uint16_t type, unsigned char scope) {
  ifaddrmsg body{};
  body.ifa_scope = scope;
  return message(type, body);
}

std::string route(std::uint16_t type, unsigned char prefix, unsigned char table = RT_TABLE_MAIN) {
  rtmsg body{};
  body.rtm_dst_len = prefix;
  body.rtm_table = table;
  body.rtm_type = RTN_UNICAST;
  return message(type, body);
}

TEST(NetworkWatch, AGlobalAddressThatComesOrGoesIsAChange) {
  EXPECT_TRUE(is_network_change(address(RTM_NEWADDR, RT_SCOPE_UNIVERSE)));
  EXPECT_TRUE(is_network_change(address(RTM_DELADDR, RT_SCOPE_UNIVERSE)));
}

TEST(NetworkWatch, ALinksOwnAddressIsNone) { EXPECT_FALSE(is_network_change(address(RTM_NEWADDR, RT_SCOPE_LINK))); }

TEST(NetworkWatch, ADefaultRouteThatComesOrGoesIsAChange) {
  EXPECT_TRUE(is_network_change(route(RTM_NEWROUTE, 0)));
  EXPECT_TRUE(is_network_change(route(RTM_DELROUTE, 0)));
}

TEST(NetworkWatch, ARouteToOneNetworkOrOfAnotherTableIsNone) {
  EXPECT_FALSE(is_network_change(route(RTM_NEWROUTE, 16)));
  EXPECT_FALSE(is_network_change(route(RTM_NEWROUTE, 0, RT_TABLE_LOCAL)));
}

TEST(NetworkWatch, LooksAtEveryMessageOfABurst) {
  EXPECT_TRUE(
      is_network_change(route(RTM_NEWROUTE, 16) + address(RTM_NEWADDR, RT_SCOPE_LINK) + route(RTM_DELROUTE, 0)));
}

TEST(NetworkWatch, BrokenMessagesAreNoChange) {
  const std::string whole = route(RTM_NEWROUTE, 0);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(is_network_change(std::string_view(whole).substr(0, length)));
  std::string no_length = whole;
  std::memset(no_length.data(), 0, sizeof(std::uint32_t));
  EXPECT_FALSE(is_network_change(no_length));
}

}  // namespace
}  // namespace helper::tunnel
