// Dispatcher carries calls from any transport to the handlers of their methods, and keeps the list of calls in flight,
// so that one can be cancelled, all can be stopped, and those whose caller has gone are not waited for.
// Thread-safe.
#pragma once

#include "ensure/report.hpp"
#include "rpc/envelope.hpp"
#include "rpc/methods.hpp"

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace helper::rpc {

// Who called: how to tell them what happens meanwhile, and whether they are still there.
struct Caller {
  std::function<void(const Json& message)> send;  // empty: only the answer is wanted
  std::shared_ptr<const std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);
};

// What a handler gets beside its checked parameters.
struct CallContext {
  ensure::EventSink on_event;  // never empty; safe from any thread, also after the call has ended
  bool has_stream = false;     // events reach the caller, so a question can be put
  std::stop_token stop;
};

using Handler = std::function<Result<Json>(const Json& params, const CallContext& context)>;
using Handlers = std::map<std::string, Handler, std::less<>>;

// The methods of the dispatcher itself; those of the service come from bind_service().
inline constexpr const char* k_own_methods[] = {"version", "cancel", "methods", "shutdown"};

class Dispatcher {
 public:
  // `on_shutdown` is called by the method `shutdown`, on the thread that answers it. From then on, and from stop_all()
  // on, no call is begun but `cancel` and `shutdown`: error ending().
  Dispatcher(Handlers service, std::function<void()> on_shutdown);

  // What the tunnels carry now: `shutdown` tells it. Before the first call.
  void set_carried(std::function<std::vector<ensure::Carried>()> carried) { carried_ = std::move(carried); }
  // What is shown under "counts" in the answer to `version`. Before the first call.
  void set_counts(std::function<Json()> counts);

  // Of the slowest call of the message; several are never instant.
  [[nodiscard]] static Pace pace(const Incoming& incoming);

  // Runs the calls one after another; nullopt when there was nothing but notifications.
  [[nodiscard]] std::optional<Json> answer(const Incoming& incoming, const Caller& caller);

  // Every call in flight is asked to stop.
  void stop_all();
  // Stops the calls of callers that have gone, unless their method is kept, and refuses the open questions of those. To
  // be called every now and then while it returns true: such calls are still in flight, and a kept one may ask again.
  bool let_go_of_the_gone();

 private:
  struct InFlight {
    Json id;
    std::stop_source stop;
    std::shared_ptr<const std::atomic<bool>> caller_gone;
    bool kept = false;                                // although its caller has gone
    std::map<std::string, Question::Kind> questions;  // open ones, by id
  };

  Result<Json> run(const Call& call, const Caller& caller);
  Result<Json> run_in_flight(const Call& call, const Method& method, const Handler& handler, const Caller& caller);
  void forget_question(const std::string& question_id);
  Json cancel(const Json& id);
  Json shutdown(bool unless_used);

  struct Calls {
    std::mutex mutex;
    std::list<std::shared_ptr<InFlight>> list;
    bool stopping = false;
  };
  std::shared_ptr<Calls> calls_ = std::make_shared<Calls>();  // outlives us in the event sinks
  Handlers handlers_;
  const std::function<void()> on_shutdown_;
  std::function<std::vector<ensure::Carried>()> carried_;
};

}  // namespace helper::rpc
