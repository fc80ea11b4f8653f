// A Step is one change of the world, with its cause. A Plan is an ordered list of steps, the problems that no step of
// ours can fix, and notes worth telling. Each has a text form: what --dry-run prints, the log says and tests compare.
#pragma once

#include "plan/desired.hpp"
#include "plan/drift.hpp"
#include "plan/jupyter.hpp"
#include "plan/observed.hpp"
#include "plan/owner.hpp"
#include "plan/record.hpp"
#include "plan/sshd_setup.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace helper::plan {

// On this machine: tunnels, keys, known_hosts. No server is asked.

// Binds the local port.
struct OpenTunnel {
  DesiredTunnel tunnel;
};
struct CloseTunnel {
  std::uint16_t local_port = 0;
};
// Forwards an open port to `remote`, as the server sees it.
struct PointTunnel {
  DesiredTunnel tunnel;
  Remote remote;
  std::string container{};    // its name, for the text
  bool is_for_later = false;  // no Jupyter is there yet
};
// ed25519, in our own folder.
struct MakeLocalKey {};
// The target's host keys, on this machine.
struct MakeHostKeys {};
// In our known_hosts, in place of what is pinned for this target; none: forget them.
struct PinHostKeys {
  std::vector<std::string> host_keys;
};

using LocalAction = std::variant<OpenTunnel, CloseTunnel, PointTunnel, MakeLocalKey, MakeHostKeys, PinHostKeys>;

// On the server, each by one command of its engine: images, volumes, and the container as a whole.

struct PullImage {
  std::string image;
};
// On the server, from the build's context, which is packed here and sent.
struct BuildImage {
  std::string image;
  std::string fingerprint;  // BuildInputs::fingerprint, a label on the image
};
struct CreateContainer {
  std::string name;
  std::string image;
  GpuWay gpu_way = GpuWay::none;
  std::string gpu_runtime;                          // with GpuWay::runtime
  std::optional<std::vector<std::string>> command;  // absent: the image's own
  std::string bundle_volume{};                      // to be mounted at k_bundle_folder; "" for none
  std::vector<std::string> own_folders{};           // each gets a tmpfs: a mount of the config would cover it
  Record record{};                                  // is kept for it; its id and nonce come with the creation
};
struct StartContainer {
  std::string name;
};
struct UnpauseContainer {
  std::string name;
};
struct StopContainer {
  std::string name;
};
struct RemoveContainer {
  std::string name;
  std::string record{};  // the volume of its record, which goes too; "" when it has none
};
// A live change.
struct UpdateRestart {
  std::string name;
  std::string policy;  // as docker update --restart
};
// docker commit: what was written in the container becomes an image.
struct SnapshotContainer {
  std::string name;
  std::string image;
};
struct SetAside {
  std::string name;
  std::string aside;
};
// The one that was set aside takes its name again.
struct BringBack {
  std::string aside;
  std::string name;
};
// Puts the bundle into the volume from which our containers get it.
struct FillBundleVolume {
  std::string volume;
  std::string image;  // any that the server has: a container that never starts is made of it for the copy
  SshBundle bundle;
};
// Puts the bundle into a running container.
struct SendBundle {
  std::string name;
  SshBundle bundle;
};
// In place of an older one of ours, if there is one; its records stay.
struct StartKeeper {
  std::string keeper;  // the name of its container
  KeeperImage image;
};
// Hands the services of the container to the keeper, for its next start. In `run` they have been started already.
struct RecordServices {
  std::string keeper;
  std::string container;  // its name
  std::string id;
  std::string run;  // Container::started_at
  SshdSetup sshd;
  std::vector<std::string> keys;  // lines of those that sshd admits: all that are there, also other clients'
  std::optional<JupyterSetup> jupyter;
  std::string fingerprint;  // services_fingerprint()
};
// The keeper starts nothing in the container any more; what it is starting is over first.
struct ForgetServices {
  std::string keeper;
  std::string container;
  std::string id;
  bool keeper_may_go = false;  // the keeper is removed when it has no other container
};
// Until the keeper has tried each service in that run of the container.
struct AwaitKeeper {
  std::string keeper;
  std::string container;
  std::string id;
  std::string run;
};

// Keeps a record, with the host keys that this machine has, for a container that is there.
struct WriteRecord {
  std::string name;
  Record record;
};
struct RemoveRecord {
  std::string name;
  std::string volume;
};
// Copies a container's host keys from its record to this machine.
struct FetchHostKeys {
  std::string volume;
  std::string image;                   // the container's: a container that never starts is made of it for the copy
  std::vector<std::string> host_keys;  // their public halves
};

using ServerAction =
    std::variant<PullImage, BuildImage, CreateContainer, StartContainer, UnpauseContainer, StopContainer,
                 RemoveContainer, UpdateRestart, SnapshotContainer, SetAside, BringBack, FillBundleVolume, SendBundle,
                 StartKeeper, RecordServices, ForgetServices, AwaitKeeper, WriteRecord, RemoveRecord, FetchHostKeys>;

// Inside the container that runs, through its Place.

