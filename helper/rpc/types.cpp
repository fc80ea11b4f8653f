#include "rpc/types.hpp"

#include "ide/links.hpp"

#include <array>
#include <concepts>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

namespace helper::rpc {
namespace {

// Each describe() below names the fields of one struct once. A Writer walks it to make JSON, a Reader to fill the
// struct.
template <class V, class T>
concept Is = std::same_as<std::remove_const_t<V>, T>;

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, const char*>, N>;

constexpr Names<ensure::Event::Kind, 9> k_event_kinds{{{ensure::Event::Kind::connecting, "connecting"},
                                                       {ensure::Event::Kind::started, "started"},
                                                       {ensure::Event::Kind::progress, "progress"},
                                                       {ensure::Event::Kind::done, "done"},
                                                       {ensure::Event::Kind::failed, "failed"},
                                                       {ensure::Event::Kind::note, "note"},
                                                       {ensure::Event::Kind::question, "question"},
                                                       {ensure::Event::Kind::command, "command"},
                                                       {ensure::Event::Kind::answered, "answered"}}};
constexpr Names<Question::Kind, 3> k_question_kinds{
    {{Question::Kind::secret, "secret"}, {Question::Kind::text, "text"}, {Question::Kind::confirm, "confirm"}}};
constexpr Names<plan::Power, 4> k_powers{{{plan::Power::running, "running"},
                                          {plan::Power::stopped, "stopped"},
                                          {plan::Power::absent, "absent"},
                                          {plan::Power::ejected, "ejected"}}};

constexpr const auto& names_of(ensure::Event::Kind) { return k_event_kinds; }
constexpr const auto& names_of(Question::Kind) { return k_question_kinds; }
constexpr const auto& names_of(plan::Power) { return k_powers; }

template <class A, Is<Question> V>
void describe(A& a, V& v) {
  a.required("kind", v.kind);
  a.required("prompt", v.prompt);
  a.optional("details", v.details);
  a.optional("choices", v.choices);
  a.optional("limit_ms", v.limit);
}

template <class A, Is<ide::Access> V>
void describe(A& a, V& v) {
  a.required("target", v.target);
  a.required("host", v.host);
  a.required("port", v.port);
  a.required("user", v.user);
  a.required("key_file", v.key_file);
  a.required("known_hosts", v.known_hosts);
  a.required("host_key_alias", v.host_key_alias);
  a.optional("ssh_name", v.ssh_name);
  a.required("python", v.python);
  a.required("python_version", v.python_version);
  a.optional("python_prefix", v.python_prefix);
  a.optional("python_cause", v.python_cause);
  a.optional("project_local", v.project_local);
  a.optional("project_remote", v.project_remote);
  a.optional("jupyter_port", v.jupyter_port);
  a.optional("jupyter_url", v.jupyter_url);
}

template <class A, Is<ensure::Event> V>
void describe(A& a, V& v) {
  a.required("kind", v.kind);
  a.optional("target", v.target);
  a.optional("text", v.text);
  a.optional("cause", v.cause);
  a.optional("elapsed_ms", v.elapsed);
  a.optional("done", v.done);
  if (v.kind == ensure::Event::Kind::question) {
    a.required("question_id", v.question_id);
    a.required("question", v.question);
  }
  if (v.kind == ensure::Event::Kind::answered) a.required("question_id", v.question_id);
}

template <class A, Is<ensure::StepReport> V>
void describe(A& a, V& v) {
  a.required("text", v.text);
  a.optional("cause", v.cause);
  a.optional("elapsed_ms", v.elapsed);
  a.optional("done", v.done);
}

template <class A, Is<ensure::Report> V>
void describe(A& a, V& v) {
  a.required("target", v.target);
  a.required("state", v.state);
  a.required("changed", v.changed);
  a.required("steps", v.steps);
  a.optional("problems", v.problems);
  a.optional("notes", v.notes);
  a.optional("rounds", v.rounds);
  a.optional("round_trips", v.round_trips);
  a.optional("elapsed_ms", v.elapsed);
  a.optional("settings", v.settings);
}

template <class A, Is<ensure::DriftReport> V>
void describe(A& a, V& v) {
  a.required("field", v.field);
  a.required("need", v.need);
  a.optional("wanted", v.wanted);
  a.optional("applied", v.applied);
  a.optional("actual", v.actual);
  a.required("cause", v.cause);
}

template <class A, Is<ensure::SnapshotReport> V>
void describe(A& a, V& v) {
  a.required("target", v.target);
  a.required("image", v.image);
  a.optional("size", v.size);
  a.optional("notes", v.notes);
}

template <class A, Is<ensure::ListedContainer> V>
void describe(A& a, V& v) {
  a.required("target", v.target);
  a.required("container", v.container);
  a.required("state", v.state);
  a.optional("status", v.status);
  a.optional("image", v.image);
  a.optional("size", v.size);
  a.optional("owner", v.owner);
  a.optional("advice", v.advice);
}

template <class A, Is<ensure::ServerList> V>
void describe(A& a, V& v) {
  a.required("server", v.server);
  a.required("containers", v.containers);
  a.optional("error", v.error);
}

template <class A, Is<ensure::PlanReport> V>
void describe(A& a, V& v) {
  a.required("target", v.target);
  a.required("steps", v.steps);
  a.optional("problems", v.problems);
  a.optional("notes", v.notes);
  a.optional("drifts", v.drifts);
  a.optional("losses", v.losses);
}

template <class A, Is<plan::JupyterKernel> V>
void describe(A& a, V& v) {
  a.required("id", v.id);
  a.required("name", v.name);
  a.optional("state", v.state);
  a.optional("last_activity", v.last_activity);
  a.optional("notebook", v.notebook);
  a.optional("connections", v.connections);
}

template <class A, Is<plan::JupyterWork> V>
void describe(A& a, V& v) {
  a.required("kernels", v.kernels);
  a.optional("unknown", v.unknown);
}

template <class A, Is<ensure::TunnelReport> V>
void describe(A& a, V& v) {
  a.required("name", v.name);
  a.required("local_port", v.local_port);
  a.optional("leads_to", v.leads_to);
  a.required("up", v.up);
  a.optional("trouble", v.trouble);
  a.optional("connections", v.connections);
}

template <class A, Is<ensure::TargetStatus> V>
void describe(A& a, V& v) {
  a.required("target", v.target);
  a.optional("config_file", v.config_file);
  a.optional("server", v.server);
  a.required("state", v.state);
  a.optional("container", v.container);
  a.optional("container_state", v.container_state);
  a.optional("image", v.image);
  a.optional("gpus", v.gpus);
  a.optional("python", v.python);
  a.optional("python_version", v.python_version);
  a.optional("tunnels", v.tunnels);
  a.optional("would_do", v.would_do);
  a.optional("problems", v.problems);
  a.optional("notes", v.notes);
  a.optional("jupyter_url", v.jupyter_url);
  a.optional("drifts", v.drifts);
  a.optional("jupyter_work", v.jupyter_work);
}

template <class A, Is<ensure::WatchReport> V>
void describe(A& a, V& v) {
  a.required("revision", v.revision);
  a.required("status", v.status);
}

template <class A, Is<ensure::TargetName> V>
void describe(A& a, V& v) {
  a.required("name", v.name);
  a.required("server", v.server);
  a.required("container", v.container);
}

template <class A, Is<ensure::TargetList> V>
void describe(A& a, V& v) {
  a.required("config_file", v.config_file);
  a.required("own", v.own);
  a.required("targets", v.targets);
}

template <class A, Is<ensure::LogText> V>
void describe(A& a, V& v) {
  a.required("target", v.target);
  a.required("text", v.text);
}

template <class A, Is<ensure::PythonEntry> V>
void describe(A& a, V& v) {
  a.required("path", v.path);
  a.required("version", v.version);
  a.optional("prefix", v.prefix);
  a.optional("base_prefix", v.base_prefix);
  a.optional("sources", v.sources);
  a.optional("frameworks", v.frameworks);
  a.optional("missing_imports", v.missing);
  a.optional("chosen", v.chosen);
  a.optional("login", v.login);
}

template <class A, Is<ensure::PythonList> V>
void describe(A& a, V& v) {
  a.required("target", v.target);
  a.optional("wanted", v.wanted);
  a.optional("cause", v.cause);
  a.required("pythons", v.pythons);
  a.optional("notes", v.notes);
  a.optional("unasked", v.unasked);
}

template <class A, Is<ensure::GpuProcessReport> V>
void describe(A& a, V& v) {
  a.required("pid", v.pid);
  a.required("name", v.name);
  a.optional("memory_mib", v.memory_mib);
  a.optional("user", v.user);
  a.optional("container", v.container);
}

template <class A, Is<ensure::GpuDeviceReport> V>
void describe(A& a, V& v) {
  a.required("index", v.index);
  a.required("name", v.name);
  a.required("uuid", v.uuid);
  a.optional("memory_total_mib", v.memory_total_mib);
  a.optional("memory_used_mib", v.memory_used_mib);
  a.optional("utilisation_percent", v.utilisation);
  a.optional("in_container", v.in_container);
  a.optional("processes", v.processes);
}

template <class A, Is<ensure::GpuRungReport> V>
void describe(A& a, V& v) {
  a.required("name", v.name);
  a.required("state", v.state);
  a.optional("detail", v.detail);
}

template <class A, Is<ensure::FrameworkReport> V>
void describe(A& a, V& v) {
  a.required("name", v.name);
  a.optional("version", v.version);
  a.required("sees_gpus", v.sees_gpus);
  a.optional("gpus", v.gpus);
  a.optional("detail", v.detail);
  a.optional("elapsed_ms", v.elapsed);
}

template <class A, Is<ensure::GpuReport> V>
void describe(A& a, V& v) {
  a.required("target", v.target);
  a.optional("server", v.server);
  a.optional("python", v.python);
  a.required("gpus", v.gpus);
  a.required("ladder", v.ladder);
  a.optional("frameworks", v.frameworks);
  a.optional("problems", v.problems);
}

template <class A, Is<settings::IdeReport> V>
void describe(A& a, V& v) {
  a.required("name", v.name);
  a.required("folder", v.folder);
  a.optional("supported", v.supported);
  a.optional("running", v.running);
  a.optional("pid", v.pid);
}

template <class A, Is<settings::FileReport> V>
void describe(A& a, V& v) {
  a.required("owner", v.owner);
  a.required("file", v.file);
  a.required("outcome", v.outcome);
  a.optional("diff", v.diff);
  a.optional("error", v.error);
}

template <class A, Is<settings::Report> V>
void describe(A& a, V& v) {
  a.required("target", v.target);
  a.optional("dry_run", v.dry_run);
  a.required("ides", v.ides);
  a.required("files", v.files);
  a.optional("notes", v.notes);
}

template <class A, Is<ensure::SettingsOptions> V>
void describe(A& a, V& v) {
  a.optional("ides", v.ides);
  a.optional("project", v.project);
  a.optional("run_configuration", v.run_configuration);
  a.optional("ssh_config", v.ssh_config);
  a.optional("now", v.now);
  a.optional("follow_links", v.follow_links);
  a.optional("dry_run", v.dry_run);
}

template <class A, Is<ensure::TrustReport> V>
void describe(A& a, V& v) {
  a.required("config_file", v.config_file);
  a.required("state", v.state);
  a.optional("cause", v.cause);
  a.required("digest", v.digest);
  a.required("powers", v.powers);
  a.optional("changes", v.changes);
}

template <class A, Is<ensure::TrustEntry> V>
void describe(A& a, V& v) {
  a.required("config_file", v.config_file);
  a.required("how", v.how);
  a.required("when", v.when);
  a.optional("powers", v.powers);
}

template <class A, Is<ensure::TrustList> V>
void describe(A& a, V& v) {
  a.required("approved", v.entries);
}

template <class A, Is<ensure::Request> V>
void describe(A& a, V& v) {
  a.optional("config", v.config_file);
  a.optional("target", v.target);
  a.optional("agent_socket", v.agent_socket);
  a.optional("can_answer", v.can_answer);
  a.optional("environment", v.environment);
  a.optional("recreate", v.recreate);
  a.optional("yes", v.yes);
  a.optional("by_itself", v.by_itself);
  a.optional("verbose", v.verbose);
  a.optional("offers", v.offers);
  a.optional("folder", v.folder);
  a.optional("owner", v.owner);
}

class Writer {
 public:
  template <class T>
  static Json write(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      for (const auto& [item, name] : names_of(value)) {
        if (item == value) return name;
      }
      return nullptr;
    } else if constexpr (std::same_as<T, Milliseconds>) {
      return value.count();
    } else if constexpr (std::same_as<T, Error>) {
      return to_json(value);
    } else if constexpr (std::same_as<T, std::string> || std::is_arithmetic_v<T>) {
      return value;
    } else {
      Writer writer;
      describe(writer, value);
      return std::move(writer.json_);
    }
  }
  template <class T>
  static Json write(const std::vector<T>& values) {
    Json array = Json::array();
    for (const T& value : values) array.push_back(write(value));
    return array;
  }
  template <class T>
  static Json write(const std::optional<T>& value) {
    return value ? write(*value) : Json();
  }

