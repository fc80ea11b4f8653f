// FakeDaemon answers calls as written down beforehand, with the events that come before each answer, and remembers what
// it was asked.
#pragma once

#include "cli/daemon.hpp"

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace helper::test {

class FakeDaemon final : public cli::Daemon {
 public:
  struct Script {
    std::vector<ensure::Event> events;
    Result<rpc::Json> result = rpc::Json::object();
    std::function<void()> meanwhile;  // runs after the events, before the answer
  };
  struct Asked {
    std::string method;
    rpc::Json params;
  };

  void will_answer(const std::string& method, Script script) { scripts_[method].push_back(std::move(script)); }
  void runs(rpc::Json version) { version_ = std::move(version); }

  [[nodiscard]] Result<rpc::Json> call(const std::string& method, const rpc::Json& params,
                                       const ensure::EventSink& on_event, const std::stop_token& stop) override {
    asked_.push_back({method, params});
    auto& scripts = scripts_[method];
    if (scripts.empty()) return fail(ErrorCode::rpc_method, method, "the test did not expect this call");
    Script script = std::move(scripts.front());
    scripts.pop_front();
    for (const auto& event : script.events) on_event(event);
    if (script.meanwhile) script.meanwhile();
    was_stopped_ = stop.stop_requested();
    if (was_stopped_) return fail(ErrorCode::cancelled, method, "the request was cancelled");
    return script.result;
  }

  [[nodiscard]] Result<void> answer(const std::string& question_id, const std::string& value,
                                    const std::stop_token&) override {
    answers_.emplace_back(question_id, value);
    return {};
  }

  [[nodiscard]] Result<std::optional<rpc::Json>> version_if_running(const std::stop_token&) override {
    return version_;
  }

  [[nodiscard]] bool was_stopped() const { return was_stopped_; }  // the last call
  [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& answers() const { return answers_; }

 private:
  std::map<std::string, std::deque<Script>> scripts_;
  std::vector<Asked> asked_;
  std::vector<std::pair<std::string, std::string>> answers_;
  std::optional<rpc::Json> version_;
  bool was_stopped_ = false;
};

}  // namespace helper::test
