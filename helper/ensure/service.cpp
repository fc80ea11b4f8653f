#include "ensure/service.hpp"

#include "base/log.hpp"
#include "config/find.hpp"
#include "ensure/ask_caller.hpp"
#include "ensure/gate.hpp"
#include "ensure/person.hpp"
#include "ensure/questions.hpp"
#include "ensure/settings_watch.hpp"
#include "ensure/ssh_names.hpp"
#include "ensure/target.hpp"
#include "ensure/wanted.hpp"
#include "plan/our_names.hpp"
#include "tunnel/port_holder.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::ensure {
namespace {

// What who asks hears of a target's events. Methods without events of their own have no `on_event`: who asks hears the
// questions then, and of commands if that was asked for.
EventSink heard(const Request& request, const EventSink& on_event) {
  return [on_event, tell = request.tell, verbose = request.verbose](const Event& event) {
    const bool is_command = event.kind == Event::Kind::command;
    if (is_command && !verbose) return;
    if (on_event) return on_event(event);
    const bool is_about_a_question = event.kind == Event::Kind::question || event.kind == Event::Kind::answered;
    if ((is_command || is_about_a_question) && tell) tell(event);
  };
}

Call call_of(const Request& request, const config::Target& config, const std::stop_token& stop,
             const EventSink& on_event = nullptr) {
  Caller caller;
  caller.agent_socket = request.agent_socket;
  caller.can_answer = request.can_answer;
  caller.recreate = request.recreate;
  caller.yes = request.yes;
  if (request.by_itself) caller.initiative = plan::Initiative::program;
  caller.owner = request.owner;
  caller.offers = request.offers;
  return {config, std::move(caller), stop, heard(request, on_event)};
}

// "PyCharm2026.1, DataSpell2025.2"
std::string names_of(const std::vector<settings::IdeReport>& ides) {
  std::string names;
  for (const auto& ide : ides) names += (names.empty() ? "" : ", ") + ide.name;
  return names;
}

bool is_socket_of_ours(const std::string& path) {
  struct stat info {};
  return !path.empty() && ::stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode) && info.st_uid == ::getuid();
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
    Admitted admitted;
  };

  Result<Chosen> choose(const Request& request, const std::stop_token& stop,
                        Gate::TakeOver take_over = Gate::TakeOver::yes) {
    HELPER_TRY_ASSIGN(auto admitted, gate.admit(request, stop, take_over));
    HELPER_TRY_ASSIGN(auto chosen, config::choose_target(admitted.config, request.target));
    HELPER_TRY(local_places.give(chosen, admitted.config));
    const std::string file = admitted.config.file.string();
    auto target = find(file, chosen.name);
    std::vector<std::string> servers;
    for (const auto& [name, each] : admitted.config.targets) servers.push_back(each.server);
    return Chosen{std::move(chosen), file, std::move(target), std::move(servers), std::move(admitted)};
  }

  // Of a request that may send a folder: whether it is still approved is seen again by then.
  Call sending(const Request& request, const Chosen& chosen, const EventSink& on_event, const std::stop_token& stop) {
    Call call = call_of(request, chosen.config, stop, on_event);
    call.caller.still_approved = gate.still_approved(request, chosen.admitted);
    return call;
  }

  std::shared_ptr<Target> find(const std::string& file, const std::string& name) {
    const std::scoped_lock lock(mutex);
    auto& target = targets[ConfigTarget{file, name}];
    if (!target) {
      target = std::make_shared<Target>(world, questions, [this, file, name](bool is, const std::string& agent) {
        keep(is ? wanted_list.add({file, name, agent}) : wanted_list.remove(file, name));
      });
    }
    return target;
  }

  // A list that cannot be written is no error of the request.
  static void keep(const Result<void>& written) {
    if (!written) log_warning("the list of wanted targets: {}", to_text(written.error()));
  }

  // Closes the ports of targets that are gone; a note for each.
  std::vector<std::string> let_go_of_gone(const Chosen& chosen) {
    std::vector<std::shared_ptr<Target>> gone;  // they end without the lock: each joins its worker
    std::vector<std::string> notes;
    const auto wanted_ports = plan::desired_state(chosen.config, plan::Power::running).tunnels;
    const std::scoped_lock lock(mutex);
    for (auto at = targets.begin(); at != targets.end();) {
      const auto& [key, target] = *at;
      const bool in_the_way = target != chosen.target && std::ranges::any_of(wanted_ports, [&](const auto& tunnel) {
                                return target->holds_port(tunnel.local_port);
                              });
      if (!in_the_way || !is_gone(world.files, key)) {
        ++at;
        continue;
      }
      std::error_code unknown;
      const bool has_file = std::filesystem::exists(key.file, unknown);
      std::string note = "target " + key.name + (has_file ? " is no longer in " : " is gone with ") + key.file +
                         ": its local ports were closed";
      const auto config = target->config();
      if (config &&
          (config->server != chosen.config.server || config->container.name != chosen.config.container.name)) {
        note += "; its container " + config->container.name + " on " + config->server + " stays. To use it for " +
                chosen.config.name + R"(, set "container": {"name": ")" + config->container.name + R"("})";
      }
      notes.push_back(std::move(note));
      keep(wanted_list.remove(key.file, key.name));
      gone.push_back(target);
      at = targets.erase(at);
    }
    return notes;
  }

  // What comes before a target runs; the result: what the report will tell.
  Result<std::vector<std::string>> make_room(Chosen& chosen) {
    HELPER_TRY_ASSIGN(const auto of_name, local_places.keep(chosen.config, chosen.admitted.config));
    HELPER_TRY_ASSIGN(auto notes, free_ports(chosen));
    notes.insert(notes.end(), of_name.begin(), of_name.end());
    // Each of these notes may be about a config that is gone, or a name that was its own.
    if (!notes.empty()) {
      if (const auto done = writer.leave_out_gone(); !done) notes.push_back("settings: " + to_text(done.error()));
    }
    return notes;
  }

  // A port that another target holds is named with that target; who else holds one is named by the tunnel room. The
  // result: what the report will tell.
  Result<std::vector<std::string>> free_ports(const Chosen& chosen) {
    auto notes = let_go_of_gone(chosen);
    const std::scoped_lock lock(mutex);
    for (const auto& tunnel : plan::desired_state(chosen.config, plan::Power::running).tunnels) {
      for (const auto& [key, target] : targets) {
        if (target == chosen.target || !target->holds_port(tunnel.local_port)) continue;
        return fail(ErrorCode::port_busy, "local port " + std::to_string(tunnel.local_port) + " (" + tunnel.name + ")",
                    "it is held by target " + key.name + " of " + key.file,
                    tunnel::other_port(tunnel.local_port, tunnel.name));
      }
    }
    return notes;
  }

  [[nodiscard]] ide::Wanted wanted(const Chosen& chosen, ide::Access access) const {
    return wanted_of(chosen.config, chosen.config_file, std::move(access), world.paths, helper, world.clock);
  }
  // Of a target whose state does not matter: it names the entries.
  [[nodiscard]] ide::Wanted wanted(const Chosen& chosen) const {
    ide::Access access;
    access.target = chosen.config.name;
    access.ssh_name = chosen.config.ssh_name;
    return wanted(chosen, std::move(access));
  }

  // An undo goes by the ledger: it needs no config, which may be gone, be wrong, or have that target no more.
  Result<ide::Wanted> wanted_to_undo(const Request& request, const std::stop_token& stop) {
    const auto chosen = choose(request, stop);
    if (chosen) return wanted(*chosen);
    constexpr std::array k_of_config{ErrorCode::config_unreadable, ErrorCode::config_syntax, ErrorCode::config_invalid,
                                     ErrorCode::config_target};
    if (std::ranges::find(k_of_config, chosen.error().code) == k_of_config.end()) return fail(chosen.error());
    return writer.find_applied(request.config_file, request.target, chosen.error());
  }

  // What follows for settings that were applied. An error there is not the target's: it is only reported.
  void after_converge(const Chosen& chosen, plan::Power power, Report& report) {
    const auto note = [&](const Error& error) { report.notes.push_back("settings: " + to_text(error)); };
    const bool ready = power == plan::Power::running && report.settings.has_value();
    if (!ready && power != plan::Power::absent) return;
    if (!ready) {
      if (const auto done = writer.set_gone(wanted(chosen).name); !done) note(done.error());
      if (const auto left = local_places.leave(chosen.config); !left) note(left.error());
      return;
    }
    const auto stale = writer.set_ready(wanted(chosen, *report.settings));
    if (!stale) return note(stale.error());
    if (!stale->value_or("").empty()) {
      report.notes.push_back("the settings that IDEs and ssh have are out of date (" + **stale +
                             "); renew them: helper settings apply " + chosen.config.name);
    }
  }

  // Whether files of IDEs that run will be written at once: the caller is asked.
  settings::AskNow ask_now(const Request& request, const std::string& target, const EventSink& on_event,
                           const std::stop_token& stop) {
    if (!request.can_answer) return {};
    return [this, on_event, stop, target](const std::vector<settings::IdeReport>& running) -> Result<bool> {
      AskCaller person(questions, on_event, true, target);
      const Question question{Question::Kind::confirm,
                              names_of(running) + " is running. Write its files now?",
                              {"An IDE keeps its settings in memory, and may write them over ours when it closes.",
                               "With \"no\" they are prepared, and written as soon as it has closed."}};
      HELPER_TRY_ASSIGN(const std::string answer, person.ask(question, stop));
      return answer == "yes";
    };
  }

  const World world;
  const std::string helper = helper_beside_us();
  WantedList wanted_list{world.paths, world.files};
  Questions questions;
  settings::SettingsWriter writer{world.paths, world.files, world.clock, settings::ide_formats()};
  SettingsWatch watch{writer};
  Gate gate{world, questions};
  LocalPlaces local_places{world.paths, world.files};
  std::mutex mutex;
  std::map<ConfigTarget, std::shared_ptr<Target>> targets;
};