  template <class T>
  void required(const char* name, const T& value) {
    json_[name] = write(value);
  }
  template <class T>
  void optional(const char* name, const T& value) {
    json_[name] = write(value);
  }

 private:
  Json json_ = Json::object();
};

class Reader {
 public:
  template <class T>
  static Result<T> read(const Json& json, const std::string& path) {
    T value{};
    if (auto wrong = fill(json, path, value)) return fail(std::move(*wrong));
    return value;
  }

  template <class T>
  void required(const char* name, T& value) {
    field(name, value, true);
  }
  template <class T>
  void optional(const char* name, T& value) {
    field(name, value, false);
  }

 private:
  using Wrong = std::optional<Error>;

  Reader(const Json& json, const std::string& path) : json_(json), path_(path) {}

  static Error wrong(const std::string& path, const std::string& cause) {
    return {ErrorCode::rpc_params, path, cause, ""};
  }

  template <class T>
  void field(const char* name, T& value, bool required) {
    if (error_) return;
    const auto it = json_.find(name);
    if (it == json_.end() || (it->is_null() && !required)) {
      if (required) error_ = wrong(path_ + "." + name, "it is missing");
      return;
    }
    error_ = fill(*it, path_ + "." + name, value);
  }

  template <class T>
  static Wrong fill(const Json& json, const std::string& path, T& value) {
    if constexpr (std::is_enum_v<T>) {
      for (const auto& [item, name] : names_of(T{})) {
        if (json == name) {
          value = item;
          return {};
        }
      }
      return wrong(path, "it is not one of the values known here");
    } else if constexpr (std::same_as<T, bool>) {
      if (!json.is_boolean()) return wrong(path, "it is not true or false");
      value = json.get<bool>();
    } else if constexpr (std::same_as<T, std::string>) {
      if (!json.is_string()) return wrong(path, "it is not a string");
      value = json.get<std::string>();
    } else if constexpr (std::same_as<T, Milliseconds>) {
      Milliseconds::rep count = 0;
      if (auto error = fill(json, path, count)) return error;
      value = Milliseconds(count);
    } else if constexpr (std::integral<T>) {
      return fill_integer(json, path, value);
    } else if constexpr (std::same_as<T, Error>) {
      auto read = error_from_json(json, path);
      if (!read) return read.error();
      value = std::move(*read);
    } else {
      if (!json.is_object()) return wrong(path, "it is not an object");
      Reader reader(json, path);
      describe(reader, value);
      return reader.error_;
    }
    return {};
  }

