#include "rpc/methods.hpp"

#include <algorithm>

namespace helper::rpc {
namespace {

// What every method about a target takes, and then its own.
std::vector<Param> target_params(std::vector<Param> own = {}) {
  std::vector<Param> params{
      {"config", ParamType::string, false, "absolute path of the config file; absent: the one found from folder"},
      {"folder", ParamType::string, false,
       "absolute path; helper.json is looked for there and above; absent: the person's own config"},
      {"target", ParamType::string, false, "a target of that config; absent: its only one"},
      {"agent_socket", ParamType::string, false, "SSH_AUTH_SOCK of the caller; absent: the one known from before"},
      {"environment", ParamType::texts, false,
       "\"NAME=value\" of the caller, for ${localEnv:NAME} of the config and of a devcontainer.json; absent: that "
       "of the last request about this config, else the daemon's own environment"},
      {"can_answer", ParamType::boolean, false,
       "the caller answers questions (needs an event stream); absent: they are refused"},
      {"verbose", ParamType::boolean, false,
       "each command that is sent to the server comes as an event of kind \"command\" (needs an event stream), without "
       "its script, input and output; absent: none does"},
  };
  params.insert(params.end(), own.begin(), own.end());
  return params;
}

// What settings.apply and settings.undo take beside.
std::vector<Param> settings_params(std::vector<Param> own = {}) {
  std::vector<Param> params = target_params({
      {"ides", ParamType::string, false,
       "names of IDEs, joined by commas: \"PyCharm\" or \"PyCharm2026.1\"; absent: all"},
      {"now", ParamType::boolean, false,
       "also the files of a running IDE; absent: helper asks, or they wait until it closes"},
      {"follow_links", ParamType::boolean, false,
       "files are written through links to places outside the project or the IDE's folder; absent: they are left"},
  });
  params.insert(params.end(), own.begin(), own.end());
  return params;
}

std::vector<Param> apply_params(std::vector<Param> own = {}) {
  std::vector<Param> params = settings_params({
      {"project", ParamType::string, false,
       "absolute path of the folder that the IDE opens; absent: project.local of the config"},
      {"run_configuration", ParamType::string, false,
       "below the project, a script to make one for, or a .xml of one that is there; absent: none"},
      {"ssh_config", ParamType::boolean, false, "~/.ssh/config too; absent: yes"},
  });
  params.insert(params.end(), own.begin(), own.end());
  return params;
}

// For methods that change a container.
std::vector<Param> changing_params(std::vector<Param> own) {
  std::vector<Param> params = target_params(std::move(own));
  params.push_back({"owner", ParamType::string, false,
                    "with \"yes\": the name of another owner, whose container may be used; absent: helper asks, or "
                    "the request is refused"});
  return params;
}

// For methods that end a container, or what runs in it.
std::vector<Param> ending_params() {
  return changing_params({{"yes", ParamType::boolean, false,
                           "busy kernels of Jupyter may end; absent: helper asks, or the request is refused"}});
}

constexpr const char* k_yes_to_owner = "\"owner\" is agreed; absent: it is not";

constexpr const char* k_settings_result =
    "{target, dry_run, ides: [{name, folder, supported, running, pid}], files: [{owner, file, outcome, diff, error}], "
    "notes}";

// clang-format off
std::vector<Method> make_table() {
  return {
      {"version", "The daemon's version and process id, and the number of the interface that this table is.", {}, "{version, pid, api, counts: {connections, strangers, requests, refused}}", "{}", Pace::instant},
      {"ensure", "Makes the target ready: container, sshd, tunnels, Python.",
       changing_params({{"recreate", ParamType::boolean, false, "a container that is not as the config says may be recreated without asking; absent: helper asks, or leaves it as it is"},
                        {"by_itself", ParamType::boolean, false, "no person has asked now: a container that is stopped, paused or was removed stays so; absent: false"},
                        {"offers", ParamType::boolean, false, "with can_answer: helper also asks whether to install what the container lacks, such as JupyterLab; absent: false"},
                        {"yes", ParamType::boolean, false, k_yes_to_owner}}),
       "{target, state, changed, steps, notes, rounds, round_trips, elapsed_ms, settings}", R"({"target": "centernet"})", Pace::work, true},
      {"plan", "What would be done, and why, without doing it.",
       target_params({{"power", ParamType::string, false, R"("running", "stopped", "absent" or "ejected"; absent: "running")"}}),
       "{target, steps, problems, notes, losses: what runs and would end}", R"({"target": "centernet", "power": "running"})", Pace::work},
      {"status", "The state of one target, or of every target of the config.", target_params(),
       "an array of {target, state, container, tunnels, would_do, problems, ...}", "{}", Pace::work},
      {"watch", "The known state of one target, as soon as it differs from the one that the caller knows; else after 25 seconds.",
       target_params({{"revision", ParamType::integer, false, "the revision that the caller knows; absent: none, and the answer comes at once"}}),
       "{revision, status: as an element of status, its state also \"unknown\"}", R"({"target": "centernet", "revision": 7})", Pace::watch},
      {"targets", "The targets that the config names; no server is asked.", target_params(),
       "{config_file, own: whether it is the person's own and not the folder's, targets: [{name, server, container}]}", R"({"folder": "/home/me/my_project"})", Pace::work},
      {"stop", "Stops the target's container and closes its tunnels.", ending_params(), "as ensure, without settings", R"({"target": "centernet"})", Pace::work, true},
      {"restart", "Stops the target's container and makes it ready again.", ending_params(), "as ensure", R"({"target": "centernet"})", Pace::work, true},
      {"remove", "Removes the target's container, if helper made it.", ending_params(), "as ensure, without settings", R"({"target": "centernet"})", Pace::work, true},
      {"eject", "Removes everything of helper's from the target's container, which keeps running.", ending_params(), "as ensure, without settings", R"({"target": "centernet"})", Pace::work, true},
      {"snapshot", "Keeps a copy of the target's container as an image on its server.",
       changing_params({{"image", ParamType::string, false, "what to call it; absent: a name made of the target's and the time"},
                        {"yes", ParamType::boolean, false, k_yes_to_owner}}),
       "{target, image, size, notes}", R"({"target": "centernet", "image": "centernet:tuned"})", Pace::work, true},
      {"list", "The containers that helper made, on each server of the config.", target_params(),
       "an array of {server, containers: [{target, container, state, status, image, size, owner}], error}", "{}", Pace::work},
      {"logs", "The last lines that the container printed.",
       changing_params({{"lines", ParamType::integer, false, "how many, from 1 to 100000; absent: 100"},
                        {"yes", ParamType::boolean, false, k_yes_to_owner},
                        {"follow", ParamType::boolean, false, "go on with what comes, as progress events, until it ends or is cancelled (needs an event stream)"}}),
       "{target, text}; with follow text is empty", R"({"target": "centernet", "lines": 20})", Pace::work},
      {"settings", "What PyCharm, Gateway and ssh must know to use a ready target.", target_params(),
       "{target, host, port, user, key_file, known_hosts, host_key_alias, python, python_version, gateway_link, toolbox_link, ...}", R"({"target": "centernet"})", Pace::work},
      {"known", "The settings that the last look found, at once and without asking the server; the error not_ready where they may be out of date.", target_params(),
       "as settings", R"({"target": "centernet"})", Pace::quick},
      {"settings.apply", "Writes the settings of a ready target into the files of IDEs and of ssh.",
       apply_params({{"dry_run", ParamType::boolean, false, "only show what would be written; absent: no"}}),
       k_settings_result, R"({"target": "centernet", "ides": "PyCharm2026.1"})", Pace::work, true},
      {"settings.diff", "What settings.apply would change in which file.", apply_params(), k_settings_result, R"({"target": "centernet"})", Pace::work},
      {"settings.undo", "Removes from these files what settings.apply wrote.",
       settings_params({{"dry_run", ParamType::boolean, false, "only show what would be removed; absent: no"}}),
       k_settings_result, R"({"target": "centernet"})", Pace::work, true},
      {"pythons", "Every interpreter of the container, which one is chosen, and why.", target_params(),
       "{target, wanted, cause, pythons, notes}", R"({"target": "centernet"})", Pace::work},
      {"gpu", "The server's GPUs, who uses them, and whether they reach the container.",
       target_params({{"check", ParamType::boolean, false, "each framework is asked too, which can take minutes; absent: no"}}),
       "{target, server, gpus, ladder, frameworks, problems}", R"({"target": "centernet", "check": true})", Pace::work},
      {"trusted", "Whether the person has approved the config, and what it can do; no server is asked.", target_params(),
       "{config_file, state: \"trusted\", \"new\", \"changed\" or \"refused\", cause, digest, powers, changes}", R"({"folder": "/home/me/my_project"})", Pace::work},
      {"trust", "Approves the config as trusted showed it.",
       target_params({{"digest", ParamType::string, true, "of what was shown to the person; another one is refused"}}),
       "as trusted", R"({"config": "/home/me/my_project/helper.json", "digest": "..."})", Pace::work},
      {"untrust", "Removes the approval of the config.", target_params(), "{withdrawn}: false when it was not approved", R"({"folder": "/home/me/my_project"})", Pace::work},
      {"trust.list", "The configs that the person has approved.", {}, "{approved: [{config_file, how, when, powers}]}", "{}", Pace::work},
      {"answer", "Answers a question that came as an event.",
       {{"question", ParamType::string, true, "its question_id"},
        {"value", ParamType::string, true, R"(the answer; "yes" or "no" to a question of kind "confirm")"}},
       "{accepted}: false when the question is no longer open", R"({"question": "q-1", "value": "yes"})", Pace::quick},
      {"cancel", "Stops every request in flight that has this id.", {{"request", ParamType::id, true, "the id of the request"}},
       "{cancelled}: how many were told to stop", R"({"request": "ensure-1"})", Pace::quick},
      {"methods", "This table.", {}, "an array of {name, doc, params, result, example}", "{}", Pace::instant},
      {"shutdown", "Ends the daemon: its tunnels close, containers stay as they are.",
       {{"unless_used", ParamType::boolean, false, "it goes on while its tunnels carry connections or a request changes something; absent: it ends"}},
       "{stopping, carries: [{target, local_port, connections}], requests: under way, of those that change something}", "{}", Pace::quick},
  };
}
// clang-format on

bool fits(ParamType type, const Json& value) {
  switch (type) {
    case ParamType::string:
      return value.is_string();
    case ParamType::boolean:
      return value.is_boolean();
    case ParamType::integer:
      return value.is_number_integer();
    case ParamType::texts:
      return value.is_array() && std::ranges::all_of(value, [](const Json& item) { return item.is_string(); });
    case ParamType::id:
      break;
  }
  return value.is_string() || value.is_number();
}

}  // namespace

std::span<const Method> methods() {
  static const std::vector<Method> table = make_table();
  return table;
}

const Method* find_method(std::string_view name) {
  const auto table = methods();
  const auto it = std::ranges::find(table, name, &Method::name);
  return it == table.end() ? nullptr : &*it;
}

Result<void> check_params(const Method& method, const Json& params) {
  if (params.is_array() && !params.empty()) {
    return fail(ErrorCode::rpc_params, "params", "they are a list, and methods here take them by name",
                "send params " + std::string(method.example));
  }
  for (const Param& param : method.params) {
    const auto it = params.find(param.name);
    const bool absent = it == params.end() || it->is_null();
    const std::string path = "params." + std::string(param.name);
    if (absent && param.required)
      return fail(ErrorCode::rpc_params, path, "it is missing", "send params " + std::string(method.example));
    if (!absent && !fits(param.type, *it))
      return fail(ErrorCode::rpc_params, path, "it is not of type " + to_text(param.type));
  }
  return {};
}

std::string to_text(ParamType type) {
  switch (type) {
    case ParamType::string:
      return "string";
    case ParamType::boolean:
      return "boolean";
    case ParamType::integer:
      return "integer";
    case ParamType::texts:
      return "array of strings";
    case ParamType::id:
      break;
  }
  return "string or number";
}

std::string to_text(const Method& method) {
  std::string text = std::string(method.name) + ": " + std::string(method.doc) + "\n";
  for (const Param& param : method.params) {
    text += "  " + std::string(param.name) + " (" + to_text(param.type) + (param.required ? ", required" : "") +
            "): " + std::string(param.doc) + "\n";
  }
  text += "  result: " + std::string(method.result) + "\n  example: helper rpc " + std::string(method.name);
  if (method.example != "{}") text += " '" + std::string(method.example) + "'";
  return text + "\n";
}

Json methods_json() {
  Json table = Json::array();
  for (const Method& method : methods()) {
    Json params = Json::array();
    for (const Param& param : method.params) {
      params.push_back(
          {{"name", param.name}, {"type", to_text(param.type)}, {"required", param.required}, {"doc", param.doc}});
    }
    table.push_back({{"name", method.name},
                     {"doc", method.doc},
                     {"params", params},
                     {"result", method.result},
                     {"example", Json::parse(method.example)}});
  }
  return table;
}

}  // namespace helper::rpc
