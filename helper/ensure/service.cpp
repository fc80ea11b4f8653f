#include "ensure/service.hpp"

#include "base/files.hpp"
#include "base/log.hpp"
#include "base/shell.hpp"
#include "config/find.hpp"
#include "ensure/ask_caller.hpp"
#include "ensure/questions.hpp"
#include "ensure/settings_watch.hpp"
#include "ensure/target.hpp"
#include "ensure/trust_book.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>

namespace helper::ensure {
namespace {

Caller caller_of(const Request& request) {
  return {request.agent_socket, request.can_answer, request.recreate, request.yes, {}, {}};
}

// "PyCharm2026.1, DataSpell2025.2"
std::string names_of(const std::vector<settings::IdeReport>& ides) {
  std::string names;
  for (const auto& ide : ides) names += (names.empty() ? "" : ", ") + ide.name;
  return names;
}

// An sshd as it comes refuses connections by chance once 10 of them have not logged in yet (sshd_config(5),
// MaxStartups).
constexpr std::size_t k_side_by_side = 8;

// Runs them, some at a time; the results are in their order.
template <class T>
std::vector<Result<T>> side_by_side(const std::vector<std::function<Result<T>()>>& work) {
  std::vector<std::optional<Result<T>>> found(work.size());
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::future<void>> hands;
    for (std::size_t i = 0; i < std::min(k_side_by_side, work.size()); ++i) {
      hands.push_back(std::async(std::launch::async, [&] {
        for (std::size_t at = next++; at < work.size(); at = next++) found[at] = work[at]();
      }));
    }
    for (auto& hand : hands) hand.get();
  }
  std::vector<Result<T>> results;
  for (auto& each : found) results.push_back(std::move(*each));
  return results;
}

}  // namespace

struct Service::State {
  explicit State(const World& its_world) : world(its_world) {}

  struct Chosen {
    config::Target config;
    std::string config_file;
    std::shared_ptr<Target> target;
    std::vector<std::string> servers;  // of all targets of that config
    std::string digest;                // of what was let in
  };

  Result<std::filesystem::path> config_file(const Request& request) const {
    if (!request.config_file.empty()) return request.config_file;
    if (request.folder.empty()) return world.paths.user_config_file;
    return config::find_config({.explicit_file = {},
                                .folder = request.folder,
                                .home = world.paths.home,
                                .user_config_file = world.paths.user_config_file});
  }

  static config::LocalVariable variable_of(const Request& request) {
    if (!request.environment) return config::environment_variable;
    return [&environment = *request.environment](const std::string& name) -> std::optional<std::string> {
      const std::string begin = name + "=";
      for (const std::string& entry : environment) {
        if (entry.starts_with(begin)) return entry.substr(begin.size());
      }
      return std::nullopt;
    };
  }

  // The config as it is written, for those who only read it.
  Result<config::Config> load_unasked(const Request& request) {
    HELPER_TRY_ASSIGN(const auto file, config_file(request));
    return config::load_config(world.files, file, variable_of(request));
  }

  // The gate: nothing that a config names is touched by a request before its config has passed here.
  Result<config::Config> load(const Request& request, const std::stop_token& stop) {
    HELPER_TRY_ASSIGN(const auto file, config_file(request));
    HELPER_TRY_ASSIGN(const auto look, admit(request, file, stop, true));
    return load_as_looked_at(*look, file, variable_of(request));
  }

  // What a request without a stream of events could not tell is told by the next one that has one.
  void tell_note(const Request& request, const std::filesystem::path& file, const std::string& text) {
    Event note;
    {
      const std::scoped_lock lock(mutex);
      if (!text.empty()) untold[file] = text;
      const auto at = untold.find(file);
      if (at == untold.end() || !request.tell) return;
      note.text = std::move(at->second);
      untold.erase(at);
    }
    request.tell(note);
  }

