// What the service reports: events while it works, reports when it is done. Plain values; rpc turns them into JSON and
// back.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/prompt.hpp"
#include "ide/access.hpp"
#include "plan/jupyter.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace helper::ensure {

// One thing that happened during a request.
struct Event {
  enum class Kind {
    connecting,  // text: the server's name
    started,     // a step begins: text, cause
    progress,    // text: a line of what the step does
    done,        // the step is done: text, cause, elapsed
    failed,      // the step failed: text, error in cause, elapsed
    note,        // text
    question,    // question_id, question: answer it with the `answer` method within its time limit
    command,   // only for who asked: text: a command that was sent to the server, its summary; cause: how it failed, ""
               // when it did not; elapsed
    answered,  // question_id: that question is over: somebody answered, or its time was over
  };
  Kind kind = Kind::note;
  std::string target;
  std::string text;
  std::string cause;
  Milliseconds elapsed{0};
  std::string question_id;
  Question question;
  std::string done{};  // of kind done: the step as something done, "created container centernet (did not exist)"
};
using EventSink = std::function<void(const Event&)>;

struct StepReport {
  std::string text;   // "start container centernet"
  std::string cause;  // "stopped with exit code 137"
  Milliseconds elapsed{0};
  std::string done{};  // of a finished step, for people: "started container centernet (stopped with exit code 137)"
  friend bool operator==(const StepReport&, const StepReport&) = default;
};

// Where a container is not as its config says. The texts are canonical; of environment variables only a fingerprint.
struct DriftReport {
  std::string field;    // "container.shm_size"
  std::string need;     // what its change needs: "live", "restart", "recreate"
  std::string wanted;   // by the config, now
  std::string applied;  // when the container was made; "" when that is not known
  std::string actual;   // as the engine tells it; "" when it does not
  std::string cause;    // who changed it
  friend bool operator==(const DriftReport&, const DriftReport&) = default;
};
// The state of a target that can be used and has not the GPUs that its config asks for.
inline constexpr const char* k_ready_without_gpu = "ready without GPU";

// The result of ensure, stop, restart, remove.
struct Report {
  std::string target;
  std::string state;  // "ready", "ready without GPU" (problems say why), "stopped", "absent"
  bool changed = false;
  std::vector<StepReport> steps;  // what was done, in order
  std::vector<Error> problems;    // what it lacks although it can be used
  std::vector<std::string> notes;
  int rounds = 0;                 // how often the world was looked at
  std::uint64_t round_trips = 0;  // commands sent to the server
  Milliseconds elapsed{0};
  std::optional<ide::Access> settings;  // when ready
};

// The result of plan: nothing was changed.
struct PlanReport {
  std::string target;
  std::vector<StepReport> steps;  // elapsed is 0
  std::vector<Error> problems;
  std::vector<std::string> notes;
  std::vector<DriftReport> drifts = {};
  std::vector<std::string> losses = {};  // what runs and would end: "2 kernels are busy: train.ipynb, eval.ipynb"
};

struct TunnelReport {
  std::string name;
  std::uint16_t local_port = 0;
  std::string leads_to;  // "127.0.0.1:49153 on gpu1"; "" while it forwards to nothing
  bool up = false;
  std::string trouble;
  std::uint64_t connections = 0;
  friend bool operator==(const TunnelReport&, const TunnelReport&) = default;
};

// A tunnel that carries connections now.
struct Carried {
  std::string target;
  std::uint16_t local_port = 0;
  std::uint64_t connections = 0;
  friend bool operator==(const Carried&, const Carried&) = default;
};

