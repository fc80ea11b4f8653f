#include "rpc/dispatcher.hpp"

#include "base/log.hpp"
#include "rpc/load.hpp"
#include "rpc/methods.hpp"
#include "rpc/types.hpp"

#include <algorithm>
#include <exception>
#include <unistd.h>
#include <utility>
#include <vector>

namespace helper::rpc {
namespace {

Json version_json() { return {{"version", HELPER_VERSION}, {"pid", ::getpid()}, {"api", k_api}}; }

}  // namespace

Dispatcher::Dispatcher(Handlers service, std::function<void()> on_shutdown)
    : handlers_(std::move(service)), on_shutdown_(std::move(on_shutdown)) {
  handlers_["version"] = [](const Json&, const CallContext&) -> Result<Json> { return version_json(); };
  handlers_["methods"] = [](const Json&, const CallContext&) -> Result<Json> { return methods_json(); };
  handlers_["cancel"] = [this](const Json& params, const CallContext&) -> Result<Json> {
    return cancel(params.at("request"));
  };
  handlers_["shutdown"] = [this](const Json& params, const CallContext&) -> Result<Json> {
    const auto unless_used = params.find("unless_used");
    return shutdown(unless_used != params.end() && *unless_used == true);
  };
}

Json Dispatcher::shutdown(bool unless_used) {
  Load load;
  if (carried_) load.carried = carried_();
  bool stopping = true;
  {
    const std::lock_guard lock(calls_->mutex);
    load.requests = static_cast<std::size_t>(
        std::ranges::count_if(calls_->list, [](const std::shared_ptr<InFlight>& entry) { return entry->kept; }));
    stopping = calls_->stopping || !unless_used || load.empty();
    calls_->stopping = stopping;
  }
  if (stopping) on_shutdown_();
  Json answer = to_json(load);
  answer["stopping"] = stopping;
  return answer;
}

void Dispatcher::set_counts(std::function<Json()> counts) {
  handlers_["version"] = [counts = std::move(counts)](const Json&, const CallContext&) -> Result<Json> {
    Json version = version_json();
    version["counts"] = counts();
    return version;
  };
}

Pace Dispatcher::pace(const Incoming& incoming) {
  Pace slowest = incoming.items.size() > 1 ? Pace::quick : Pace::instant;
  for (const auto& item : incoming.items) {
    const Call* call = std::get_if<Call>(&item);
    const Method* method = call == nullptr ? nullptr : find_method(call->method);
    if (method == nullptr) continue;
    // Whether logs are followed is said by a parameter.
    const auto follow = call->params.find("follow");
    const bool follows = call->method == "logs" && follow != call->params.end() && *follow == true;
    slowest = std::max(slowest, follows ? Pace::watch : method->pace);
  }
  return slowest;
}

std::optional<Json> Dispatcher::answer(const Incoming& incoming, const Caller& caller) {
  Json answers = Json::array();
  for (const auto& item : incoming.items) {
    if (const auto* invalid = std::get_if<Invalid>(&item)) {
      answers.push_back(make_error(invalid->id, invalid->error));
      continue;
    }
    const Call& call = std::get<Call>(item);
    const Result<Json> result = run(call, caller);
    if (!result) log_info("{} failed: {}", call.method, to_text(result.error()));
    if (!call.notification)
      answers.push_back(result ? make_result(call.id, *result) : make_error(call.id, result.error()));
  }
  if (answers.empty()) return std::nullopt;
  return incoming.batch ? answers : answers.front();
}

Result<Json> Dispatcher::run(const Call& call, const Caller& caller) {
  const Method* method = find_method(call.method);
  const auto handler = handlers_.find(call.method);
  if (method == nullptr || handler == handlers_.end()) {
    return fail(ErrorCode::rpc_method, "method " + call.method, "it does not exist",
                "see which there are: helper rpc --help");
  }
  HELPER_TRY(check_params(*method, call.params));
  try {
    if (call.method == "answer") forget_question(call.params.at("question").get<std::string>());
    return run_in_flight(call, *method, handler->second, caller);
  } catch (const std::exception& defect) {
    return fail(ErrorCode::internal, "method " + call.method, defect.what());
  }
}

Result<Json> Dispatcher::run_in_flight(const Call& call, const Method& method, const Handler& handler,
                                       const Caller& caller) {
  const auto entry = std::make_shared<InFlight>(InFlight{call.id, std::stop_source(), caller.gone, method.kept, {}});
  std::list<std::shared_ptr<InFlight>>::iterator place;
  {
    const std::lock_guard lock(calls_->mutex);
    // A caller that gets it starts the next daemon. `version` is refused too, so that nobody takes this one for it.
    if (calls_->stopping && call.method != "cancel" && call.method != "shutdown") return fail(ending());
    place = calls_->list.insert(calls_->list.end(), entry);
  }
  CallContext context;
  // The earlier calls of a batch may have taken longer than the caller had patience.
  if (*caller.gone && !method.kept) entry->stop.request_stop();
  context.has_stream = caller.send && !*caller.gone;
  context.stop = entry->stop.get_token();
  context.on_event = [entry, calls = calls_, send = caller.send, id = call.id](const ensure::Event& event) {
    if (event.kind == ensure::Event::Kind::question) {
      const std::lock_guard lock(calls->mutex);
      entry->questions[event.question_id] = event.question.kind;
    } else if (event.kind == ensure::Event::Kind::answered) {
      const std::lock_guard lock(calls->mutex);
      entry->questions.erase(event.question_id);
    }
    if (send) send(make_event(id, to_json(event)));
  };
  struct Leave {
    Calls& calls;
    std::list<std::shared_ptr<InFlight>>::iterator place;
    ~Leave() {
      const std::lock_guard lock(calls.mutex);
      calls.list.erase(place);
    }
  } const leave{*calls_, place};
  return handler(call.params, context);
}

Json Dispatcher::cancel(const Json& id) {
  std::vector<std::stop_source> stops;
  {
    const std::lock_guard lock(calls_->mutex);
    for (const auto& entry : calls_->list) {
      if (entry->id == id) stops.push_back(entry->stop);
    }
  }
  // Outside the lock: stop callbacks run inside request_stop().
  for (auto& stop : stops) stop.request_stop();
  return {{"cancelled", stops.size()}};
}

void Dispatcher::stop_all() {
  std::vector<std::stop_source> stops;
  {
    const std::lock_guard lock(calls_->mutex);
    calls_->stopping = true;
    for (const auto& entry : calls_->list) stops.push_back(entry->stop);
  }
  for (auto& stop : stops) stop.request_stop();
}

void Dispatcher::forget_question(const std::string& question_id) {
  const std::lock_guard lock(calls_->mutex);
  for (const auto& entry : calls_->list) entry->questions.erase(question_id);
}

bool Dispatcher::let_go_of_the_gone() {
  std::map<std::string, Question::Kind> orphans;
  std::vector<std::stop_source> stops;
  bool in_flight = false;
  {
    const std::lock_guard lock(calls_->mutex);
    for (const auto& entry : calls_->list) {
      if (!*entry->caller_gone) continue;
      orphans.merge(std::exchange(entry->questions, {}));
      in_flight = true;
      if (!entry->kept) stops.push_back(entry->stop);
    }
    // Several callers may wait for one piece of work: who is still there answers for it.
    for (const auto& entry : calls_->list) {
      if (*entry->caller_gone) continue;
      for (const auto& [question_id, kind] : entry->questions) orphans.erase(question_id);
    }
  }
  for (auto& stop : stops) stop.request_stop();  // outside the lock, as in cancel()
  const auto answer = handlers_.find("answer");
  if (answer == handlers_.end()) return in_flight;
  for (const auto& [question_id, kind] : orphans) {
    log_info("question {} is refused: the person who was asked has gone", question_id);
    const Json refusal{{"question", question_id}, {"value", kind == Question::Kind::confirm ? "no" : ""}};
    if (const auto done = answer->second(refusal, CallContext{[](const ensure::Event&) {}, false, {}}); !done) {
      log_warning("it could not be refused: {}", to_text(done.error()));
    }
  }
  return in_flight;
}

}  // namespace helper::rpc
