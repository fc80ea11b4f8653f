#include "base/shell.hpp"
#include "plan/choose_python.hpp"
#include "plan/draft.hpp"
#include "plan/install.hpp"
#include "plan/jupyter.hpp"
#include "plan/sshd_setup.hpp"

namespace helper::plan {
namespace {

std::string port_text(const Draft& draft) { return "port " + std::to_string(draft.target.jupyter->port); }

// To be typed on this machine.
std::string install_by(const Draft& draft, const std::string& python) {
  return "helper exec " + draft.target.name + " -- " + shell::quote({python, "-m", "pip", "install", "jupyterlab"});
}

void say_how_to_add_it(Draft& draft, const Inside& inside) {
  const auto chosen = choose_python(draft.target, inside);
  if (!chosen) return;  // Python comes first, and that problem is reported
  const Attempts& attempts = draft.observed.attempts;
  if (!attempts.jupyter_failed.empty()) return draft.note("Jupyter is not running: " + attempts.jupyter_failed);
  if (install_is_agreed(draft)) return;
  draft.note("Jupyter is not in the container; to add it: " + install_by(draft, chosen->python.path) +
             "; then: helper ensure " + draft.target.name);
}

void say_whose_it_is(Draft& draft, const Inside& inside, const JupyterPackage& package) {
  const auto chosen = choose_python(draft.target, inside);
  if (!chosen || chosen->python.path == package.python) return;
  draft.note("Jupyter is run by " + package.python + ", since " + chosen->python.path +
             " has none; to add it there: " + install_by(draft, chosen->python.path));
}

// What needs a running Jupyter of ours to be replaced; "" when nothing does.
std::string why_not_as_it_is(const Draft& draft, const JupyterFacts& jupyter, const JupyterSetup& setup) {
  if (!jupyter.listening) return "Jupyter is running, but does not listen on " + port_text(draft);
  if (jupyter.setup != to_line(setup)) return "Jupyter was started with other settings (" + jupyter.setup + ")";
  if (jupyter.token.empty()) return "Jupyter's token cannot be read";
  return {};
}

As owner_of(const JupyterFacts& jupyter, const Inside& inside) {
  if (jupyter.uid == 0) return As::root;
  return jupyter.uid == inside.user_uid ? As::user : As::full_root;
}

void keep_running(Draft& draft, const Inside& inside, const JupyterFacts& jupyter, const JupyterSetup& setup) {
  const std::string cause = why_not_as_it_is(draft, jupyter, setup);
  if (cause.empty()) return;
  if (jupyter.listening && jupyter.sessions > 0) {
    draft.note(
        "Jupyter keeps running as it was started (" + jupyter.setup + "), because " + std::to_string(jupyter.sessions) +
        " of its kernels and terminals would end; shut them down in it, then: helper ensure " + draft.target.name);
    return;
  }
  draft.step(StopJupyter{owner_of(jupyter, inside), jupyter_folder(draft.target)}, cause);
  draft.obvious_step(StartJupyter{setup}, "just stopped");
}

bool is_of_the_image(const JupyterFacts& jupyter) {
  return !jupyter.ours_runs && (jupyter.listening || jupyter.image_starts_one);
}

}  // namespace

bool lacks_jupyter(const Draft& draft, const Inside& inside) {
  const JupyterFacts& jupyter = inside.jupyter;
  return draft.target.jupyter && !jupyter.ours_runs && !is_of_the_image(jupyter) &&
         !jupyter_setup(draft.desired, draft.observed);
}

std::optional<JupyterSetup> jupyter_to_keep(const Draft& draft, const Inside& inside) {
  if (!draft.target.jupyter || is_of_the_image(inside.jupyter)) return std::nullopt;
  if (!draft.observed.attempts.jupyter_failed.empty()) return std::nullopt;
  return jupyter_setup(draft.desired, draft.observed);
}

void plan_jupyter(Draft& draft, const Inside& inside) {
  const JupyterFacts& jupyter = inside.jupyter;
  if (!draft.target.jupyter) {
    if (jupyter.ours_runs && jupyter.sessions == 0)
      draft.step(StopJupyter{owner_of(jupyter, inside), jupyter_folder(draft.target)}, "no longer in the config");
    return;
  }
  const auto setup = jupyter_setup(draft.desired, draft.observed);
  const bool is_anothers = jupyter_port_is_anothers(draft.desired, draft.observed);
  if (is_anothers && !draft.config.share) {
    const std::string other = jupyter.free_port == 0 ? "NUMBER" : std::to_string(jupyter.free_port);
    draft.note("you have no Jupyter: a program outside of " + draft.container_name() + " listens on " +
               port_text(draft) +
               " of the network that both share, perhaps the Jupyter of another container; to give yours another port, "
               R"(in helper.json: "jupyter": {"port": )" +
               other + "}; then: helper ensure " + draft.target.name);
  } else if (is_anothers) {
    draft.note("you have no Jupyter: a program that is not yours listens on " + port_text(draft) + " of " +
               draft.container_name() +
               R"(, perhaps the Jupyter of another person; remove "port" from "jupyter" in helper.json, so that each )"
               "person has one of their own; then: helper ensure " +
               draft.target.name);
  } else if (!jupyter.ours_runs && jupyter.listening) {
    draft.note("something that helper did not start listens on " + port_text(draft) +
               " of the container, such as a Jupyter of the image's own: it is used as it is, with its own token");
  } else if (!jupyter.ours_runs && jupyter.image_starts_one) {
    draft.note("the image starts a Jupyter of its own, which does not listen on " + port_text(draft) +
               " yet; look again in a minute: helper ensure " + draft.target.name);
  } else if (!setup) {
    if (lacks_jupyter(draft, inside)) say_how_to_add_it(draft, inside);
  } else if (!jupyter.listening && !draft.observed.attempts.jupyter_failed.empty()) {
    draft.note("Jupyter is not running: " + draft.observed.attempts.jupyter_failed);
  } else if (!jupyter.ours_runs && keeper_starts_them(draft, inside)) {
    return;
  } else if (jupyter.ours_runs) {
    keep_running(draft, inside, jupyter, *setup);
    say_whose_it_is(draft, inside, setup->package);
  } else {
    if (jupyter.ours_ended) {
      draft.step(StartJupyter{*setup}, "Jupyter had ended");
    } else {
      draft.obvious_step(StartJupyter{*setup}, "Jupyter is not running");
    }
  }
}

}  // namespace helper::plan
