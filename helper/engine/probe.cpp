#include "engine/probe.hpp"

#include "base/shell.hpp"
#include "engine/cli.hpp"
#include "engine/look.hpp"
#include "engine/read.hpp"
#include "plan/labels.hpp"
#include "plan/project_source.hpp"

#include <array>
#include <charconv>

namespace helper::engine {
namespace {

constexpr Milliseconds k_probe_limit{40'000};

// $engines, $container, $project (its folder on the server), $aside, $image, $known_run, $quick, $full, $gpus (not
// empty: the target wants some) and $gpus_again (not empty: what is remembered of them is not good) are set above it.
// The first words of the inspect format tell the shell which container it is and whether its inside can be looked at;
// the rest is its JSON. An engine that has the container, or gives information without ServerErrors, is the one; a
// later one is asked only when those before it do not answer. A client answers `info` even when its server does not
// (docker's ServerErrors); that text is the first engine's trouble.
constexpr const char* k_script = R"sh(
sec machine 0
uname -m
engine='' info='' trouble='' troubled='' both=''
for candidate in $engines; do
  command -v "$candidate" >/dev/null 2>&1 || continue
  both=$("$candidate" container inspect --format '{{.Name}} {{.State.Running}}/{{.State.Paused}} {{.Id}}@{{json .State.StartedAt}} {{json .}}' -- "$container" "$aside" 2>/dev/null)
  if [ -n "$both" ]; then engine=$candidate; break; fi
  info=$("$candidate" info --format '{{json .}}' 2>/dev/null)
  case $info in
    '' | *'"ServerErrors":["'*)
      said=$info info=''  # of an engine that is not the one
      [ -n "$troubled" ] && continue
      troubled=$candidate
      trouble=$said
      [ -n "$trouble" ] || trouble=$("$candidate" version 2>&1 >/dev/null)
      ;;
    *) engine=$candidate; break ;;
  esac
done
if [ -n "$troubled" ]; then sec "trouble_$troubled" 0; printf '%s' "$trouble"; fi
if [ -z "$engine" ]; then sec no_engine 0; exit 0; fi
[ "$(id -u)" = 0 ]; sec "program_$engine" $?
found=${both%%"$line_end"*} kept=
case $both in *"$line_end"*) kept=${both#*"$line_end"} ;; esac
case $found in "/$aside "* | "$aside "*) kept=$found found= ;; esac
[ -n "$found" ]; sec container $?
found=${found#* }
printf '%s' "${found#* * }"
if [ -n "$kept" ]; then sec aside 0; printf '%s' "${kept#* * * }"; fi
case $found in
  true/false*)
    run=${found#* }; run=${run%% *}
    owner=
    if [ -n "$project" ]; then
      about=$(stat -L -c '%u %g %U' -- "$project" 2>/dev/null) && { sec owner 0; printf '%s' "$about"; owner=${about%% *}; }
    fi
    inside=$full look=full
    if [ -n "$quick" ] && [ "$run" = "$known_run" ]; then inside=$quick look=quick; fi
    sec look_$look 0
    # The image is asked for meanwhile.
    "$engine" image inspect --format '{{json .}}' -- "$image" 2>/dev/null </dev/null | {
    listing=
    if [ -n "$gpus" ] && [ "$look$gpus_again" != quick ]; then
      gpu_files server_gpus
      gpu_list server_gpus &
      listing=$!
    fi
    # The bundle's shell where it is, whole: it brings all the tools that the script uses, whatever the image has.
    answer=$("$engine" exec --user 0 --env "HELPER_RUN=$run" --env "HELPER_OWNER=$owner" -- "$container" sh -c 'b=/dev/helper/ssh/bin/busybox; if [ -r /dev/helper/ssh/complete ]; then exec $b sh -c "$0"; else eval "$0"; fi' "$inside" 2>/dev/null </dev/null)
    status=$?
    case $status in
      126 | 127)
        answer=$("$engine" exec --user 0 --env "HELPER_RUN=$run" --env "HELPER_OWNER=$owner" -- "$container" /dev/helper/ssh/bin/busybox sh -c "$inside" 2>/dev/null </dev/null)
        status=$?
        ;;
    esac
    [ -z "$listing" ] || wait "$listing"
    sec inside 0
    printf '%s\n' "$answer"
    case $status in 126 | 127) sec no_shell 0 ;; esac
    sec inside_end $status
    details=$(cat); [ -n "$details" ]; sec image $?
    printf '%s' "$details"
    }
    ;;
  *)
    [ -z "$gpus" ] || gpu_files server_gpus
    [ -n "$info" ] || info=$("$engine" info --format '{{json .}}' 2>/dev/null)
    sec engine 0
    printf '%s' "$info"
    details=$("$engine" image inspect --format '{{json .}}' -- "$image" 2>/dev/null); sec image $?
    printf '%s' "$details"
    ;;
