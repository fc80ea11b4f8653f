#include "tunnel/way.hpp"

#include "tunnel/process_end.hpp"
#include "tunnel/sockets.hpp"
#include "tunnel/tcp_end.hpp"

#include <utility>

namespace helper::tunnel {

Result<std::unique_ptr<FarEnd>> LocalWay::open(const Leg& remote, const Endpoint&, FarEvents events) {
  if (const auto* pipe = std::get_if<Pipe>(&remote)) {
    return ProcessEnd::start(loop_, children_, *pipe, std::move(events));
  }
  HELPER_TRY_ASSIGN(Fd socket, begin_connect(std::get<Endpoint>(remote)));
  return std::make_unique<TcpEnd>(loop_, std::move(socket), std::move(events));
}

}  // namespace helper::tunnel
