// JumpBridge carries a session through a jump host: a thread moves bytes between a channel of the hop's session and a
// socket pair, whose other end the next session takes for its network.
#pragma once

#include "ssh/transport.hpp"
#include "ssh/wait.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace helper::ssh {

class JumpBridge final : public Carrier {
 public:
  // Asks the hop for a connection to host:port. `name` is the destination, for errors.
  [[nodiscard]] static Result<Transport> open(std::unique_ptr<Session> hop, const std::string& name,
                                              const std::string& host, std::uint16_t port, const Limit& limit);
  ~JumpBridge() override;
  JumpBridge(const JumpBridge&) = delete;
  JumpBridge& operator=(const JumpBridge&) = delete;

 private:
  struct ChannelFree {
    void operator()(ssh_channel channel) const { ssh_channel_free(channel); }
  };
  using ChannelPtr = std::unique_ptr<ssh_channel_struct, ChannelFree>;

  JumpBridge(std::unique_ptr<Session> hop, ChannelPtr channel, Fd ours);
  void carry(const std::stop_token& stop);
  bool inwards();
  bool outwards();
  [[nodiscard]] bool may_write() const;

  std::unique_ptr<Session> hop_;
  ChannelPtr channel_;
  Fd ours_;
  // What came through the channel and the socket pair has not taken yet. It is filled by one read of all there is, and
  // only when empty: libssh widens its window at every read without counting what it still holds, so small reads would
  // let its memory grow without end.
  std::vector<char> inbound_;
  std::size_t inbound_sent_ = 0;
  bool local_eof_ = false;
  bool remote_eof_ = false;
  std::jthread thread_;
};

}  // namespace helper::ssh