// The result of status for one target: observe + make_plan, said for people.
struct TargetStatus {
  std::string target;
  std::string config_file;
  std::string server;
  std::string state;  // "ready", "ready without GPU", "not ready", "stopped", "absent", "unreachable", "working"; of
                      // watch also "unknown"
  std::string container;
  std::string container_state;
  std::string image;
  std::vector<std::string> gpus;
  std::string python;
  std::string python_version;
  std::vector<TunnelReport> tunnels;
  std::vector<StepReport> would_do;  // what ensure would do
  std::vector<Error> problems;
  std::vector<std::string> notes;
  std::string jupyter_url;  // secret, for the token is in it: never logged; "" when no Jupyter answers
  std::vector<DriftReport> drifts;
  std::optional<plan::JupyterWork> jupyter_work;  // absent: no Jupyter of the config runs; of watch always
  friend bool operator==(const TargetStatus&, const TargetStatus&) = default;
};

// The result of watch.
struct WatchReport {
  std::uint64_t revision = 0;  // another one: the status is another one
  TargetStatus status;
};

// The result of targets.
struct TargetName {
  std::string name;
  std::string server;
  std::string container;
};
struct TargetList {
  std::string config_file;
  bool own = false;  // it is the person's own config, and not a helper.json of the folder or above
  std::vector<TargetName> targets;
};

// The result of snapshot.
struct SnapshotReport {
  std::string target;
  std::string image;      // its name on the server
  std::int64_t size = 0;  // bytes of the whole image
  std::vector<std::string> notes;
};

// A container that helper made.
struct ListedContainer {
  std::string target;  // by its label
  std::string container;
  std::string state;   // the engine's word: "running"
  std::string status;  // the engine's sentence: "Up 2 hours"
  std::string image;
  std::string size;        // of its writable layer, as the engine writes it: "12.3MB"
  std::string owner = {};  // by its record: "alice on laptop"; "" = it has no valid one
  // How to take it over, stop it or remove it, where it is this person's and no config on this machine names it.
  std::string advice = {};
};

// The result of list for one server.
struct ServerList {
  std::string server;
  std::vector<ListedContainer> containers;
  std::optional<Error> error;  // it could not be asked
};

struct LogText {
  std::string target;
  std::string text;  // the container's own output, newest last
};

// GpuReport is what `helper gpu` shows: the server's GPUs and who uses them, the ladder up to the container,
// and on demand what each framework in it says.

struct GpuProcessReport {
  int pid = 0;  // on the server
  std::string name;
  std::optional<int> memory_mib;
  std::string user;       // of the server; "" when it is not told
  std::string container;  // "" when it runs in none
};

struct GpuDeviceReport {
  int index = 0;
  std::string name;
  std::string uuid;
  std::optional<int> memory_total_mib;
  std::optional<int> memory_used_mib;
  std::optional<int> utilisation;  // per cent
  bool in_container = false;       // the target's container sees it
  std::vector<GpuProcessReport> processes;
};

struct GpuRungReport {
  std::string name;
  std::string state;  // "holds", "fails", "unknown"
  std::string detail;
};

struct FrameworkReport {
  std::string name;
  std::string version;
  bool sees_gpus = false;
  int gpus = 0;
  std::string detail;
  Milliseconds elapsed{0};
};

struct GpuReport {
  std::string target;
  std::string server;
  std::string python;  // by which the frameworks were asked
  std::vector<GpuDeviceReport> gpus;
  std::vector<GpuRungReport> ladder;
  std::vector<FrameworkReport> frameworks;  // empty unless they were asked
  std::vector<Error> problems;              // the lowest rung that fails, the frameworks that see no GPU
};

// What is reported about trust in configs: of one, and of all that were approved. Plain values, as in report.hpp.

// One config, as it is now.
struct TrustReport {
  std::string config_file;
  std::string state;                 // "trusted", "new", "changed", "refused": others can change it
  std::string cause;                 // of "refused": who can
  std::string digest;                // names what was shown: an approval carries it
  std::vector<std::string> powers;   // what the config can do, a line each
  std::vector<std::string> changes;  // of "changed": since it was approved
};

// One approval.
struct TrustEntry {
  std::string config_file;
  std::string how;   // "shown" to the person, "init", "own", "upgrade"
  std::string when;  // "2026-11-22T03:50:00Z"
  std::vector<std::string> powers;
};
struct TrustList {
  std::vector<TrustEntry> entries;
};

}  // namespace helper::ensure