esac
)sh";

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

// GPUs that were missing when the container was looked into are looked for again each time: a mend need not restart it.
bool has_good_gpus(const Memory& memory) {
  const auto& gpu = memory.inside.gpu;
  return gpu.openable && gpu.smi_status == 0 && !gpu.gpus.empty();
}

// The interpreters of the full look, with what the known one says now in place of what it said then.
std::vector<plan::Python> merged(const std::vector<plan::Python>& before, const plan::Python& now) {
  std::vector<plan::Python> pythons = before;
  for (auto& python : pythons) {
    if (python.path != now.path) continue;
    const std::string source = python.source;
    python = now;
    python.source = source;
  }
  return pythons;
}

constexpr std::array<std::string_view, 2> k_programs{"docker", "podman"};

InsideQuestion question_of(const plan::Desired& desired) {
  const auto& target = desired.target;
  return {target.ssh.user,
          plan::k_container_ssh_port,
          target.jupyter ? target.jupyter->port : std::uint16_t{0},
          target.python,
          target.project.remote,
          joined(target.project.imports),
          target.container.gpus != "none"};
}

// Why the first engine that is there does not answer.
std::optional<Error> trouble_of(const std::vector<Section>& sections) {
  for (const auto program : k_programs) {
    if (const auto* trouble = find_section(sections, "trouble_" + std::string(program)))
      return engine_trouble(trouble->body, program);
  }
  return std::nullopt;
}

Error no_engine(const std::string& wanted) {
  if (wanted == "podman")
    return {ErrorCode::engine_missing, "engine", "Podman is not installed on the server",
            "on the server: sudo apt-get install -y podman"};
  const std::string what = wanted == "auto" ? "neither Docker nor Podman" : "Docker";
  return {ErrorCode::engine_missing, "engine",
          what + (wanted == "auto" ? " is installed on the server" : " is not installed on the server"),
          "on the server: sudo apt-get install -y docker.io"};
}

// The program that answered, and what it says of itself when it was asked.
void read_the_engine(const std::vector<Section>& sections, ServerFacts& facts) {
  const Section* program = nullptr;
  plan::Engine engine;
  for (const auto name : k_programs) {
    if (program != nullptr) break;
    program = find_section(sections, "program_" + std::string(name));
    engine.program = name;
  }
  if (const auto* section = find_section(sections, "engine")) {
    auto read = read_engine(section->body, engine.program);
    if (!read) {
      facts.engine_error = read.error();
      return;
    }
    engine = std::move(*read);
  } else if (engine.program == "podman") {
    engine.kind = plan::EngineKind::podman;
    engine.rootless = program != nullptr && program->status != 0;
  }
  if (const auto trouble = trouble_of(sections)) {
    // Docker that is merely down may have this container: one of Podman's beside it would be a surprise.
    const Section* container = find_section(sections, "container");
    const bool has_it = (container != nullptr && container->status == 0) || find_section(sections, "aside") != nullptr;
    if (trouble->code == ErrorCode::engine_down && !has_it) {
      facts.engine_error = trouble;
      facts.engine_error->fix += "; or, to take " + plan::to_text(engine.kind) +
                                 " instead, in helper.json: " + R"("engine": ")" + engine.program + "\"";
      return;
    }
    engine.passed_over = trouble->cause;
  }
  facts.engine = std::move(engine);
}

// "UID GID NAME"; coreutils' stat says UNKNOWN where an id has no name.
std::optional<plan::Owner> read_owner(const std::vector<Section>& sections, const std::string& folder) {
  const auto lines = lines_of(sections, "owner");
  if (lines.size() != 1 || !is_printable(lines.front())) return std::nullopt;
  const auto fields = split(lines.front(), ' ');
  plan::Owner owner;
  const auto number = [](const std::string& text, std::uint32_t& id) {
    return std::from_chars(text.data(), text.data() + text.size(), id).ec == std::errc();
  };
  if (fields.size() != 3 || !number(fields[0], owner.uid) || !number(fields[1], owner.gid)) return std::nullopt;
  if (fields[2] != "UNKNOWN") owner.name = fields[2];
  owner.folder = folder;
  return owner;
}

void read_the_image(const std::vector<Section>& sections, ServerFacts& facts) {
  if (const auto* section = find_section(sections, "image"); section != nullptr && section->status == 0) {
    if (auto image = read_image(section->body)) facts.image = std::move(*image);
  }
}