Service::Service(const World& world) : state_(std::make_unique<State>(world)) {}

Service::~Service() = default;

void Service::take_up(Milliseconds after) {
  const SteadyTime when = std::chrono::steady_clock::now() + after;
  const auto list = state_->wanted_list.read();
  if (!list) return log_warning("nothing is taken up again: {}", to_text(list.error()));
  const char* own_agent = std::getenv("SSH_AUTH_SOCK");
  for (const auto& [config_file, target, agent] : *list) {
    std::error_code unknown;
    if (!std::filesystem::exists(config_file, unknown)) {  // on a disk that comes later, perhaps
      log_info("target {} should run, but {} is not there", target, config_file);
      continue;
    }
    if (is_gone(state_->world.files, {config_file, target})) {
      log_info("target {} is no longer in {}: it is not looked after any more", target, config_file);
      State::keep(state_->wanted_list.remove(config_file, target));
      continue;
    }
    Request request;
    request.config_file = config_file;
    request.target = target;
    request.agent_socket = agent_for(own_agent == nullptr ? "" : own_agent, agent, is_socket_of_ours(agent));
    const auto chosen = state_->choose(request, {}, Gate::TakeOver::no);
    if (!chosen) {
      log_warning("target {} of {} should run, and is not looked after: {}", target, config_file,
                  to_text(chosen.error()));
      continue;
    }
    log_info("target {} of {} is looked after again", target, config_file);
    chosen->target->take_up(state_->sending(request, *chosen, [](const Event&) {}, {}), when);
  }
}