  // The look that was let in.
  Result<std::shared_ptr<const TrustLook>> admit(const Request& request, const std::filesystem::path& file,
                                                 const std::stop_token& stop, bool take_over) {
    // Once more after each yes: the files may have changed while the question was open.
    for (;;) {
      HELPER_TRY_ASSIGN(const auto standing, trust.standing(file, variable_of(request), take_over));
      tell_note(request, file, standing.note);
      if (standing.trusted) return standing.look;
      if (!request.target.empty()) {  // a name mistyped is told before anything is asked
        HELPER_TRY_ASSIGN(const auto config, config::load_config(world.files, file, variable_of(request)));
        HELPER_TRY(config::choose_target(config, request.target));
      }
      const TrustReport report = report_of(standing, file);
      if (standing.look->others || !request.can_answer || !request.tell) return fail(untrusted(report));
      AskCaller person(questions, request.tell, true, request.target);
      const Question question{Question::Kind::confirm, "Do you trust this config?",
                              lines_to_show(report, *standing.look)};
      HELPER_TRY_ASSIGN(const std::string answer, person.ask(question, stop));
      if (answer != "yes")
        return fail(ErrorCode::cancelled, file.string(), "you did not approve it, and nothing was done");
      HELPER_TRY(trust.approve(*standing.look, "shown"));
    }
  }

  Result<Chosen> choose(const Request& request, const std::stop_token& stop, bool take_over = true) {
    HELPER_TRY_ASSIGN(const auto file, config_file(request));
    HELPER_TRY_ASSIGN(const auto look, admit(request, file, stop, take_over));
    HELPER_TRY_ASSIGN(const auto config, load_as_looked_at(*look, file, variable_of(request)));
    HELPER_TRY_ASSIGN(auto chosen, config::choose_target(config, request.target));
    auto target = find(config.file.string(), chosen.name);
    std::vector<std::string> servers;
    for (const auto& [name, each] : config.targets) servers.push_back(each.server);
    return Chosen{std::move(chosen), config.file.string(), std::move(target), std::move(servers), look->digest};
  }

  // Of a request that may send a folder: whether it is still approved is seen again by then.
  Caller sending(const Request& request, const Chosen& chosen) {
    Caller caller = caller_of(request);
    caller.still_approved = [this, file = std::filesystem::path(chosen.config_file), digest = chosen.digest,
                             environment = request.environment] {
      Request its;
      its.environment = environment;
      return trust.still_approved(file, variable_of(its), digest);
    };
    return caller;
  }

  std::shared_ptr<Target> find(const std::string& file, const std::string& name) {
    const std::scoped_lock lock(mutex);
    auto& target = targets[{file, name}];
    if (!target) target = std::make_shared<Target>(world, questions);
    return target;
  }

  // A port that another target holds is named with that target; whoever else holds one is named by the tunnel room.
  Result<void> ports_are_free_of_others(const Chosen& chosen) {
    const std::scoped_lock lock(mutex);
    for (const auto& tunnel : plan::desired_state(chosen.config, plan::Power::running).tunnels) {
      for (const auto& [key, target] : targets) {
        if (target == chosen.target || !target->holds_port(tunnel.local_port)) continue;
        return fail(ErrorCode::port_busy, "local port " + std::to_string(tunnel.local_port) + " (" + tunnel.name + ")",
                    "target " + key.second + " of " + key.first + " holds it",
                    shell::quote({"helper", "stop", key.second, "--config", key.first}) +
                        "; or choose another port in the config");
      }
    }
    return {};
  }

  [[nodiscard]] ide::Wanted wanted(const Chosen& chosen, ide::Interpreter interpreter) const {
    return wanted_of(chosen.config, chosen.config_file, std::move(interpreter), world.paths, helper, world.clock);
  }
  // Of a target whose state does not matter: it names the entries.
  [[nodiscard]] ide::Wanted wanted(const Chosen& chosen) const {
    ide::Interpreter interpreter;
    interpreter.target = chosen.config.name;
    return wanted(chosen, std::move(interpreter));
  }

  // What follows for settings that were applied. Their trouble is not the target's: it is told, and no more.
  void after_converge(const Chosen& chosen, plan::Power power, Report& report) {
    const auto note = [&](const Error& error) { report.notes.push_back("settings: " + to_text(error)); };
    const bool ready = power == plan::Power::running && report.settings.has_value();
    if (!ready && power != plan::Power::absent) return;
    const auto now = ready ? wanted(chosen, *report.settings) : wanted(chosen);
    if (const auto done = book.set_gone(now.name, !ready); !done) note(done.error());
    if (!ready) return;
    const auto stale = book.out_of_date(now);
    if (!stale) return note(stale.error());
    if (!stale->value_or("").empty()) {
      report.notes.push_back("the settings that IDEs and ssh have are out of date (" + **stale +
                             "); renew them: helper settings apply " + chosen.config.name);
    }
  }

