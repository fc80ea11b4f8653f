// Way is how connections get from this machine to the server: straight to it when it is this machine, else by SSH.
// It lives on the loop's thread.
#pragma once

#include "tunnel/far_end.hpp"

#include <memory>
#include <string>

namespace helper::tunnel {

class Way {
 public:
  virtual ~Way() = default;
  [[nodiscard]] virtual bool up() const = 0;
  // Why it is not up, in one sentence; "" while it is.
  [[nodiscard]] virtual std::string trouble() const = 0;
  // Begins a connection to `remote`, for a client at `from`. Only while up.
  [[nodiscard]] virtual Result<std::unique_ptr<FarEnd>> open(const Leg& remote, const Endpoint& from,
                                                             FarEvents events) = 0;
  // True when `far`, not open yet, had better be opened anew because a better line has come up since.
  [[nodiscard]] virtual bool outdated(const FarEnd& far) const = 0;
};

}  // namespace helper::tunnel