Result<Report> Service::converge(const Request& request, plan::Power power, const EventSink& on_event,
                                 const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(auto chosen, state_->choose(request, stop));
  std::vector<std::string> notes;
  if (power == plan::Power::running) {
    HELPER_TRY_ASSIGN(notes, state_->make_room(chosen));
  }
  HELPER_TRY_ASSIGN(auto report, chosen.target->converge(state_->sending(request, chosen, on_event, stop), power));
  report.notes.insert(report.notes.begin(), notes.begin(), notes.end());
  state_->after_converge(chosen, power, report);
  return report;
}

Result<Report> Service::restart(const Request& request, const EventSink& on_event, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(auto chosen, state_->choose(request, stop));
  HELPER_TRY_ASSIGN(const auto notes, state_->make_room(chosen));
  HELPER_TRY_ASSIGN(auto report, chosen.target->restart(state_->sending(request, chosen, on_event, stop)));
  report.notes.insert(report.notes.begin(), notes.begin(), notes.end());
  state_->after_converge(chosen, plan::Power::running, report);
  return report;
}

Result<PlanReport> Service::plan(const Request& request, plan::Power power, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->run(call_of(request, chosen.config, stop),
                            [power](const Work& work) { return verbs::plan(work, power); });
}

Result<std::vector<TargetStatus>> Service::status(const Request& request, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto admitted, state_->gate.admit(request, stop));
  const config::Config& config = admitted.config;
  std::vector<std::string> names;
  if (request.target.empty()) {
    for (const auto& [name, target] : config.targets) names.push_back(name);
  } else {
    names.push_back(request.target);
  }
  std::vector<std::function<Result<TargetStatus>()>> looks;
  for (const auto& name : names) {
    HELPER_TRY_ASSIGN(auto chosen, config::choose_target(config, name));
    HELPER_TRY(state_->local_places.give(chosen, config));
    const auto target = state_->find(config.file.string(), name);
    looks.emplace_back([=, call = call_of(request, chosen, stop)] { return target->status(call); });
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
  HELPER_TRY_ASSIGN(const auto config, state_->gate.read(request));
  TargetList list{config.file.string(), config.file == state_->world.paths.user_config_file, {}};
  for (auto [name, target] : config.targets) {
    HELPER_TRY(state_->local_places.give(target, config));
    list.targets.push_back({name, target.server, target.container.name});
  }
  return list;
}