  // Whether files of IDEs that run are to be written at once: asked of whoever makes the request.
  settings::AskNow ask_now(const Request& request, const std::string& target, const EventSink& on_event,
                           const std::stop_token& stop) {
    if (!request.can_answer) return {};
    return [this, on_event, stop, target](const std::vector<settings::IdeReport>& running) -> Result<bool> {
      AskCaller person(questions, on_event, true, target);
      const Question question{Question::Kind::confirm,
                              names_of(running) + " runs. Write its files now all the same",
                              {"An IDE keeps its settings in memory, and may write them over ours when it closes.",
                               "With \"no\" they are prepared, and written as soon as it has closed."}};
      HELPER_TRY_ASSIGN(const std::string answer, person.ask(question, stop));
      return answer == "yes";
    };
  }

  const World world;
  const std::string helper = helper_beside_us();
  Questions questions;
  settings::Book book{world.paths, world.files, world.clock, settings::ide_formats()};
  SettingsWatch watch{book};
  TrustBook trust{world.paths, world.files, world.clock};
  std::mutex mutex;
  std::map<std::filesystem::path, std::string> untold;  // notes of configs that were taken over
  std::map<std::pair<std::string, std::string>, std::shared_ptr<Target>> targets;  // by config file and name
};

Service::Service(const World& world) : state_(std::make_unique<State>(world)) {}

Service::~Service() = default;

Result<Report> Service::converge(const Request& request, plan::Power power, const EventSink& on_event,
                                 const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  if (power == plan::Power::running) HELPER_TRY(state_->ports_are_free_of_others(chosen));
  HELPER_TRY_ASSIGN(auto report,
                    chosen.target->converge(chosen.config, power, state_->sending(request, chosen), on_event, stop));
  state_->after_converge(chosen, power, report);
  return report;
}

Result<Report> Service::restart(const Request& request, const EventSink& on_event, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  HELPER_TRY(state_->ports_are_free_of_others(chosen));
  HELPER_TRY_ASSIGN(auto report,
                    chosen.target->restart(chosen.config, state_->sending(request, chosen), on_event, stop));
  state_->after_converge(chosen, plan::Power::running, report);
  return report;
}

Result<PlanReport> Service::plan(const Request& request, plan::Power power, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->plan(chosen.config, power, caller_of(request), stop);
}

Result<std::vector<TargetStatus>> Service::status(const Request& request, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto config, state_->load(request, stop));
  std::vector<std::string> names;
  if (request.target.empty()) {
    for (const auto& [name, target] : config.targets) names.push_back(name);
  } else {
    names.push_back(request.target);
  }
  std::vector<std::function<Result<TargetStatus>()>> looks;
  for (const auto& name : names) {
    HELPER_TRY_ASSIGN(const auto chosen, config::choose_target(config, name));
    const auto target = state_->find(config.file.string(), name);
    looks.emplace_back([=, caller = caller_of(request)] { return target->status(chosen, caller, stop); });
  }
  std::vector<TargetStatus> statuses;
  for (auto& look : side_by_side(looks)) {
    HELPER_TRY_ASSIGN(auto status, std::move(look));
    status.config_file = config.file.string();
    statuses.push_back(std::move(status));
  }
  return statuses;
}

Result<WatchReport> Service::watch(const Request& request, std::uint64_t seen, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  HELPER_TRY_ASSIGN(auto report, chosen.target->watch(chosen.config, seen, stop));
  report.status.config_file = chosen.config_file;
  return report;
}

Result<TargetList> Service::targets(const Request& request) {
  HELPER_TRY_ASSIGN(const auto config, state_->load_unasked(request));
  TargetList list{config.file.string(), config.file == state_->world.paths.user_config_file, {}};
  for (const auto& [name, target] : config.targets)
    list.targets.push_back({name, target.server, target.container.name});
  return list;
}

Result<SnapshotReport> Service::snapshot(const Request& request, const std::string& image, const EventSink& on_event,
                                         const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->snapshot(chosen.config, image, caller_of(request), on_event, stop);
}

