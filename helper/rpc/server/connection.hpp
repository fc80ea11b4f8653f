// Connection is one client: it reads one request at a time, lets the dispatcher answer, and knows when nobody is there
// any more. Everything here runs on the loop's thread, except what a call's own thread hands back through Front::post.
#pragma once

#include "base/clock.hpp"
#include "rpc/server/front.hpp"
#include "rpc/server/head.hpp"
#include "rpc/server/reply_stream.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace helper::rpc {

class Connection;

// The whole answer, with a body unless the method was HEAD. The connection ends after it.
[[nodiscard]] std::string refusal_answer(unsigned status, const Error& error, bool with_body = true);
// For who comes when all of the connections that a socket may have are taken.
[[nodiscard]] Error no_place(const Limits& limits);

// The one that accepted the connection.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  // The connection has shown that it may ask. False: there is no place for it.
  virtual bool on_known(Connection& connection) = 0;
  virtual void on_refused(unsigned status, const std::string& cause) = 0;
  // A reader went away in the middle of a call.
  virtual void on_lost() = 0;
  virtual void on_closed(Connection& connection) = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  Connection(std::shared_ptr<Front> front, ConnectionHost& host, Socket socket, Origin origin, std::uint64_t number);

  void start();
  // Ends what has lasted too long, shows signs of life to those who wait, and looks whether they are there. To be
  // called every now and then.
  void look_after(SteadyTime now);
  // No further request is taken; one whose call runs gets its answer.
  void wind_up();
  void close();

  // Makes room: a short answer if the socket takes it at once, then the end.
  void give_way();

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] Origin origin() const { return origin_; }
  // It has shown that it may ask.
  [[nodiscard]] bool is_known() const { return known_; }
  [[nodiscard]] bool is_idle() const { return phase_ == Phase::head && known_ && head_->empty(); }
  [[nodiscard]] bool is_leaving() const { return phase_ == Phase::leaving; }
  // A call runs, or its answer is on its way.
  [[nodiscard]] bool is_busy() const;

 private:
  enum class Phase {
    head,
    body,
    working,    // a call runs, and its one answer will come
    streaming,  // a call runs or has run, and its lines go out as they come
    answered,   // the last bytes of an answer go out
    refused,    // the same, and then it ends
    leaving,    // nothing more is sent; what still comes is forgotten
    closed,
  };

  void next_request();
  void read();
  void on_read(const boost::system::error_code& error, std::size_t count);
  void consume();
  void on_head();
  void on_body();
  void on_end_of_input();
  auto to_loop();
  void dispatch(const std::shared_ptr<Incoming>& incoming);
  void start_call(CallThreads& threads, const std::shared_ptr<Incoming>& incoming);
  void wait_for_call(Phase phase);
  void refuse_busy(const CallThreads& threads);
  void answer(const std::optional<std::string>& document);
  void pump();
  void refuse(const Refusal& refusal);
  void refuse(unsigned status, const Error& error);
  void send(std::string bytes);
  void write();
  void on_written();
  void leave();
  void enter(Phase phase, Milliseconds limit);
  [[nodiscard]] bool reader_has_gone();

  // Runs `what` as a handler of the loop: whatever is thrown ends this connection and nothing else.
  template <class What>
  void guarded(What what);

  const std::shared_ptr<Front> front_;
  ConnectionHost& host_;
  Socket socket_;
  const Origin origin_;
  const std::uint64_t number_;

  Phase phase_ = Phase::head;
  SteadyTime deadline_;  // of the phase
  bool known_ = false;
  bool winding_up_ = false;
  bool first_head_ = true;     // no request has been answered yet
  bool close_after_ = false;   // this answer is the last
  bool wants_stream_ = false;  // lines as they come, rather than one document

  std::array<char, 8192> buffer_;  // what was read; [from_, to_) is not consumed yet
  std::size_t from_ = 0;
  std::size_t to_ = 0;
  bool reading_ = false;
  std::optional<HeadReader> head_;
  std::string body_;
  std::size_t body_left_ = 0;  // bytes
  std::size_t discarded_ = 0;

  std::string out_;  // on its way; sent_ bytes of it have gone
  std::size_t sent_ = 0;
  std::string next_;  // what follows it
  bool writing_ = false;
  SteadyTime progress_;  // when the socket last took something
  SteadyTime next_beat_;
  std::shared_ptr<ReplyStream> stream_;
  std::shared_ptr<std::atomic<bool>> gone_;  // tells the call that nobody waits for it
};

}  // namespace helper::rpc