Result<SnapshotReport> Service::snapshot(const Request& request, const std::string& image, const EventSink& on_event,
                                         const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->run(call_of(request, chosen.config, stop, on_event),
                            [image](const Work& work) { return verbs::snapshot(work, image); });
}

Result<std::vector<ServerList>> Service::list(const Request& request, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto admitted, state_->gate.admit(request, stop));
  const config::Config& config = admitted.config;
  std::map<std::string, std::future<Result<std::vector<ListedContainer>>>> looks;  // by server
  std::set<std::string> named;
  for (auto [name, its_config] : config.targets) {
    HELPER_TRY(state_->local_places.give(its_config, config));
    named.insert(its_config.container.name);
    if (looks.contains(its_config.server) || (!request.target.empty() && name != request.target)) continue;
    const auto target = state_->find(config.file.string(), name);
    looks.emplace(its_config.server, std::async(std::launch::async, [=, call = call_of(request, its_config, stop)] {
                    return target->run(call, verbs::list);
                  }));
  }
  if (looks.empty()) HELPER_TRY(config::choose_target(config, request.target));
  HELPER_TRY_ASSIGN(const auto me, this_person(state_->world.files, state_->world.paths));
  HELPER_TRY_ASSIGN(const auto places, read_places(state_->world.files, state_->world.paths));
  for (const auto& [target, place] : places) {
    const bool is_known = target.file == config.file.string() || is_gone(state_->world.files, target);
    if (!is_known) named.insert(place.container);
  }
  std::vector<ServerList> lists;
  for (auto& [server, look] : looks) {
    auto list = look.get();
    if (!list && list.error().code == ErrorCode::cancelled) return fail(list.error());
    std::vector<ListedContainer> containers = list.value_or(std::vector<ListedContainer>{});
    for (auto& each : containers) {
      std::string name = each.container;
      if (name.ends_with(plan::k_aside_suffix))
        name.resize(name.size() - std::string_view(plan::k_aside_suffix).size());
      if (named.contains(name) || !each.owner.starts_with(me.name + " on ")) each.advice.clear();
    }
    lists.push_back({server, std::move(containers), list ? std::nullopt : std::optional(list.error())});
  }
  return lists;
}