Result<std::vector<ServerList>> Service::list(const Request& request, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto config, state_->load(request, stop));
  std::map<std::string, std::future<Result<std::vector<ListedContainer>>>> looks;  // by server
  for (const auto& [name, its_config] : config.targets) {
    if (looks.contains(its_config.server) || (!request.target.empty() && name != request.target)) continue;
    const auto target = state_->find(config.file.string(), name);
    looks.emplace(its_config.server, std::async(std::launch::async, [=, its = its_config, caller = caller_of(request)] {
                    return target->list(its, caller, stop);
                  }));
  }
  if (looks.empty()) HELPER_TRY(config::choose_target(config, request.target));
  std::vector<ServerList> lists;
  for (auto& [server, look] : looks) {
    auto list = look.get();
    if (!list && list.error().code == ErrorCode::cancelled) return fail(list.error());
    lists.push_back(
        {server, list.value_or(std::vector<ListedContainer>{}), list ? std::nullopt : std::optional(list.error())});
  }
  return lists;
}

Result<LogText> Service::logs(const Request& request, int lines, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->logs(chosen.config, caller_of(request), lines, stop);
}

Result<LogText> Service::follow_logs(const Request& request, int lines, const EventSink& on_event,
                                     const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->follow_logs(chosen.config, caller_of(request), lines, on_event, stop);
}

Result<ide::Interpreter> Service::settings(const Request& request, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->settings(chosen.config, caller_of(request), stop);
}

Result<ide::Interpreter> Service::known(const Request& request) {
  Request at_once = request;
  at_once.can_answer = false;
  HELPER_TRY_ASSIGN(const auto chosen,
                    state_->choose(at_once, {}, false));  // what is taken over is said by a call that waits
  return chosen.target->known(chosen.config);
}

Result<settings::Report> Service::apply_settings(const Request& request, const SettingsOptions& options,
                                                 const EventSink& on_event, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  auto interpreter = chosen.target->known(chosen.config);
  if (!interpreter) interpreter = chosen.target->settings(chosen.config, caller_of(request), stop);
  HELPER_TRY(interpreter);
  const auto order = order_of(state_->wanted(chosen, *interpreter), chosen.config, chosen.servers, options);
  auto report = state_->book.apply(order, state_->ask_now(request, chosen.config.name, on_event, stop));
  state_->watch.wake();
  return report;
}

Result<settings::Report> Service::undo_settings(const Request& request, const SettingsOptions& options,
                                                const EventSink& on_event, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  const auto order = undo_order_of(state_->wanted(chosen), options);
  auto report = state_->book.undo(order, state_->ask_now(request, chosen.config.name, on_event, stop));
  state_->watch.wake();
  return report;
}

Result<PythonList> Service::pythons(const Request& request, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->pythons(chosen.config, caller_of(request), stop);
}

Result<GpuReport> Service::gpu(const Request& request, bool check, const EventSink& on_event,
                               const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->gpu(chosen.config, check, caller_of(request), on_event, stop);
}

Result<TrustReport> Service::trusted(const Request& request) {
  HELPER_TRY_ASSIGN(const auto file, state_->config_file(request));
  HELPER_TRY_ASSIGN(const auto standing, state_->trust.standing(file, State::variable_of(request), false));
  return report_of(standing, file);
}

Result<TrustReport> Service::trust(const Request& request, const std::string& digest) {
  HELPER_TRY_ASSIGN(const auto file, state_->config_file(request));
  HELPER_TRY_ASSIGN(auto standing, state_->trust.standing(file, State::variable_of(request), false));
  if (standing.look->digest != digest) {
    return fail(ErrorCode::config_untrusted, file.string(), "it is not what was shown: it has changed since",
                shell::quote({"helper", "trust", file.string()}));
  }
  if (!standing.trusted) HELPER_TRY(state_->trust.approve(*standing.look, "shown"));
  standing.trusted = true;
  return report_of(standing, file);
}

Result<bool> Service::untrust(const Request& request) {
  HELPER_TRY_ASSIGN(const auto file, state_->config_file(request));
  return state_->trust.withdraw(file);
}

Result<TrustList> Service::trust_list() { return state_->trust.list(); }

bool Service::answer(const std::string& question_id, const std::string& value) {
  return state_->questions.answer(question_id, value);
}

}  // namespace helper::ensure