// The user, with a home folder and the ids.
struct MakeUser {
  std::string user;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool own_home = true;  // false: its home would be the server's folder, which must be there already
  std::string person{};  // in a shared container, person_mark() of whose user this is; "" = anybody's
  // The ids are those of a home that is there already, or else these, or the next ones that are free.
  bool any_ids = false;
};
// Gives the user other ids, and its home folder with all in it.
struct MatchUser {
  std::string user;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool own_home = true;              // false: the home is the server's, and its files keep their owner
  std::vector<std::string> leave{};  // places in the home that are the server's
};
// Runs lines of sh inside, as the user, in `folder` ("" = the home), and marks in the container that it did.
struct RunHooks {
  enum class Moment { create, start };
  Moment moment = Moment::create;
  std::string user;
  std::string folder;
  std::string run;  // what the marker says: the container, or this run of it
  std::vector<std::string> lines;
  bool own_marks = true;  // false: k_marks_folder is the server's, so that the mark is kept in memory
  config::EnvProbe env_probe = config::EnvProbe::none;  // whose variables the lines have beside those of the place
};
// In place of the one that runs, if ours does.
struct StartSshd {
  SshdSetup setup;
};
// Adds the person's key to those that our running sshd admits.
struct AuthorizeKey {
  SshdSetup setup;
};
// Makes the target's token first when there is none.
struct StartJupyter {
  JupyterSetup setup;
};
// Ends ours, with its kernels.
struct StopJupyter {
  As who = As::root;     // whose process it is
  std::string folder{};  // jupyter_folder()
};
// JupyterLab into an interpreter of the place, as the user, by its pip; by uv where it has none.
struct InstallJupyter {
  std::string python;
  std::string home;               // of the user
  bool is_environment = false;    // the interpreter is a virtual environment's
  std::string new_environment{};  // where a virtual environment can be made, for a fix
};
// Takes everything of ours out of the running container.
struct Eject {
  std::string name;
  bool own_profile = true;  // /etc/profile.d is the container's own, not the server's
};

using PlaceAction = std::variant<MakeUser, MatchUser, RunHooks, StartSshd, StartJupyter, StopJupyter, Eject,
                                 AuthorizeKey, InstallJupyter>;

// Grouped by where it acts, as Observed groups its facts.
using Action = std::variant<LocalAction, ServerAction, PlaceAction>;

// Calls the visitor with the one struct that the action is, whatever its group.
template <class Visitor>
decltype(auto) visit_action(const Visitor& visitor, const Action& action) {
  return std::visit([&](const auto& group) { return std::visit(visitor, group); }, action);
}

// As std::get_if and std::holds_alternative: get_if<StartSshd>(action), is<StartSshd>(action).
template <std::convertible_to<Action> A>
[[nodiscard]] const A* get_if(const Action& action) {
  const auto address = []<class B>(const B& it) -> const A* {
    if constexpr (std::is_same_v<A, B>) {
      return &it;
    } else {
      return nullptr;
    }
  };
  return visit_action(address, action);
}
template <std::convertible_to<Action> A>
[[nodiscard]] bool is(const Action& action) {
  return get_if<A>(action) != nullptr;
}

struct Step {
  Action action;
  std::string cause;     // "stopped with exit code 137": a part of a sentence that reads before and after the step
  bool obvious = false;  // the cause says only that it was not done yet: a finished step does not repeat it
};

// Something to know for safety's sake.
struct SecurityNote {
  std::string fact;  // names it, and where it is, in one line: what was told once is not told again
  std::string text;
  friend bool operator==(const SecurityNote&, const SecurityNote&) = default;
};

struct Plan {
  std::vector<Step> steps;
  std::vector<Error> problems;       // what remains wrong once the steps are done
  std::vector<Error> shortfalls;     // what the target lacks although it can be used: its GPUs
  std::vector<std::string> notes;    // facts to tell: "adopted a container that helper did not make"
  std::vector<Drift> drifts = {};    // where the container is not as the config says
  std::string wants_consent = {};    // the id of the container that could be replaced, once somebody agrees; "" = none
  std::optional<Foreign> foreign{};  // whose the container is, when it is another's: the plan has that one problem
  // What could be done once somebody agrees; absent: nothing, or it was decided already.
  std::optional<InstallJupyter> wants_install{};
  std::vector<SecurityNote> security{};  // notes that are told once

  [[nodiscard]] bool empty() const { return steps.empty() && problems.empty(); }
};

enum class Tense { planned, done };

// What the action does, without its cause: "start container centernet", "started container centernet".
[[nodiscard]] std::string to_text(const Action& action, Tense tense = Tense::planned);
// "start container centernet: stopped with exit code 137".
[[nodiscard]] std::string to_text(const Step& step);
// "created container centernet from a:1 (did not exist)": in the past, with the cause unless that is obvious.
[[nodiscard]] std::string done_text(const Step& step);
// Steps, then "problem: ..." and "note: ..." lines.
[[nodiscard]] std::string to_text(const Plan& plan);

}  // namespace helper::plan