Result<LogText> Service::logs(const Request& request, int lines, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->run(call_of(request, chosen.config, stop),
                            [lines](const Work& work) { return verbs::logs(work, lines); });
}

Result<LogText> Service::follow_logs(const Request& request, int lines, const EventSink& on_event,
                                     const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->follow_logs(call_of(request, chosen.config, stop, on_event), lines);
}

Result<ide::Access> Service::settings(const Request& request, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->settings(call_of(request, chosen.config, stop));
}

Result<ide::Access> Service::known(const Request& request) {
  Request at_once = request;
  at_once.can_answer = false;
  HELPER_TRY_ASSIGN(
      const auto chosen,
      state_->choose(at_once, {}, Gate::TakeOver::no));  // what is adopted is reported by a call that waits
  return chosen.target->known(chosen.config);
}

Result<settings::Report> Service::apply_settings(const Request& request, const SettingsOptions& options,
                                                 const EventSink& on_event, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(auto chosen, state_->choose(request, stop));
  auto access = chosen.target->known(chosen.config);
  if (!access) access = chosen.target->settings(call_of(request, chosen.config, stop));
  HELPER_TRY(access);
  HELPER_TRY(state_->local_places.keep(chosen.config, chosen.admitted.config));
  const auto order = order_of(state_->wanted(chosen, *access), chosen.config, chosen.servers, options);
  auto report = state_->writer.apply(order, state_->ask_now(request, chosen.config.name, on_event, stop));
  state_->watch.wake();
  return report;
}

Result<settings::Report> Service::undo_settings(const Request& request, const SettingsOptions& options,
                                                const EventSink& on_event, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(auto wanted, state_->wanted_to_undo(request, stop));
  const std::string target = wanted.access.target;
  const auto order = undo_order_of(std::move(wanted), options);
  auto report = state_->writer.undo(order, state_->ask_now(request, target, on_event, stop));
  state_->watch.wake();
  return report;
}

Result<PythonList> Service::pythons(const Request& request, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  return chosen.target->run(call_of(request, chosen.config, stop), verbs::pythons);
}

Result<GpuReport> Service::gpu(const Request& request, bool check, const EventSink& on_event,
                               const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto chosen, state_->choose(request, stop));
  Call call = call_of(request, chosen.config, stop, on_event);
  if (check) call.what = "gpu";
  return chosen.target->run(call, [check](const Work& work) { return verbs::gpu(work, check); });
}

Result<TrustReport> Service::trusted(const Request& request) { return state_->gate.trusted(request); }

Result<TrustReport> Service::trust(const Request& request, const std::string& digest) {
  return state_->gate.trust(request, digest);
}

Result<bool> Service::untrust(const Request& request) { return state_->gate.untrust(request); }

Result<TrustList> Service::trust_list() { return state_->gate.trust_list(); }

std::vector<Carried> Service::carried() {
  std::vector<Carried> all;
  const std::scoped_lock lock(state_->mutex);
  for (const auto& [key, target] : state_->targets) {
    for (const auto& tunnel : target->tunnels()) {
      if (tunnel.connections > 0) all.push_back({key.name, tunnel.local_port, tunnel.connections});
    }
  }
  return all;
}

bool Service::answer(const std::string& question_id, const std::string& value) {
  return state_->questions.answer(question_id, value);
}

}  // namespace helper::ensure
