// HttpServer is the daemon's ear: JSON-RPC over HTTP on an ephemeral port of 127.0.0.1, with cpprestsdk's listener.
// A call whose Accept is application/x-ndjson is answered by a stream of lines (events, then the response; empty lines
// are signs of life), any other by one JSON document at its end. One at a time in a process: cpprestsdk closes ports
// and connections only when its last listener goes.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "rpc/dispatcher.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace helper::rpc {

struct ServerOptions {
  std::string token;
  std::size_t max_calls = 64;         // at one time; quick methods do not count
  std::uint64_t max_body = 1u << 20;  // bytes
  Milliseconds body_limit{10'000};    // from a request's head to the end of its body
  Milliseconds heartbeat{1'000};      // between the empty lines of a stream
};

class HttpServer {
 public:
  // Listens when it returns. Error: internal, when no port can be had.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(std::shared_ptr<Dispatcher> dispatcher,
                                                                 const ServerOptions& options);
  // Closes with a limit of two seconds, if close() was not called.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url() const;  // "http://127.0.0.1:PORT/"

  // Stops every call and gives each a moment to answer, then closes. False when something is still stuck after `limit`:
  // then the dispatcher's handlers may still run, and the process should end without unwinding what they use.
  [[nodiscard]] bool close(Milliseconds limit);

 private:
  struct State;
  explicit HttpServer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace helper::rpc
