// Acceptor listens at 127.0.0.1 and at a Unix socket, and decides who is accepted and who is closed when it is full.
// Strangers at the TCP port never use what the person's own calls need. Runs on the loop's thread.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"
#include "rpc/server/connection.hpp"
#include "rpc/server/front.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace helper::rpc {

// The same, with no more connections than the descriptors of this process allow.
[[nodiscard]] Limits within_descriptors(Limits limits);

class Acceptor final : public ConnectionHost {
 public:
  // `on_lost` is called when a reader went away in the middle of a call.
  Acceptor(std::shared_ptr<Front> front, std::function<void()> on_lost);
  ~Acceptor() override;

  // On an ephemeral port of 127.0.0.1, which Front::port then names. Error: internal.
  [[nodiscard]] Result<void> listen_tcp();
  // At `path` (0600), in a folder that is ours alone; a socket that another daemon left there is removed. Error:
  // file_failed (too long a path, something else in the way).
  [[nodiscard]] Result<void> listen_unix(const std::filesystem::path& path);
  // Listens at the Unix socket's path once more where its file has gone or is another's; whether it had to. False where
  // there never was one. Those who are connected stay. Error: as listen_unix().
  [[nodiscard]] Result<bool> keep_unix();
  // No further connection is taken; the Unix socket's file goes, unless it is another daemon's by now.
  void stop_listening();
  // Ends idle connections, refuses requests that are still coming, and lets calls have their answers.
  void wind_up();
  void close_all();
  // Calls in flight, and answers on their way.
  [[nodiscard]] std::size_t busy() const;

  // Takes a connection in, or closes it.
  void admit(Fd socket, Origin origin);

  bool on_known(Connection& connection) override;
  void on_refused(unsigned status, const std::string& cause) override;
  void on_lost() override;
  void on_closed(Connection& connection) override;

 private:
  struct Listener {
    boost::asio::posix::stream_descriptor descriptor;
    Origin origin;
    bool paused = false;  // no descriptor was left
  };

  void listen_at(Fd socket, Origin origin);
  void wait(const std::shared_ptr<Listener>& listener);
  void accept(const std::shared_ptr<Listener>& listener);
  void refuse(const Fd& socket);
  [[nodiscard]] bool socket_is_ours() const;  // the file at path_
  bool out_of_descriptors(Listener& listener);
  void keep_spares();
  void look_after();
  void look_at_all();
  [[nodiscard]] std::size_t count(Origin origin, bool known) const;
  // Closes the oldest for which `which` holds; false when there is none.
  template <class Which>
  bool make_way(Which which);

  const std::shared_ptr<Front> front_;
  const std::function<void()> lost_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::filesystem::path path_;  // of the Unix socket
  std::uint64_t path_device_ = 0;
  std::uint64_t path_inode_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_;  // oldest first
  std::uint64_t next_number_ = 0;
  std::vector<Fd> spares_;  // given up when no descriptor is left, so that the person's own call still gets one
  boost::asio::steady_timer timer_;
  bool looking_ = false;
  SteadyTime last_told_{};
  std::uint64_t untold_ = 0;  // refusals since the last one that was logged
};

}  // namespace helper::rpc
