// FakeService is a twin of ensure::Service with no world behind it: the target's name says how it behaves.
//   "slow"  works until it is stopped      "asks"  puts a question and tells the answer as its state
//   "fails" fails with engine_permission   "chatty" logs more than anybody reads, until it is stopped
//   "counted" logs k_counted_lines lines of 1,000 bytes, "line 0 ..." and on
//   other   is ready at once
#pragma once

#include "ensure/report.hpp"
#include "ensure/service.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace helper::test {

inline constexpr int k_counted_lines = 4'000;

class FakeService {
 public:
  Result<ensure::Report> converge(const ensure::Request& request, plan::Power power, const ensure::EventSink& on_event,
                                  const std::stop_token& stop) {
    note(request, to_word(power));
    ensure::Event working;
    working.kind = ensure::Event::Kind::started;
    working.target = request.target;
    working.text = "start container " + request.target;
    on_event(working);
    ensure::Report report;
    report.target = request.target;
    report.state = power == plan::Power::running ? "ready" : to_word(power);
    if (request.target == "fails")
      return fail(ErrorCode::engine_permission, "the engine", "the user may not use it",
                  "sudo usermod -aG docker $USER");
    if (request.target == "slow") return fail(wait_for(stop));
    if (request.target == "asks") {
      if (!request.can_answer) return fail(ErrorCode::not_ready, "a question", "there is nobody to ask");
      working.kind = ensure::Event::Kind::question;
      working.question_id = "q-1";
      working.question = {Question::Kind::confirm, "Trust it?", {"SHA256:abc"}};
      on_event(working);
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return answers_.contains("q-1"); }))
        return fail(ErrorCode::cancelled, "asks", "it was stopped");
      report.state = answers_["q-1"];
    }
    return report;
  }
  Result<ensure::Report> restart(const ensure::Request& request, const ensure::EventSink& on_event,
                                 const std::stop_token& stop) {
    note(request, "restart");
    return converge(request, plan::Power::running, on_event, stop);
  }
  Result<ensure::PlanReport> plan(const ensure::Request& request, plan::Power power, const std::stop_token&) {
    note(request, "plan " + to_word(power));
    ensure::PlanReport report;
    report.target = request.target;
    return report;
  }
  Result<std::vector<ensure::TargetStatus>> status(const ensure::Request& request, const std::stop_token&) {
    note(request, "status");
    ensure::TargetStatus status;
    status.target = request.target;
    status.state = "ready";
    return std::vector{status};
  }
  Result<ensure::WatchReport> watch(const ensure::Request& request, std::uint64_t seen, const std::stop_token& stop) {
    note(request, "watch " + std::to_string(seen));
    if (request.target == "slow") return fail(wait_for(stop));
    ensure::WatchReport report;
    report.revision = seen + 1;
    report.status.target = request.target;
    report.status.state = "ready";
    return report;
  }
  Result<ensure::TargetList> targets(const ensure::Request& request) {
    note(request, "targets of " + request.folder);
    return ensure::TargetList{request.folder + "/helper.json", false, {{"centernet", "gpu1", "centernet"}}};
  }
  Result<ensure::SnapshotReport> snapshot(const ensure::Request& request, const std::string& image,
                                          const ensure::EventSink&, const std::stop_token&) {
    note(request, "snapshot " + image);
    return ensure::SnapshotReport{request.target, image, 12'300'000, {"a note"}};
  }
  Result<std::vector<ensure::ServerList>> list(const ensure::Request& request, const std::stop_token&) {
    note(request, "list");
    ensure::ServerList list{"gpu1", {}, std::nullopt};
    list.containers.push_back({"centernet", "centernet", "running", "Up 2 hours", "centernet:1.2", "12.3MB"});
    return std::vector{list};
  }
  Result<ensure::LogText> logs(const ensure::Request& request, int lines, const std::stop_token&) {
    note(request, "logs " + std::to_string(lines));
    return ensure::LogText{request.target, "a line\n"};
  }
  Result<ensure::LogText> follow_logs(const ensure::Request& request, int lines, const ensure::EventSink& on_event,
                                      const std::stop_token& stop) {
    note(request, "follow logs " + std::to_string(lines));
    if (request.target == "slow") return fail(wait_for(stop));
    ensure::Event event;
    event.kind = ensure::Event::Kind::progress;
    for (int line = 0; request.target == "counted" && line < k_counted_lines; ++line) {
      event.text = "line " + std::to_string(line) + " ";
      event.text.append(1'000 - event.text.size(), '.');
      on_event(event);
    }
    if (request.target == "counted") return ensure::LogText{request.target, ""};
    event.text = request.target == "chatty" ? std::string(100'000, 'x') + "\n" : "a line\n";
    do {
      on_event(event);
    } while (request.target == "chatty" && !stop.stop_requested());
    if (request.target == "chatty") ++stopped_;
    return ensure::LogText{request.target, ""};
  }
  Result<ide::Access> settings(const ensure::Request& request, const std::stop_token&) {
    note(request, "settings");
    ide::Access access;
    access.target = access.ssh_name = request.target;
    access.port = 2222;
    return access;
  }
  Result<ide::Access> known(const ensure::Request& request) {
    note(request, "known");
    ide::Access access;
    access.target = access.ssh_name = request.target;
    access.port = 2222;
    return access;
  }
  Result<settings::Report> apply_settings(const ensure::Request& request, const ensure::SettingsOptions& options,
                                          const ensure::EventSink&, const std::stop_token&) {
    note(request, options.dry_run ? "settings apply dry" : "settings apply");
    settings::Report report;
    report.target = request.target;
    report.dry_run = options.dry_run;
    return report;
  }
  Result<settings::Report> undo_settings(const ensure::Request& request, const ensure::SettingsOptions& options,
                                         const ensure::EventSink&, const std::stop_token&) {
    note(request, options.dry_run ? "settings undo dry" : "settings undo");
    settings::Report report;
    report.target = request.target;
    return report;
  }
  Result<ensure::PythonList> pythons(const ensure::Request& request, const std::stop_token&) {
    note(request, "pythons");
    ensure::PythonList list;
    list.target = request.target;
    return list;
  }
  Result<ensure::GpuReport> gpu(const ensure::Request& request, bool check, const ensure::EventSink&,
                                const std::stop_token&) {
    note(request, check ? "gpu checked" : "gpu");
    ensure::GpuReport report;
    report.target = request.target;
    return report;
  }
  Result<ensure::TrustReport> trusted(const ensure::Request& request) {
    note(request, "trusted");
    return ensure::TrustReport{request.config_file, "new", "", "d1", {"connects to server gpu1"}, {}};
  }
  Result<ensure::TrustReport> trust(const ensure::Request& request, const std::string& digest) {
    note(request, "trust " + digest);
    return ensure::TrustReport{request.config_file, "trusted", "", digest, {"connects to server gpu1"}, {}};
  }
  Result<bool> untrust(const ensure::Request& request) {
    note(request, "untrust");
    return true;
  }
  Result<ensure::TrustList> trust_list() {
    return ensure::TrustList{{{"/home/me/p/helper.json", "shown", "2026-11-22T03:50:00Z", {}}}};
  }
  bool answer(const std::string& question_id, const std::string& value) {
    const std::lock_guard lock(mutex_);
    const bool first = answers_.emplace(question_id, value).second;
    changed_.notify_all();
    return first;
  }

  // "what target", one a call, in order.
  std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  std::optional<std::string> answer_to(const std::string& question_id) {
    const std::lock_guard lock(mutex_);
    const auto it = answers_.find(question_id);
    return it == answers_.end() ? std::nullopt : std::optional(it->second);
  }
  // How many calls a stop token has ended.
  int stopped() const { return stopped_; }

 private:
  Error wait_for(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [] { return false; });
    ++stopped_;
    return {ErrorCode::cancelled, "slow", "it was stopped", ""};
  }
  static std::string to_word(plan::Power power) {
    return power == plan::Power::running ? "running" : power == plan::Power::stopped ? "stopped" : "absent";
  }
  void note(const ensure::Request& request, const std::string& what) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(what + " " + request.target);
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> seen_;
  std::map<std::string, std::string> answers_;
  std::atomic<int> stopped_ = 0;
};

}  // namespace helper::test
