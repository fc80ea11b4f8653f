// What tests/bench/attack_door.py sends at the daemon's door, and a server to compare. Each verb prints one line of
// JSON.
//   attack_door echo                                     a bare Beast echo server; prints its port, ends with its input
//   attack_door probe PORT TOKEN                         `version`, one connection each, until its input ends:
//   latencies attack_door refused ROW PORT TOKEN COUNT CLIENTS     COUNT requests of a kind that the daemon must refuse
//   attack_door hold KIND PORT COUNT SECONDS             connections that never become a request: idle, slow
//   attack_door flood KIND PORT BYTES SECONDS            one head without an end: line (one header), lines (many)
// Only 127.0.0.1 is spoken to. Exit status: 0 when it did what it says, whatever the daemon answered; 2 for wrong use.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;
using ErrorOf = boost::system::error_code;

constexpr int k_patience = 10;  // seconds for one answer

// A connection to the door; closed with the object.
class Connection {
 public:
  explicit Connection(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int attempt = 0; attempt < 1'000 && fd_ < 0; ++attempt) {
      fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) break;
      const int why = errno;
      ::close(std::exchange(fd_, -1));
      // Every local port is still held by a connection that ended a moment ago: another one is free soon.
      if (why != EADDRNOTAVAIL && why != EAGAIN) return;
      ::usleep(10'000);
    }
    if (fd_ < 0) return;
    const timeval limit{k_patience, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int yes = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  Connection(Connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection& operator=(Connection&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Connection() {
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] bool open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }
  void end_output() const { ::shutdown(fd_, SHUT_WR); }

  // False once the other side takes no more.
  [[nodiscard]] bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // The whole answer by its Content-Length; the reason when the connection ends before. `late` when nothing came
  // in time.
  [[nodiscard]] std::string answer(bool& late) const {
    std::string text;
    std::array<char, 4096> some{};
    std::size_t whole = std::string::npos;
    while (text.size() < whole) {
      const auto got = ::recv(fd_, some.data(), some.size(), 0);
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) late = true;
      if (got <= 0) break;
      text.append(some.data(), static_cast<std::size_t>(got));
      const auto end = text.find("\r\n\r\n");
      if (end == std::string::npos || whole != std::string::npos) continue;
      const auto length = text.find("Content-Length: ");
      if (length < end) whole = end + 4 + std::strtoul(text.c_str() + length + 16, nullptr, 10);
    }
    return text;
  }

 private:
  int fd_ = -1;
};

int status_of(std::string_view answer) {
  if (!answer.starts_with("HTTP/1.1 ") || answer.size() < 12) return 0;
  return std::atoi(std::string(answer.substr(9, 3)).c_str());
}

constexpr std::string_view k_version = R"({"jsonrpc":"2.0","id":1,"method":"version"})";  // 43 bytes
constexpr std::size_t k_page_body = 300'000;

std::string request_of(std::string_view line, std::uint16_t port, std::string_view headers, std::string_view body) {
  std::string text(line);
  text += " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
  text += headers;
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n";
  text += body;
  return text;
}

struct Row {
  std::string request;
  bool half_closed = false;
};

// The rows of requests that must be refused; nullopt for a name that is none of them.
std::optional<Row> row_of(std::string_view name, std::uint16_t port, const std::string& token) {
  constexpr std::string_view json = "Content-Type: application/json\r\n";
  if (name == "post") return Row{request_of("POST /", port, json, k_version)};
  if (name == "half-closed") return Row{request_of("POST /", port, json, k_version), true};
  if (name == "get") return Row{request_of("GET /", port, "", "")};
  if (name == "page") {
    return Row{request_of(
        "POST /", port,
        "Origin: http://page.example\r\nSec-Fetch-Mode: no-cors\r\nContent-Type: text/plain;charset=UTF-8\r\n",
        std::string(k_page_body, 'x'))};
  }
  if (name == "content-type")
    return Row{
        request_of("POST /", port, "Authorization: Bearer " + token + "\r\nContent-Type: text/plain\r\n", k_version)};
  return std::nullopt;
}

int refused(std::string_view name, std::uint16_t port, const std::string& token, long count, int clients) {
  const auto row = row_of(name, port, token);
  if (!row) return 2;
  std::atomic<long> left{count};
  std::mutex mutex;
  std::map<int, long>
      statuses;  // 0: an end without a byte; -1: no connection; -2: an answer that is none; -3: too late
  const auto begin = Clock::now();
  const auto attack = [&] {
    std::map<int, long> mine;
    // Once the daemon is gone, the rest of a million attempts is useless.
    for (int unmet = 0; unmet < 100 && left.fetch_sub(1) > 0;) {
      const Connection connection(port);
      if (!connection.open()) {
        ++mine[-1];
        ++unmet;
        continue;
      }
      static_cast<void>(connection.send(row->request));  // a refusal may come, and the door close, before all is sent
      if (row->half_closed) connection.end_output();
      bool late = false;
      const std::string answer = connection.answer(late);
      ++mine[late ? -3 : answer.empty() ? 0 : status_of(answer) != 0 ? status_of(answer) : -2];
    }
    const std::lock_guard lock(mutex);
    for (const auto& [status, times] : mine) statuses[status] += times;
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < clients; ++i) threads.emplace_back(attack);
  threads.clear();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("{\"seconds\": %.3f, \"statuses\": {", seconds);
  const char* comma = "";
  for (const auto& [status, times] : statuses) {
    std::printf("%s\"%d\": %ld", comma, status, times);
    comma = ", ";
  }
  std::printf("}}\n");
  return 0;
}

bool input_ended() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, 0) != 0;
}

