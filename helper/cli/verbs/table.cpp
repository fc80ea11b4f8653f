#include "cli/verbs/table.hpp"

#include "cli/verbs/runners.hpp"

#include <algorithm>
#include <array>

namespace helper::cli {
namespace {

using Kind = OptionSpec::Kind;

// Rows are aggregates in the order of OptionSpec: kind, name, value, help, fallback, choices, required, smallest,
// largest.
constexpr OptionSpec k_target{Kind::argument, "TARGET", "", "which target of the config (its only one when not given)"};

constexpr std::array k_common{
    OptionSpec{Kind::text, "--config", "FILE", "the config, instead of helper.json here or above, or your own"},
    OptionSpec{Kind::flag, "--json", "", "one JSON document on standard output, also for an error"},
    OptionSpec{Kind::flag, "--quiet", "", "no progress; commands that change things print only errors"},
    OptionSpec{Kind::flag, "--verbose", "", "also each command that the server is sent, on standard error (-v)"},
    OptionSpec{Kind::flag, "--no-color", "", "plain lines, as with NO_COLOR or without a terminal"},
    OptionSpec{Kind::number, "--timeout", "SECONDS", "cancel when it takes longer", "", "", false, 1, 86'400},
    OptionSpec{Kind::flag, "--help", "", "this text"},
};

constexpr OptionSpec k_owner{Kind::text, "--owner", "NAME",
                             "change the container of that other owner, who agrees (with --yes)"};
constexpr std::array k_ensure{
    k_target,
    OptionSpec{Kind::flag, "--all", "", "every target of the config, one after the other"},
    OptionSpec{Kind::flag, "--dry-run", "", "only say what would be done, as `helper plan` does"},
    OptionSpec{Kind::flag, "--recreate", "",
               "recreate a container that is not as the config says (what was written in it is lost)"},
    OptionSpec{Kind::flag, "--quick", "",
               "ask the server nothing when all was well minutes ago and SSH in the container answers now"},
    OptionSpec{Kind::flag, "--yes", "", "do not ask about the container's owner"},
    k_owner,
};
constexpr std::array k_open{
    OptionSpec{Kind::argument, "WHAT", "", "what to open it in", "", "gateway|toolbox|pycharm|jupyter", true},
    k_target,
    OptionSpec{Kind::flag, "--print", "", "only print the link (of pycharm the project's folder)"},
};
constexpr std::array k_ide{
    OptionSpec{Kind::argument, "ACTION", "", "what to do", "", "push", true},
    OptionSpec{Kind::argument, "FILE", "", "the IDE for Linux as .tar.gz, as JetBrains offers it for download", "", "",
               true},
    k_target,
    OptionSpec{Kind::flag, "--yes", "", "do not ask when its place in the container is a folder of the server"},
};
constexpr std::array k_completion{
    OptionSpec{Kind::argument, "SHELL", "", "which shell's script to print; words: what these scripts ask", "",
               "bash|zsh|fish|words", true},
    OptionSpec{Kind::rest, "WORD...", "", "of words: the command line so far, the last word as far as it is typed"},
};
constexpr std::array k_plan{
    k_target,
    OptionSpec{Kind::text, "--power", "STATE", "the state to plan for", "running", "running|stopped|absent|ejected"},
};
constexpr std::array k_only_target{k_target};
constexpr std::array k_status{
    k_target,
    OptionSpec{Kind::flag, "--long", "", "all that is known of every target, not one line for each"},
};
constexpr std::array k_daemon{
    OptionSpec{Kind::argument, "ACTION", "", "what to do", "status", "status|enable|disable"},
};
constexpr std::array k_remove{
    k_target,
    OptionSpec{Kind::flag, "--yes", "", "do not ask first"},
    k_owner,
};
constexpr std::array k_ending{
    k_target,
    OptionSpec{Kind::flag, "--yes", "", "do not ask when kernels of Jupyter are busy"},
    k_owner,
};
constexpr std::array k_snapshot{
    k_target,
    OptionSpec{Kind::text, "--tag", "IMAGE", "what to call the image (made of the target's name and the time)"},
    OptionSpec{Kind::flag, "--yes", "", "do not ask about the container's owner"},
    k_owner,
};
constexpr std::array k_logs{
    k_target,
    OptionSpec{Kind::number, "--lines", "N", "how many of the last lines", "100", "", false, 1, 100'000},
    OptionSpec{Kind::flag, "--follow", "", "go on printing what comes (also -f); Ctrl-C ends it"},
    OptionSpec{Kind::flag, "--daemon", "", "the log of helper's own daemon instead: what it did, and what went wrong"},
    OptionSpec{Kind::flag, "--yes", "", "do not ask about the container's owner"},
    OptionSpec{Kind::text, "--owner", "NAME", "read the log of that other owner's container (with --yes)"},
};
constexpr std::array k_exec{
    k_target,
    OptionSpec{Kind::flag, "--x11", "",
               "windows of X11 programs show on this screen (also -X); needs xauth in the container"},
    OptionSpec{Kind::rest, "COMMAND...", "", "what to run, each word as it is; nothing: a shell"},
};
constexpr std::array k_run{
    OptionSpec{Kind::argument, "FILE.py", "", "a script of the project, or a path in the container", "", "", true},
    k_target,
    OptionSpec{Kind::rest, "ARGUMENT...", "", "of the script, each word as it is"},
};
constexpr std::array k_cp{
    OptionSpec{Kind::argument, "FROM", "", "a file or folder; TARGET:PATH when it is in the container", "", "", true},
    OptionSpec{Kind::argument, "TO", "", "where to; TARGET:PATH when it is in the container", "", "", true},
};
constexpr std::array k_settings{
    OptionSpec{Kind::argument, "ACTION", "", "show, apply, diff or undo; show can be left out"},
    k_target,
    OptionSpec{Kind::text, "--format", "FORMAT", "of show: how to write them", "text",
               "text|json|ssh-config|ssh-config-ensure"},
    OptionSpec{Kind::text, "--ide", "NAMES", "only these IDEs, joined by commas: PyCharm, or PyCharm2026.1"},
    OptionSpec{Kind::flag, "--dry-run", "", "only show what apply or undo would change, file by file"},
    OptionSpec{Kind::flag, "--now", "", "write also the files of an IDE that runs, instead of when it closes"},
    OptionSpec{Kind::flag, "--follow-links", "",
               "write also through links that point out of the project or the IDE's folder"},
    OptionSpec{Kind::text, "--project", "FOLDER",
               "the folder that the IDE opens (the config's project when not given)"},
    OptionSpec{Kind::text, "--run-configuration", "FILE",
               "also a run configuration for this script of the project, or the .xml of one that is there"},
    OptionSpec{Kind::flag, "--no-ssh-config", "", "leave ~/.ssh/config as it is"},
};
constexpr std::array k_python{
    OptionSpec{Kind::argument, "ACTION", "", "list, or use", "list", "list|use"},
    OptionSpec{Kind::argument, "SPEC", "", "of use: auto, conda:NAME, or a path in the container"},
    k_target,
};
constexpr std::array k_gpu{
    k_target,
    OptionSpec{Kind::flag, "--check", "",
               "ask each framework too: it is imported and computes, which can take minutes"},
};
constexpr std::array k_init{
    OptionSpec{Kind::text, "--target", "NAME", "the target's name (the container's when not given)"},
    OptionSpec{Kind::text, "--server", "SERVER", "local, a Host of ~/.ssh/config, or user@host:port"},
    OptionSpec{Kind::text, "--image", "IMAGE", "the container's image, as docker run takes it"},
    OptionSpec{Kind::text, "--from", "WHAT",
               "import a devcontainer.json (or its folder), or a whole 'docker run' command; - reads one"},
    OptionSpec{Kind::text, "--from-container", "NAME", "import a container that is on the server, as it is"},
    OptionSpec{Kind::text, "--name", "NAME", "the container's name (the target's, or the folder's, when not given)"},
    OptionSpec{Kind::text, "--local", "FOLDER",
               "the project's folder on this machine (the config's own when not given)"},
    OptionSpec{Kind::text, "--remote", "FOLDER", "the project's folder in the container"},
    OptionSpec{Kind::text, "--mount", "HOST:CONTAINER", "a folder of the server to mount"},
    OptionSpec{Kind::text, "--gpus", "WHICH", "all, none, how many as 2, or which as device=0 or 0,1"},
    OptionSpec{Kind::text, "--shm-size", "SIZE", "the container's shared memory, such as 8g"},
    OptionSpec{Kind::text, "--python", "WHICH", "auto, conda:NAME, or a path in the container"},
    OptionSpec{Kind::number, "--ssh-port", "PORT", "the local port for SSH (2222)", "", "", false, 1, 65'535},
    OptionSpec{Kind::number, "--jupyter-port", "PORT", "the local port for Jupyter, 0 for none (8888)", "", "", false,
               0, 65'535},
    OptionSpec{Kind::flag, "--force", "", "replace a file that is there"},
};
constexpr std::array k_trust{
    OptionSpec{Kind::argument, "FILE", "", "the config, or a folder with a helper.json (the one that counts here)"},
    OptionSpec{Kind::flag, "--list", "", "the configs that are trusted, and since when"},
};
constexpr std::array k_untrust{
    OptionSpec{Kind::argument, "FILE", "", "the config, or a folder with a helper.json (the one that counts here)"},
};
constexpr std::array k_rpc{
    OptionSpec{Kind::argument, "METHOD", "", "the method to call", "", "", true},
    OptionSpec{Kind::argument, "PARAMS", "", "its parameters, a JSON object; - reads them from standard input"},
};
constexpr std::array k_help{
    OptionSpec{Kind::argument, "TOPIC", "", "a verb, or errors"},
};

constexpr std::array k_verbs{
    Verb{"ensure", "make a target ready: container, SSH, tunnels, Python",
         "Looks at the target, does what is missing and nothing else, and says what is ready. Doing it\n"
         "twice changes nothing. The tunnels stay open when the command has ended: a daemon holds them.\n"
         "With --all each line names its target, a target that fails does not keep the others waiting, and the\n"
         "status is that of the first problem.",
         "helper ensure\nhelper ensure centernet --json\nhelper ensure --all\nhelper ensure --dry-run", k_ensure,
         run_ensure, Group::everyday, "up start"},
    Verb{"plan", "say what ensure would do, and do nothing",
         "Each line is one step with its cause. Ends with status 0, or with that of the first problem\n"
         "that no step fixes.",
         "helper plan\nhelper plan centernet --power absent", k_plan, run_plan, Group::container},
    Verb{"status", "show what is there: container, GPU, Python, tunnels",
         "Shows a line of every target of the config: its state, the local ports of SSH and Jupyter, its\n"
         "container, and what is wrong. Of the target named, and with --long, it shows all. Ends with\n"
         "status 0 when all of them are ready, else 13.",
         "helper status\nhelper status centernet\nhelper status --json", k_status, run_status, Group::everyday, "ps"},
    Verb{"stop", "stop the container and close its tunnels",
         "The container stays, with all that is in it: ensure starts it again. When kernels of Jupyter are\n"
         "busy it asks first; without a terminal it then needs --yes.",
         "helper stop centernet\nhelper stop centernet --yes", k_ending, run_stop, Group::everyday, "down"},
    Verb{"restart", "stop, then ensure",
         "What runs in the container ends. Its files stay. When kernels of Jupyter are busy it asks first;\n"
         "without a terminal it then needs --yes.",
         "helper restart centernet", k_ending, run_restart, Group::container},
    Verb{"remove", "remove the container and close its tunnels",
         "What was written in the container outside its mounts is lost. It shows what would go and asks\n"
         "first; without a terminal it needs --yes.",
         "helper remove centernet\nhelper remove centernet --yes", k_remove, run_remove, Group::container, "rm delete"},
    Verb{"eject", "remove everything of helper's from the container",
         "The container goes on as it is, with nothing of helper's in it: no sshd, no key, no file, except\n"
         "a mark in /var/lib/helper that its hooks have run. ensure puts it back. When kernels of\n"
         "Jupyter are busy it asks first; without a terminal it then needs --yes.",
         "helper eject centernet", k_ending, run_eject, Group::container},
    Verb{"snapshot", "keep a copy of the container as an image on its server",
         "The container is paused while it is copied. What lies in its mounts and volumes is not part of\n"
         "the copy; its environment variables are.",
         "helper snapshot\nhelper snapshot centernet --tag centernet:tuned", k_snapshot, run_snapshot,
         Group::container},
    Verb{"list", "list the containers that helper made",
         "On each server of the config, or on that of the target named: also those of other configs.", "helper list",
         k_only_target, run_list, Group::container, "ls"},
    Verb{"logs", "print what the container wrote", "The newest line comes last.",
         "helper logs\nhelper logs centernet --lines 1000\nhelper logs -f\nhelper logs --daemon", k_logs, run_logs,
         Group::container},
    Verb{"exec", "run a command in the container, or a shell",
         "By ssh, as the target's user, in project.remote, with the environment that sessions there have. The\n"
         "words after -- reach the command as they are. It has a terminal when this command has one. Ends with the\n"
         "command's own status.",
         "helper exec\nhelper exec centernet -- python train.py --epochs 3", k_exec, run_exec, Group::everyday,
         "shell ssh"},
    Verb{"run", "run a script by the target's Python",
         "As exec, by the Python that helper has chosen (helper python list). FILE.py is a script of the project:\n"
         "as it is called here, or in project.remote.",
         "helper run train.py\nhelper run train.py centernet -- --epochs 3", k_run, run_script, Group::inside},
    Verb{"cp", "copy files to the container or from it",
         "By scp, folders with all that is in them. A relative PATH starts at project.remote; ~/PATH at the\n"
         "user's home folder, as does a relative one where the config has no project.",
         "helper cp data.zip centernet:/workspace/\nhelper cp centernet:/workspace/out ./out", k_cp, run_cp,
         Group::inside, "copy"},
    Verb{"settings", "write PyCharm's, Gateway's and ssh's settings, or print them",
         "apply writes them into the files of every JetBrains IDE found here, of the project (.idea) and of\n"
         "ssh; the target must be ready. diff shows what apply would change, undo brings back what was there.\n"
         "Files of an IDE that runs are written when it closes, unless you say otherwise. Without one of\n"
         "these words the settings are printed; their ssh-config form is a Host block for ~/.ssh/config, with\n"
         "ssh-config-ensure one with which every ssh to that host makes the target ready first.",
         "helper settings apply\nhelper settings diff centernet --ide PyCharm2026.1\nhelper settings undo\nhelper "
         "settings\n"
         "helper settings --format ssh-config",
         k_settings, run_settings, Group::everyday},
    Verb{"open", "open the target in Gateway, Toolbox, PyCharm or a browser",
         "Makes it ready first, then starts the IDE's launcher, or what this desktop opens the link with. If\n"
         "nothing can be opened, the link is printed and the status is 10.",
         "helper open gateway\nhelper open jupyter centernet\nhelper open toolbox --print", k_open, run_open,
         Group::everyday},
    Verb{"connect", "connect to the container's SSH server, made ready first",
         "For ssh, as ProxyCommand: standard input and output become the connection. When all is well it\n"
         "takes some milliseconds; else the target is made ready first. An error is on standard error.",
         "helper connect centernet", k_only_target, run_connect, Group::inside},
    Verb{"ide", "put an IDE into the container, for servers without internet",
         "push FILE sends an IDE's .tar.gz through the tunnel and unpacks it where Gateway looks for installed\n"
         "ones. FILE.sha256 beside it is checked. What is there already is not sent again.",
         "helper ide push pycharm-2026.1.1.tar.gz\nhelper ide push pycharm-2026.1.1.tar.gz centernet", k_ide, run_ide,
         Group::inside},
    Verb{"python", "show the container's interpreters, or choose one",
         "list [TARGET] shows every interpreter that was found, each run once: its version, where it comes\n"
         "from, its frameworks, and which one is chosen and why. use SPEC [TARGET] writes the choice into\n"
         "the config, and changes nothing else in it.",
         "helper python list\nhelper python use conda:CenterNet\nhelper python use auto centernet", k_python,
         run_python, Group::inside},
    Verb{"gpu", "show the GPUs, who uses them, and whether they reach the container",
         "Ends with status 0 when all is as the config asks, else 7.", "helper gpu\nhelper gpu centernet --check",
         k_gpu, run_gpu, Group::inside},
    Verb{"init", "write a commented helper.json",
         "Asks a few questions in a terminal. Every answer can be given as an option instead; without a\n"
         "terminal --image must be. Writes helper.json here (or --config FILE), and over a file that is\n"
         "there only with --force; a --target that it lacks is added to it. What --from and --from-container\n"
         "import, and what not, is listed. Of a docker run command nothing is executed.",
         "helper init\nhelper init --server gpu1 --image centernet:1.2 --remote /workspace/my_project\n"
         "helper init --server gpu1 --from .\n"
         "helper init --server gpu1 --from-container centernet",
         k_init, run_init, Group::everyday},
    Verb{"config", "show what the config says, and in which file and line",
         "Each value as it is written in the config or in the file beside it that is only yours\n"
         "(helper.local.json, docs/config.md). A value of the environment is not shown. Then all errors\n"
         "are listed; without one it ends with status 0.",
         "helper config\nhelper config centernet --json", k_only_target, run_config, Group::helper},
    Verb{"trust", "show what a config can do, and approve it",
         "A config decides what is mounted, sent, built and run, and where. helper works only with one that\n"
         "you have approved, by content: with a terminal it asks, without one it ends with status 14. This\n"
         "shows what the config does, asks in a terminal, and approves. Another mount, hook, server,\n"
         "Dockerfile or script needs a new approval; another Python or local port does not.",
         "helper trust\nhelper trust ~/my_project/helper.json\nhelper trust --list", k_trust, run_trust, Group::helper},
    Verb{"untrust", "remove the approval of a config",
         "Nothing that runs is stopped. The next command that uses the config asks again.", "helper untrust", k_untrust,
         run_untrust, Group::helper},
    Verb{"daemon", "start helper's daemon at login, or see whether it does",
         "The daemon holds the tunnels, and looks after the targets that were made ready and not stopped since,\n"
         "also after a reboot. enable makes it start at login (by your own systemd, or by launchd), disable takes\n"
         "that back; a daemon that is running goes on. status shows what is running, and what starts it.",
         "helper daemon status\nhelper daemon enable\nhelper daemon disable", k_daemon, run_daemon, Group::helper},
    Verb{"serve",
         "run the daemon in the foreground",
         "For a service manager, or to watch it. Ends with Ctrl-C. $HELPERD names another one to run.",
         "helper serve",
         {},
         run_serve,
         Group::helper},
    Verb{"rpc", "call a method of the daemon",
         "Prints the result as JSON. Parameters that hold a secret belong on standard input.",
         "helper rpc version\nhelper rpc status '{\"config\": \"/home/me/helper.json\"}'", k_rpc, run_rpc,
         Group::helper},
    Verb{"completion", "print the script that completes helper's command lines",
         "Verbs, options, their choices and the targets of the config. docs/shell.md says where it goes.",
         "helper completion bash\nhelper completion words -- settings --format \"\"", k_completion, run_completion,
         Group::helper},
    Verb{"version",
         "show the versions of command, daemon and protocol",
         "Starts nothing: a daemon is asked only if one runs.",
         "helper version\nhelper version --json",
         {},
         run_version,
         Group::helper},
    Verb{"schema",
         "print the JSON Schema of the config",
         "For editors that check and complete JSON.",
         "helper schema > helper.schema.json",
         {},
         run_schema,
         Group::helper},
    Verb{"help", "explain a verb, or the errors", "The errors are listed with their names and exit statuses.",
         "helper help ensure\nhelper help errors", k_help, run_help, Group::helper},
};

}  // namespace

std::span<const Verb> verbs() { return k_verbs; }

std::vector<std::string_view> aliases_of(const Verb& verb) {
  std::vector<std::string_view> aliases;
  for (std::string_view rest = verb.aliases; !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    aliases.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return aliases;
}

const Verb* find_verb(std::string_view name) {
  const auto is_called = [&](const Verb& verb) {
    const auto aliases = aliases_of(verb);
    return verb.name == name || std::ranges::find(aliases, name) != aliases.end();
  };
  const auto* found = std::ranges::find_if(k_verbs, is_called);
  return found == k_verbs.end() ? nullptr : found;
}

const Verb& verb_of_none() {
  static constexpr Verb k_none{"", "", "", "", {}, run_none, Group::helper};
  return k_none;
}

std::span<const OptionSpec> common_options() { return k_common; }

}  // namespace helper::cli
