// Link is the way to a server by SSH that keeps itself up: it dials, watches its session, and when that one is lost or
// only suspected dials another beside it, so that its connections can still finish.
#pragma once

#include "tunnel/line.hpp"
#include "tunnel/link_policy.hpp"
#include "tunnel/network_watch.hpp"
#include "tunnel/way.hpp"

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace helper::tunnel {

class Link final : public Way {
 public:
  // Makes one session to the server, on a thread of its own; it must return soon after the stop is requested.
  using Dial = std::function<Result<std::unique_ptr<ssh::Session>>(std::stop_token)>;
  using Means = std::shared_ptr<const Dial>;  // of one of those who use the link
  // `changed` is called when up(), trouble() or the line for new connections has changed, with the reason.
  Link(Loop& loop, std::function<void(const std::string& why)> changed);
  ~Link() override;

  // Dials by these means unless there is a line or a dial is under way; a wait between tries is cut short. Later tries
  // use what last brought a line, and after a failure that of the next one who asked.
  void start(const Means& by);
  // They are not used again. A dial that is under way goes on while somebody else wants the link.
  void forget(const Means& means);
  [[nodiscard]] bool up() const override { return current_ != nullptr && !suspected_; }
  [[nodiscard]] std::string trouble() const override { return up() ? std::string() : trouble_; }
  [[nodiscard]] Result<std::unique_ptr<FarEnd>> open(const Leg& remote, const Endpoint& from,
                                                     FarEvents events) override;
  [[nodiscard]] bool outdated(const FarEnd& far) const override;

 private:
  using Dialled = Result<std::unique_ptr<ssh::Session>>;
  void dial_now(const std::string& why);
  void dialled(Dialled result);
  void failed(const Error& error);
  void adopt(std::unique_ptr<ssh::Session> session);
  void line_ended(const Line* line);
  void retire(const std::shared_ptr<Line>& line, const std::string& why);
  void tick();
  void watch_current(SteadyTime now);
  void watch_old(SteadyTime now);
  void network_changed();
  void tell(const std::string& why, std::string trouble);
  [[nodiscard]] Line* line_for_command() const;
  void dial_for_commands();
  void prefer(const Means& means);

  Loop& loop_;
  std::vector<Means> means_;  // of those who asked; the first is the next to be used
  Means used_;                // for the dial that is under way, or was last
  bool asked_again_ = false;  // meanwhile by another than whose means are used
  std::function<void(const std::string&)> changed_;
  std::shared_ptr<Line> current_;           // where new connections go
  std::vector<std::shared_ptr<Line>> old_;  // kept for the connections that they carry
  bool suspected_ = false;                  // the current one is silent
  bool for_room_ = false;                   // the dial under way is for a session beside a full one
  std::string trouble_;
  Backoff backoff_;
  std::minstd_rand random_;
  Milliseconds asleep_;
  Timer redial_;
  Timer tick_;
  std::unique_ptr<NetworkWatch> network_;
  std::shared_ptr<Link*> self_;  // for what the dialling thread posts: empty once the Link is gone
  std::jthread dialling_;        // last: its end is waited for before anything else goes
};

}  // namespace helper::tunnel