int probe(std::uint16_t port, const std::string& token) {
  const std::string request = request_of(
      "POST /", port, "Authorization: Bearer " + token + "\r\nContent-Type: application/json\r\nConnection: close\r\n",
      k_version);
  std::vector<long> microseconds;
  long failed = 0;
  while (!input_ended()) {
    const auto begin = Clock::now();
    const Connection connection(port);
    bool late = false;
    if (connection.open() && connection.send(request) && status_of(connection.answer(late)) == 200) {
      microseconds.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count());
    } else {
      ++failed;
    }
    ::usleep(1'000);
  }
  std::printf("{\"failed\": %ld, \"microseconds\": [", failed);
  for (std::size_t i = 0; i < microseconds.size(); ++i) std::printf("%s%ld", i == 0 ? "" : ",", microseconds[i]);
  std::printf("]}\n");
  return 0;
}

// Whether the other side has closed, in any way; what it said before is read and forgotten.
bool closed_by_peer(const Connection& connection) {
  std::array<char, 4096> some{};
  for (;;) {
    const auto got = ::recv(connection.fd(), some.data(), some.size(), MSG_DONTWAIT);
    if (got > 0) continue;
    return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
}

int hold(std::string_view kind, std::uint16_t port, long count, double seconds) {
  const bool slow = kind == "slow";
  if (!slow && kind != "idle") return 2;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const std::string head = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + std::string(1'000, 's');
  std::vector<Connection> connections;
  long unmet = 0;
  const auto begin = Clock::now();
  for (long i = 0; i < count; ++i) {
    Connection connection(port);
    if (connection.open())
      connections.push_back(std::move(connection));
    else
      ++unmet;
  }
  const auto opened = static_cast<long>(connections.size());
  double last_closed = 0;
  std::size_t sent = 0;
  while (!connections.empty()) {
    const double now = std::chrono::duration<double>(Clock::now() - begin).count();
    if (now > seconds) break;
    std::erase_if(connections, [&](const Connection& connection) {
      const bool ended = closed_by_peer(connection) ||
                         (slow && sent < head.size() && !connection.send(std::string_view(head).substr(sent, 1)));
      if (ended) last_closed = now;
      return ended;
    });
    ++sent;
    ::usleep(50'000);
  }
  std::printf("{\"opened\": %ld, \"unmet\": %ld, \"left_open\": %zu, \"last_closed_seconds\": %.2f}\n", opened, unmet,
              connections.size(), last_closed);
  return 0;
}

int flood(std::string_view kind, std::uint16_t port, std::uint64_t bytes, double seconds) {
  if (kind != "line" && kind != "lines") return 2;
  std::string piece;
  while (piece.size() < (1u << 16))
    piece += kind == "line" ? std::string(64, 'a') : "X-" + std::string(60, 'a') + ": b\r\n";
  const Connection connection(port);
  const auto begin = Clock::now();
  const auto since = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  bool going = connection.open() && connection.send("POST / HTTP/1.1\r\nX-Endless: ");
  std::uint64_t sent = 0;
  while (going && sent < bytes && since() < seconds) {
    going = connection.send(piece);
    if (going) sent += piece.size();
  }
  bool late = false;
  const std::string answer = connection.open() ? connection.answer(late) : "";
  std::printf("{\"sent\": %llu, \"seconds\": %.2f, \"status\": %d, \"late\": %s}\n",
              static_cast<unsigned long long>(sent), since(), status_of(answer), late ? "true" : "false");
  return 0;
}

// As little as a server with Beast can be: one thread, whole requests, their bodies sent back.
class Echo : public std::enable_shared_from_this<Echo> {
 public:
  explicit Echo(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  void read() {
    parser_.emplace();
    parser_->body_limit(k_page_body * 2);
    http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](const ErrorOf& error, std::size_t) {
      if (!error) self->write();
    });
  }

 private:
  void write() {
    response_ = http::response<http::string_body>(http::status::ok, 11);
    response_.set(http::field::content_type, "application/json");
    response_.keep_alive(parser_->get().keep_alive());
    response_.body() = std::move(parser_->get().body());
    response_.prepare_payload();
    http::async_write(socket_, response_, [self = shared_from_this()](const ErrorOf& error, std::size_t) {
      if (!error && self->response_.keep_alive()) self->read();
    });
  }

  asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

void accept(asio::ip::tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](const ErrorOf& error, asio::ip::tcp::socket socket) {
    if (!error) std::make_shared<Echo>(std::move(socket))->read();
    accept(acceptor);
  });
}

int echo() {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  accept(acceptor);
  asio::posix::stream_descriptor input(io, ::dup(STDIN_FILENO));
  input.async_wait(asio::posix::stream_descriptor::wait_read, [&io](const ErrorOf&) { io.stop(); });
  std::printf("{\"port\": %u}\n", unsigned{acceptor.local_endpoint().port()});
  std::fflush(stdout);
  io.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto number = [&](std::size_t place) { return std::strtol(words[place].c_str(), nullptr, 10); };
  const auto port = [&](std::size_t place) { return static_cast<std::uint16_t>(number(place)); };
  int status = 2;
  if (words.size() == 1 && words[0] == "echo") status = echo();
  if (words.size() == 3 && words[0] == "probe") status = probe(port(1), words[2]);
  if (words.size() == 6 && words[0] == "refused")
    status = refused(words[1], port(2), words[3], number(4), static_cast<int>(number(5)));
  if (words.size() == 5 && words[0] == "hold")
    status = hold(words[1], port(2), number(3), static_cast<double>(number(4)));
  if (words.size() == 5 && words[0] == "flood")
    status = flood(words[1], port(2), static_cast<std::uint64_t>(number(3)), static_cast<double>(number(4)));
  if (status == 2) std::fprintf(stderr, "attack_door: see the first lines of tests/bench/attack_door.cpp\n");
  return status;
}