// What the container's own script says stands in one section of the outer script, under a nonce of its own.
void read_the_inside(const std::vector<Section>& sections, const Nonces& nonces, const InsideQuestion& question,
                     const Memory& memory, ServerFacts& facts) {
  const auto inside_of = [&]() -> Result<plan::Inside> {
    if (find_section(sections, "no_shell") != nullptr) {
      plan::Inside without_shell;
      without_shell.has_shell = false;
      return without_shell;
    }
    const Section* answer = find_section(sections, "inside");
    return read_inside(parse_sections(answer == nullptr ? std::string_view() : answer->body, nonces.inner), question);
  };
  auto inside = inside_of();
  if (!inside) {
    facts.inside_error = inside.error();
    return;
  }
  if (find_section(sections, "look_quick") != nullptr) {
    if (find_section(sections, "server_gpus_files") == nullptr) {
      const bool openable = inside->gpu.openable;
      inside->gpu = memory.inside.gpu;
      inside->gpu.openable = openable;
      facts.server_gpu = memory.server_gpu;
    }
    if (inside->pythons.size() == 1 && !memory.inside.pythons.empty())
      inside->pythons = merged(memory.inside.pythons, inside->pythons.front());
    inside->real_places = memory.inside.real_places;
    inside->bound_volumes = memory.inside.bound_volumes;
    inside->login_cut = memory.inside.login_cut;
    inside->project_files = memory.inside.project_files;
    for (const auto& package : memory.inside.jupyter.packages) {
      if (package.python != memory.python.path) inside->jupyter.packages.push_back(package);
    }
  }
  facts.inside = std::move(*inside);
}

}  // namespace

// As the script's inspect prints it, with the quotes of JSON.
std::string run_of(const plan::Container& container) { return container.id + "@\"" + container.started_at + "\""; }

std::string probe_script(const plan::Desired& desired, const InsideQuestion& question, const Memory& memory,
                         const Nonces& nonces) {
  const auto assign = [](const char* name, const std::string& value) {
    return std::string(name) + "=" + shell::quote(value) + "\n";
  };
  std::string script = section_function(nonces.outer) + assign("container", desired.target.container.name) +
                       assign("image", desired.target.container.image) +
                       assign("aside", desired.target.container.name + plan::k_aside_suffix) +
                       assign("line_end", "\n") + std::string(look_limits()) + std::string(gpu_functions());
  script += assign("project", plan::project_source(desired.target));
  script += assign("gpus", question.gpus ? "yes" : "");
  script += assign("gpus_again", has_good_gpus(memory) ? "" : "again");
  script += assign("known_run", memory.run);
  script += assign("quick", memory.run.empty() || memory.python.path.empty()
                                ? std::string()
                                : inside_script(question, nonces.inner, memory.python, !has_good_gpus(memory)));
  script += assign("full", inside_script(question, nonces.inner));
  const std::string& wanted = desired.target.engine;
  script += assign("engines", wanted == "auto" ? "docker podman" : wanted);
  return k_engine_path + ("\n" + script) + k_script;
}

Result<ServerFacts> read_probe(std::string_view text, const Nonces& nonces, const plan::Desired& desired,
                               const InsideQuestion& question, const Memory& memory) {
  const auto sections = parse_sections(text, nonces.outer);
  ServerFacts facts;
  if (const auto machine = lines_of(sections, "machine"); !machine.empty() && is_printable(machine.front()))
    facts.machine = machine.front();
  if (find_section(sections, "no_engine") != nullptr) {
    const auto trouble = trouble_of(sections);
    facts.engine_error = trouble ? *trouble : no_engine(desired.target.engine);
    return facts;
  }
  const Section* container = find_section(sections, "container");
  if (container == nullptr) {
    return fail(ErrorCode::server_command, "server", "the look at it ended early: its shell gave no answer",
                "check that `ssh SERVER echo ok` prints ok");
  }
  if (container->status == 0) {
    HELPER_TRY_ASSIGN(facts.container, read_container(container->body));
  }
  if (const Section* aside = find_section(sections, "aside")) {
    HELPER_TRY_ASSIGN(facts.aside, read_container(aside->body));
  }
  read_the_engine(sections, facts);
  facts.project_owner = read_owner(sections, plan::project_source(desired.target));
  read_the_image(sections, facts);
  if (facts.engine && !facts.container) facts.container = plan::Container{};
  // A rootless engine's containers live in a network of their own, which the server itself does not reach.
  if (facts.engine && facts.engine->rootless && facts.container && facts.container->address != "127.0.0.1")
    facts.container->address.clear();
  if (find_section(sections, "server_gpus_files") != nullptr) facts.server_gpu = read_gpu(sections, "server_gpus");
  if (find_section(sections, "inside_end") != nullptr) read_the_inside(sections, nonces, question, memory, facts);
  return facts;
}

Result<ServerFacts> probe(CommandRunner& server, const plan::Desired& desired, const Memory& memory,
                          const std::stop_token& stop) {
  const Nonces nonces = make_nonces();
  const InsideQuestion question = question_of(desired);
  HELPER_TRY_ASSIGN(const auto output,
                    server.run({probe_script(desired, question, memory, nonces), {}, k_probe_limit}, stop));
  return read_probe(output.out, nonces, desired, question, memory);
}

}  // namespace helper::engine
