// HttpServer is the daemon's front door: JSON-RPC over HTTP/1.1 at a Unix socket, where the kernel says who calls, and
// at an ephemeral port of 127.0.0.1, where a token does. A call whose Accept is application/x-ndjson is answered by a
// stream of lines (events, then the response; empty lines are signs of life), any other by one JSON document at its
// end. One thread serves the network, however many connections there are; a call that works has a thread of its own.
#pragma once

#include "base/clock.hpp"
#include "base/local_peer.hpp"
#include "base/result.hpp"
#include "rpc/dispatcher.hpp"
#include "rpc/server/limits.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace helper::rpc {

struct ServerOptions {
  std::string token;
  std::filesystem::path socket{};  // of the Unix socket, in a folder that only we can open; "" = none
  PeerPolicy peers = peer_policy(false);
  Limits limits{};
};

class HttpServer {
 public:
  // Listens when it returns; without the Unix socket where there can be none, which socket_trouble() then tells. Error:
  // internal, when no port is free.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(std::shared_ptr<Dispatcher> dispatcher,
                                                                 const ServerOptions& options);
  // Closes with a limit of two seconds, if close() was not called.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url() const;  // "http://127.0.0.1:PORT/"
  // Where the Unix socket is; "" when there is none.
  [[nodiscard]] const std::filesystem::path& socket() const;
  [[nodiscard]] const std::optional<Error>& socket_trouble() const;

  // Listens at the Unix socket once more where its file has gone or was replaced; whether it had to. Before close(),
  // from any thread. Error: file_failed.
  [[nodiscard]] Result<bool> keep_socket();

  // Stops every call and gives each a moment to answer, then closes. False when something is still stuck after `limit`:
  // then the dispatcher's handlers may still run, and the process should end without unwinding what they use.
  [[nodiscard]] bool close(Milliseconds limit);

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace helper::rpc
