// Any bytes may come to the front door, in any pieces: each request gets one well-formed answer, in order, and the
// connection ends when the client has said all it wants to say. The first byte chooses the door and the pieces.
#include "base/fd.hpp"
#include "rpc/server/acceptor.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace {

using namespace helper;       // NOLINT(google-build-using-namespace)
using namespace helper::rpc;  // NOLINT(google-build-using-namespace)

struct Door {
  std::shared_ptr<Front> front;
  std::unique_ptr<Acceptor> acceptor;

  Door() {
    Limits limits;
    limits.calls = limits.watchers = limits.quick = 0;  // no threads: such calls are answered with 429
    PeerPolicy everyone;
    everyone.others = true;  // the sockets here have no addresses
    auto dispatcher = std::make_shared<Dispatcher>(Handlers{}, [] {});
    front = std::make_shared<Front>(std::move(dispatcher), std::string(64, 'a'), limits, everyone);
    front->port = 4000;
    acceptor = std::make_unique<Acceptor>(front, [] {});
  }
  void turn() const {
    front->loop.restart();
    front->loop.poll();
  }
};

// What has come, without waiting; true at the end of it.
bool take(int fd, std::string& answers) {
  for (;;) {
    std::array<char, 16'384> piece;
    const ssize_t count = ::recv(fd, piece.data(), piece.size(), MSG_DONTWAIT);
    if (count > 0) {
      answers.append(piece.data(), static_cast<std::size_t>(count));
      continue;
    }
    return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
}

void check(std::string_view answers) {
  namespace http = boost::beast::http;
  bool refused = false;
  while (!answers.empty()) {
    if (refused) __builtin_trap();  // nothing follows a refusal
    http::response_parser<http::string_body> parser;
    boost::system::error_code error;
    parser.eager(true);
    const std::size_t taken = parser.put(boost::asio::buffer(answers.data(), answers.size()), error);
    const bool head_only = parser.is_header_done() && parser.get().result_int() / 100 == 4 && taken == answers.size();
    if (error && !(error == http::error::need_more && head_only)) __builtin_trap();
    if (!parser.is_header_done()) __builtin_trap();
    const unsigned status = parser.get().result_int();
    if (status != 100 && status != 200 && status != 204 && status / 100 != 4 && status / 100 != 5) __builtin_trap();
    refused = status / 100 >= 4;
    answers.remove_prefix(taken);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  static const Door door;
  if (size == 0) return 0;
  const unsigned choice = data[0];
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = (choice & 2u) != 0 ? 1 + (choice >> 2u) : rest.size() + 1;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) return 0;
  const Fd client(ends[0]);
  door.acceptor->admit(Fd(ends[1]), (choice & 1u) != 0 ? Origin::unix_socket : Origin::tcp);
  std::string answers;
  bool over = false;
  while (!rest.empty() && !over) {
    const auto part = rest.substr(0, piece);
    const ssize_t sent = ::send(client.get(), part.data(), part.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
    door.turn();
    over = take(client.get(), answers);
  }
  ::shutdown(client.get(), SHUT_WR);
  for (int i = 0; i < 10'000 && !over; ++i) {
    door.turn();
    over = take(client.get(), answers);
  }
  if (!over || door.acceptor->busy() != 0) __builtin_trap();  // it waits for what cannot come
  check(answers);
  return 0;
}
