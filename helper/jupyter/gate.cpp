#include "jupyter/gate.hpp"

#include "base/shortage.hpp"
#include "ensure/jupyter_api.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace helper::jupyter {
namespace {

namespace http = boost::beast::http;
constexpr const char* k_too_large = "its answer is larger than 1 MiB";
constexpr std::size_t k_chunk = 16u << 10;
constexpr std::size_t k_max_callers = 16;  // that have connected and not shown their pass yet

tl::unexpected<Error> broken(std::string cause) { return fail(ErrorCode::inside_failed, "Jupyter", std::move(cause)); }

// Waits for descriptors, until a moment or a stop.
class Wait {
 public:
  Wait(SteadyTime until, const std::stop_token& stop)
      : until_(until), stop_(stop), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), on_stop_(stop, [this] {
          const std::uint64_t one = 1;
          [[maybe_unused]] const auto n = ::write(wake_.get(), &one, sizeof one);
        }) {}

  // Returns once one of them is ready. Its `revents` tell which.
  Result<void> any(std::vector<pollfd>& fds) const {
    while (true) {
      if (stop_.stop_requested()) return fail(ErrorCode::cancelled, "Jupyter", "the request was cancelled");
      const auto left = std::chrono::ceil<Milliseconds>(until_ - std::chrono::steady_clock::now());
      if (left <= Milliseconds{0}) {
        return fail(ErrorCode::timed_out, "Jupyter",
                    "it did not answer within " + std::to_string(ensure::k_jupyter_limit.count() / 1000) + " s");
      }
      fds.push_back({wake_.get(), POLLIN, 0});
      const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(left.count()));
      const int cause = errno;
      fds.pop_back();
      if (ready < 0 && cause != EINTR) return fail(ErrorCode::internal, "poll", std::strerror(cause));
      if (std::ranges::any_of(fds, [](const pollfd& fd) { return fd.revents != 0; })) return {};
    }
  }
  Result<void> one(int fd, short events) const {
    std::vector<pollfd> fds{{fd, events, 0}};
    return any(fds);
  }

 private:
  SteadyTime until_;
  const std::stop_token& stop_;
  Fd wake_;
  std::stop_callback<std::function<void()>> on_stop_;
};

enum class Read { some, none, end };

Read read_some(int fd, std::string& into) {
  std::array<char, k_chunk> buffer;
  const auto n = ::recv(fd, buffer.data(), buffer.size(), 0);
  if (n > 0) into.append(buffer.data(), static_cast<std::size_t>(n));
  if (n > 0) return Read::some;
  return n < 0 && (errno == EAGAIN || errno == EINTR) ? Read::none : Read::end;
}

Result<void> write_all(int fd, std::string_view bytes, const Wait& wait, const std::string& whom) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (n < 0 && errno == EAGAIN) {
      HELPER_TRY(wait.one(fd, POLLOUT));
    } else if (n >= 0 || errno != EINTR) {
      return broken(whom + " closed the connection");
    }
  }
  return {};
}

struct Caller {
  Fd socket;
  std::string head;
};

