// A Transport is the byte stream below an SSH session: a TCP socket, a bridge through a jump host, or a proxy command.
#pragma once

#include "base/fd.hpp"
#include "base/process/pipe_outcome.hpp"
#include "ssh/native.hpp"
#include "ssh/wait.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <thread>

namespace helper::ssh {

struct Transport {
  Fd fd;                             // non-blocking, close-on-exec
  int liveness_fd = -1;              // as in Session::Native
  std::unique_ptr<Carrier> carrier;  // what must live as long as `fd` is used
};

// Dials `host` the way it asks for. Errors as Session::connect.
[[nodiscard]] Result<Transport> open_transport(const HostConfig& host, const ConnectOptions& options,
                                               const std::stop_token& stop);

// ProxyCommand is a program whose standard input and output are the network of a session, as ssh_config(5) has it.

class ProxyCommand final : public Carrier {
 public:
  // Starts `command`, tokens expanded, by `sh -c`. It ends with the carrier.
  [[nodiscard]] static Result<Transport> start(const std::string& name, const std::string& command);
  // The same for ProxyUseFdpass: the command hands over a connected socket on its standard output, and may end then.
  [[nodiscard]] static Result<Transport> take_socket(const std::string& name, const std::string& command,
                                                     const Limit& limit);
  ~ProxyCommand() override;
  ProxyCommand(const ProxyCommand&) = delete;
  ProxyCommand& operator=(const ProxyCommand&) = delete;
  // Of its standard error. For one that has just ended: waits a moment for them.
  [[nodiscard]] std::string last_words() override;

 private:
  struct Started {
    Fd network;  // our end of its standard input and output
    std::unique_ptr<ProxyCommand> command;
  };
  [[nodiscard]] static Result<Started> run(const std::string& name, const std::string& command);
  ProxyCommand(pid_t pid, Fd err);
  void listen();
  pid_t pid_;  // and the number of its process group
  Fd err_;     // our end of its standard error, blocking
  std::mutex mutex_;
  std::condition_variable silent_;
  LastWords words_;
  bool ended_ = false;  // it will say nothing more
  std::thread listener_;
};

}  // namespace helper::ssh