  template <class T>
  static Wrong fill_integer(const Json& json, const std::string& path, T& value) {
    const bool fits = json.is_number_unsigned()
                          ? std::in_range<T>(json.get<std::uint64_t>())
                          : json.is_number_integer() && std::in_range<T>(json.get<std::int64_t>());
    if (!fits)
      return wrong(path, "it is not a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                             std::to_string(std::numeric_limits<T>::max()));
    value = json.get<T>();
    return {};
  }

  template <class T>
  static Wrong fill(const Json& json, const std::string& path, std::vector<T>& values) {
    if (!json.is_array()) return wrong(path, "it is not an array");
    values.resize(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
      if (auto error = fill(json[i], path + "[" + std::to_string(i) + "]", values[i])) return error;
    }
    return {};
  }

  template <class T>
  static Wrong fill(const Json& json, const std::string& path, std::optional<T>& value) {
    if (json.is_null()) return {};
    return fill(json, path, value.emplace());
  }

  const Json& json_;
  const std::string& path_;
  Wrong error_;
};

// The catalogue's name is used for the code.
struct WireError {
  std::string name;
  std::string thing;
  std::string cause;
  std::string fix;
};

template <class A, Is<WireError> V>
void describe(A& a, V& v) {
  a.required("name", v.name);
  a.required("thing", v.thing);
  a.required("cause", v.cause);
  a.optional("fix", v.fix);
}

}  // namespace

Json to_json(const Error& error) {
  return Writer::write(WireError{std::string(error_kind(error.code).name), error.thing, error.cause, error.fix});
}
// With the links that open it, so that no other program has to know how they are made.
Json to_json(const ide::Access& access) {
  Json json = Writer::write(access);
  json["gateway_link"] = ide::gateway_link(access);
  json["toolbox_link"] = ide::toolbox_link(access);
  return json;
}
Json to_json(const ensure::Event& event) { return Writer::write(event); }
Json to_json(const ensure::Report& report) {
  Json json = Writer::write(report);
  if (report.settings) json["settings"] = to_json(*report.settings);
  return json;
}
Json to_json(const ensure::PlanReport& report) { return Writer::write(report); }
Json to_json(const ensure::TargetStatus& status) { return Writer::write(status); }
Json to_json(const ensure::WatchReport& report) { return Writer::write(report); }
Json to_json(const ensure::TargetList& list) { return Writer::write(list); }
Json to_json(const ensure::SnapshotReport& report) { return Writer::write(report); }
Json to_json(const std::vector<ensure::ServerList>& lists) { return Writer::write(lists); }
Json to_json(const ensure::LogText& text) { return Writer::write(text); }
Json to_json(const ensure::PythonList& list) { return Writer::write(list); }
Json to_json(const ensure::GpuReport& report) { return Writer::write(report); }
Json to_json(const settings::Report& report) { return Writer::write(report); }
Json to_json(const ensure::TrustReport& report) { return Writer::write(report); }
Json to_json(const ensure::TrustList& list) { return Writer::write(list); }
Json to_json(const ensure::SettingsOptions& options) { return Writer::write(options); }
Json to_json(const ensure::Request& request) { return Writer::write(request); }
Json to_json(const std::vector<ensure::TargetStatus>& statuses) { return Writer::write(statuses); }

Result<Error> error_from_json(const Json& json, const std::string& path) {
  HELPER_TRY_ASSIGN(const WireError wire, Reader::read<WireError>(json, path));
  return Error{error_code_from_name(wire.name), wire.thing, wire.cause, wire.fix};
}
Result<ide::Access> interpreter_from_json(const Json& json, const std::string& path) {
  return Reader::read<ide::Access>(json, path);
}
Result<ensure::Event> event_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::Event>(json, path);
}
Result<ensure::Report> report_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::Report>(json, path);
}
Result<ensure::PlanReport> plan_report_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::PlanReport>(json, path);
}
Result<ensure::TargetStatus> target_status_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::TargetStatus>(json, path);
}
Result<std::vector<ensure::TargetStatus>> statuses_from_json(const Json& json, const std::string& path) {
  return Reader::read<std::vector<ensure::TargetStatus>>(json, path);
}
Result<ensure::SnapshotReport> snapshot_report_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::SnapshotReport>(json, path);
}
Result<std::vector<ensure::ServerList>> lists_from_json(const Json& json, const std::string& path) {
  return Reader::read<std::vector<ensure::ServerList>>(json, path);
}
Result<ensure::LogText> log_text_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::LogText>(json, path);
}
Result<ensure::PythonList> python_list_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::PythonList>(json, path);
}
Result<ensure::GpuReport> gpu_report_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::GpuReport>(json, path);
}
Result<settings::Report> settings_report_from_json(const Json& json, const std::string& path) {
  return Reader::read<settings::Report>(json, path);
}
Result<ensure::TrustReport> trust_report_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::TrustReport>(json, path);
}
Result<ensure::TargetList> target_list_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::TargetList>(json, path);
}
Result<ensure::TrustList> trust_list_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::TrustList>(json, path);
}
Result<ensure::SettingsOptions> settings_options_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::SettingsOptions>(json, path);
}
Result<ensure::Request> request_from_json(const Json& json, const std::string& path) {
  return Reader::read<ensure::Request>(json, path);
}

Result<plan::Power> power_from_text(const std::string& text) { return Reader::read<plan::Power>(text, "params.power"); }

}  // namespace helper::rpc