// The request that carries the pass: any local user can connect to a port. Where the policy admits other users, and for
// other programs of this user, the pass alone tells them apart.
Result<Caller> find_caller(const Fd& listener, const std::string& pass, const PeerPolicy& policy, const Wait& wait) {
  PeerLookup lookup;
  std::vector<Caller> callers;
  while (true) {
    std::vector<pollfd> fds{{listener.get(), POLLIN, 0}};
    for (const auto& caller : callers) fds.push_back({caller.socket.get(), POLLIN, 0});
    HELPER_TRY(wait.any(fds));
    for (std::size_t i = callers.size(); i-- > 0;) {
      if (fds[i + 1].revents == 0) continue;
      Caller& caller = callers[i];
      const Read read = read_some(caller.socket.get(), caller.head);
      const bool whole = caller.head.ends_with("\r\n\r\n");  // a GET has nothing behind its head
      if (whole && caller.head.find(pass) != std::string::npos) return std::move(caller);
      if (read == Read::end || whole || caller.head.size() > k_max_head)
        callers.erase(callers.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (fds[0].revents == 0) continue;
    Fd next(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!next && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
      return fail(by_errno({ErrorCode::internal, "127.0.0.1", "no connection can be taken", {}}, errno));
    if (!next || !lookup.admits(policy, next.get())) continue;
    if (callers.size() >= k_max_callers) callers.erase(callers.begin());
    callers.push_back({std::move(next), {}});
  }
}

using Parser = http::response_parser<http::string_body>;

// Feeds the parser until it has the whole answer, or something is beyond a limit.
Result<void> take_answer(int far, Parser& parser, const Wait& wait) {
  std::size_t total = 0;
  std::string bytes;
  bool ended = false;
  while (!parser.is_done()) {
    HELPER_TRY(wait.one(far, POLLIN));
    const std::size_t before = bytes.size();
    ended = read_some(far, bytes) == Read::end;
    total += bytes.size() - before;
    if (total > ensure::k_max_jupyter_answer) return broken(k_too_large);
    boost::system::error_code error;
    while (!bytes.empty() && !parser.is_done()) {
      bytes.erase(0, parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error));
      if (error == http::error::need_more) break;  // the parser may not be called again before there is more
      if (error == http::error::body_limit) return broken(k_too_large);
      if (error) return broken("its answer is not HTTP (" + error.message() + ")");
      if (parser.is_header_done() && parser.chunked())
        return broken("its answer comes in chunks, which it was not asked for");
    }
    if (bytes.size() > k_max_head) return broken("its answer is not HTTP (a line is too long)");
    if (!ended || parser.is_done()) continue;
    if (parser.got_some()) parser.put_eof(error);  // it may not be told so before its first byte
    if (error || !parser.is_done()) return broken("it closed the connection before it had answered");
  }
  return {};
}

// A server gives no answer in chunks to HTTP/1.0 (RFC 9112, 6.1), so that none has to be understood.
std::string as_http_1_0(std::string head) {
  const std::string_view version = " HTTP/1.1\r\n";
  if (const auto at = head.find(version); at != std::string::npos) head[at + version.size() - 3] = '0';
  return head;
}

std::string plain_answer(const Parser& parser) {
  const auto& answer = parser.get();
  const bool json = answer[http::field::content_type].starts_with("application/json");
  const std::string body = answer.result_int() == 200 ? answer.body() : std::string();
  return "HTTP/1.1 " + std::to_string(answer.result_int()) +
         " Answer\r\nContent-Type: " + (json ? "application/json" : "application/octet-stream") +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace

Result<Gate> Gate::open(std::string pass, const PeerPolicy& policy) {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!fd || ::bind(fd.get(), generic, size) != 0 || ::listen(fd.get(), static_cast<int>(k_max_callers)) != 0 ||
      ::getsockname(fd.get(), generic, &size) != 0) {
    return fail(by_errno({ErrorCode::internal, "127.0.0.1", "no port can be opened", {}}, errno));
  }
  return Gate(std::move(fd), ntohs(address.sin_port), std::move(pass), policy);
}

Result<void> Gate::serve(const Fd& far, SteadyTime until, const std::stop_token& stop) {
  const Wait wait(until, stop);
  HELPER_TRY_ASSIGN(Caller caller, find_caller(listener_, pass_, policy_, wait));
  HELPER_TRY(write_all(far.get(), as_http_1_0(std::move(caller.head)), wait, "it"));
  Parser parser;
  parser.header_limit(k_max_head);
  parser.body_limit(ensure::k_max_jupyter_answer);
  HELPER_TRY(take_answer(far.get(), parser, wait));
  if (parser.get().result_int() < 200) return broken("its answer is an interim one");
  const auto encoding = parser.get()[http::field::content_encoding];
  if (!encoding.empty() && encoding != "identity")
    return broken("its answer is compressed, which it was not asked to be");
  return write_all(caller.socket.get(), plain_answer(parser), wait, "the client");
}

}  // namespace helper::jupyter
