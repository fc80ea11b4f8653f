// Verbs are what a target can be asked for: each is a function of its hands, of what is known of it, and of the job in
// which it runs. They run on the target's worker, except follow_logs.
#pragma once

#include "ensure/connections.hpp"
#include "ensure/hands.hpp"
#include "ensure/job.hpp"
#include "ensure/jupyter_work.hpp"
#include "ensure/knowledge.hpp"
#include "ensure/observe.hpp"
#include "ensure/python_list.hpp"
#include "ensure/report.hpp"
#include "ensure/shared_knowledge.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace helper::ensure {

// Who asks, and what they have agreed to.
struct Caller {
  std::string agent_socket;  // "" = keep what is known
  bool can_answer = false;
  bool recreate = false;  // a container that is not as the config says may be recreated without asking
  bool yes = false;       // kernels that are busy may end without asking
  plan::Initiative initiative = plan::Initiative::person;
  std::function<Result<void>()> still_approved{};  // of who converges: whether the config is approved as it was let in
  std::string owner{};  // with `yes`: the name of another owner whose container may be changed
  bool offers = false;  // may be asked about more than what they asked for
};

// What a target should be, between requests.
struct Intent {
  // It was made to run and not stopped since: after the link was away it is looked at again.
  bool keep_running = false;
  std::optional<config::Target> config{};          // as which it was made to run last
  bool was_ended = false;                          // the last thing that a person asked for was its end
  std::function<Result<void>()> still_approved{};  // of the last who converged
};

// What a verb works with. What it learns goes into `knowledge`, and from there onto the shared when it is over.
struct Work {
  const config::Target& config;
  const Caller& caller;
  const Paths& paths;
  const Hands& hands;
  const Connection& connection;  // that the hands reach the server by
  Prompter& person;              // who waits for the job
  Job& job;
  SharedKnowledge& shared;
  Knowledge& knowledge;
};

namespace verbs {

[[nodiscard]] Result<plan::Observed> look(const Work& work, Depth depth = Depth::quick);
[[nodiscard]] Result<Report> converge(const Work& work, Intent& intent, plan::Power power);
[[nodiscard]] Result<Report> restart(const Work& work, Intent& intent);
[[nodiscard]] Result<PlanReport> plan(const Work& work, plan::Power power);
[[nodiscard]] Result<ide::Access> settings(const Work& work);
// Every interpreter, by a full look. Error not_ready when the container does not run.
[[nodiscard]] Result<PythonList> pythons(const Work& work);
// With `check` each framework of the chosen Python is asked too, which can take minutes. Error not_ready when the
// container does not run.
[[nodiscard]] Result<GpuReport> gpu(const Work& work, bool check);
// A copy of the container as an image; `image` is "" for a name made of the target's and the time.
[[nodiscard]] Result<SnapshotReport> snapshot(const Work& work, const std::string& image);
// What helper made on this target's server, of whichever target.
[[nodiscard]] Result<std::vector<ListedContainer>> list(const Work& work);
// True. Error container_foreign where the container is another person's and who calls has not said that he agrees.
[[nodiscard]] Result<bool> may_read_logs(const Work& work);
[[nodiscard]] Result<LogText> logs(const Work& work, int lines);

// The status by a look, and what is needed to ask Jupyter on the caller's thread, while the link is up: the worker
// waits for no Jupyter.
struct Seen {
  TargetStatus status;
  std::string run;                      // of the container
  std::shared_ptr<JupyterLines> lines;  // none: nothing will be asked
};
[[nodiscard]] Result<Seen> see(const Work& work, const KnownWork& known);

// On the caller's thread, by a connection of its own.
[[nodiscard]] Result<LogText> follow_logs(CommandRunner& server, const config::Target& config, int lines,
                                          const EventSink& on_event, const std::stop_token& stop);

}  // namespace verbs
}  // namespace helper::ensure
