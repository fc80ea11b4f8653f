// Service is everything that the daemon can do, for any transport: blocking calls, safe from any thread. One worker per
// target owns that target's state; requests for the same thing at the same time do the work once and share its events.
#pragma once

#include "base/result.hpp"
#include "ensure/hands.hpp"
#include "ensure/python_list.hpp"
#include "ensure/report.hpp"
#include "ensure/request.hpp"
#include "ensure/settings_order.hpp"
#include "plan/desired.hpp"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace helper::ensure {

// Every method but targets() works only with a config that the person has approved, by content: who can answer is
// asked, before anything that the config names is touched. Error config_untrusted otherwise.
class Service {
 public:
  explicit Service(const World& world);
  ~Service();  // stops every worker and closes every tunnel

  // Looks after the targets again that were wanted when the daemon before ended, from `after` on: what is down is
  // opened, what somebody stopped stays so. Those that are gone from their config are wanted no more; one whose config
  // is not approved waits. Reads files of this machine, and returns before anything is connected.
  void take_up(Milliseconds after);

  // ensure with Power::running; stop and remove are the same with stopped and absent.
  [[nodiscard]] Result<Report> converge(const Request& request, plan::Power power, const EventSink& on_event,
                                        const std::stop_token& stop);
  // Stopped, then running.
  [[nodiscard]] Result<Report> restart(const Request& request, const EventSink& on_event, const std::stop_token& stop);
  [[nodiscard]] Result<PlanReport> plan(const Request& request, plan::Power power, const std::stop_token& stop);
  // All targets of the config when the request names none.
  [[nodiscard]] Result<std::vector<TargetStatus>> status(const Request& request, const std::stop_token& stop);
  // The state of one target as far as it is known, once its revision is not `seen` any more, or after k_watch_limit.
  // It connects to no server: a target that nobody has asked about is "unknown".
  [[nodiscard]] Result<WatchReport> watch(const Request& request, std::uint64_t seen, const std::stop_token& stop);
  // What the config names. Reads the config and nothing else.
  [[nodiscard]] Result<TargetList> targets(const Request& request);
  // A copy of the container as an image; `image` is "" for a name made of the target's and the time.
  [[nodiscard]] Result<SnapshotReport> snapshot(const Request& request, const std::string& image,
                                                const EventSink& on_event, const std::stop_token& stop);
  // What helper made on each server of the config, or on that of the target that the request names.
  [[nodiscard]] Result<std::vector<ServerList>> list(const Request& request, const std::stop_token& stop);
  // The last `lines` lines that the container printed.
  [[nodiscard]] Result<LogText> logs(const Request& request, int lines, const std::stop_token& stop);
  // The same, and then what comes, as progress events, until the container ends or the stop is requested. Holds up no
  // other request. Its text is empty.
  [[nodiscard]] Result<LogText> follow_logs(const Request& request, int lines, const EventSink& on_event,
                                            const std::stop_token& stop);
  // Error not_ready unless the target is ready now.
  [[nodiscard]] Result<ide::Access> settings(const Request& request, const std::stop_token& stop);
  // The settings that the last look found, at once and without asking the server: of a target that lacked nothing then,
  // by the config as it is now, not longer ago than k_known_for, and with its link up since. Error not_ready otherwise.
  [[nodiscard]] Result<ide::Access> known(const Request& request);
  // The settings of a target that is ready, into the files of IDEs and of ssh; a dry run shows what would change. Files
  // of an IDE that runs are prepared, unless who asks says otherwise, and written when it closes.
  [[nodiscard]] Result<settings::Report> apply_settings(const Request& request, const SettingsOptions& options,
                                                        const EventSink& on_event, const std::stop_token& stop);
  // Out of these files again; the target may be in any state.
  [[nodiscard]] Result<settings::Report> undo_settings(const Request& request, const SettingsOptions& options,
                                                       const EventSink& on_event, const std::stop_token& stop);
  // Error not_ready when the container does not run.
  [[nodiscard]] Result<PythonList> pythons(const Request& request, const std::stop_token& stop);
  [[nodiscard]] Result<GpuReport> gpu(const Request& request, bool check, const EventSink& on_event,
                                      const std::stop_token& stop);
  // Whether the config of the request is trusted. Reads files of this machine, and nothing else.
  [[nodiscard]] Result<TrustReport> trusted(const Request& request);
  // Approves the config as it was shown under that digest. Error config_untrusted when it is another by now.
  [[nodiscard]] Result<TrustReport> trust(const Request& request, const std::string& digest);
  // False when it was not approved.
  [[nodiscard]] Result<bool> untrust(const Request& request);
  [[nodiscard]] Result<TrustList> trust_list();
  // The tunnels of all targets that carry connections at this moment. At once.
  [[nodiscard]] std::vector<Carried> carried();
  // Answers an open question; false when there is none of that id (answered already, or its time is over).
  bool answer(const std::string& question_id, const std::string& value);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace helper::ensure
