#include "engine/probe.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "engine/place.hpp"
#include "engine/read.hpp"
#include "engine/record.hpp"
#include "engine/scripts.hpp"
#include "plan/our_names.hpp"
#include "plan/server_mounts.hpp"

#include <array>
#include <charconv>

namespace helper::engine {
namespace {

constexpr std::array<std::string_view, 2> k_programs{"docker", "podman"};

// The lines "host HOST" and "context NAME".
ChosenDocker chosen_docker(const std::vector<Section>& sections) {
  ChosenDocker chosen;
  for (const auto& line : lines_of(sections, "chosen_docker")) {
    if (line.starts_with("host ")) chosen.host = trimmed(line.substr(5));
    if (line.starts_with("context ")) chosen.context = trimmed(line.substr(8));
    chosen.context_is_set = chosen.context_is_set || line == "by DOCKER_CONTEXT";
  }
  return chosen;
}

// Why the first engine that is there does not answer.
std::optional<Error> trouble_of(const std::vector<Section>& sections) {
  for (const auto program : k_programs) {
    if (const auto* trouble = find_section(sections, "trouble_" + std::string(program)))
      return engine_trouble(trouble->body, program, chosen_docker(sections));
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

Error ended_early(const std::string& server) {
  return {ErrorCode::server_command, "server", "the look at it ended early: its shell gave no answer",
          "see whether this prints ok: ssh " + shell::quote(server) + " echo ok"};
}

Error why_none(const std::vector<Section>& sections, const std::string& wanted) {
  return trouble_of(sections).value_or(no_engine(wanted));
}

std::string assigned_choice(const config::Target& target) {
  return shell::assign("container", target.container.name) +
         shell::assign("aside", target.container.name + plan::k_aside_suffix) + shell::assign("line_end", "\n") +
         shell::assign("engines", target.engine == "auto" ? "docker podman" : target.engine);
}

// The program that answered, and what it says of itself when it was asked.
void read_the_engine(const std::vector<Section>& sections, plan::ServerFacts& facts) {
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
    facts.engine_build = read_engine_build(section->body);
  } else if (engine.program == "podman") {
    engine.kind = plan::EngineKind::podman;
    engine.rootless = program != nullptr && program->status != 0;
  }
  if (const auto trouble = trouble_of(sections)) {
    // A Docker that is down or set up wrongly may have this container: a second one in Podman would be a surprise.
    const Section* container = find_section(sections, "container");
    const bool has_it = (container != nullptr && container->status == 0) || find_section(sections, "aside") != nullptr;
    if (trouble->code != ErrorCode::engine_permission && !has_it) {
      facts.engine_error = trouble;
      facts.engine_error->fix += "; or, to use " + plan::to_text(engine.kind) +
                                 " instead, in helper.json: " + R"("engine": ")" + engine.program + "\"";
      return;
    }
    engine.passed_over = trouble->cause;
    if (trouble->code == ErrorCode::engine_permission) engine.passed_over += "; to use Docker: " + trouble->fix;
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

void read_the_image(const std::vector<Section>& sections, plan::ServerFacts& facts) {
  if (const auto* section = find_section(sections, "image"); section != nullptr && section->status == 0) {
    if (auto image = read_image(section->body)) facts.image = std::move(*image);
  }
}

void read_the_keeper(const std::vector<Section>& sections, plan::ServerFacts& facts) {
  const auto* section = find_section(sections, "keeper");
  const auto name = lines_of(sections, "keeper");
  if (section == nullptr || name.size() != 1 || !is_printable(name.front())) return;
  plan::Keeper keeper;
  keeper.name = name.front();
  keeper.has_socket = section->status == 0;
  if (const auto* about = find_section(sections, "keeper_container")) {
    const auto container = read_container(about->body);
    if (!container) return;
    keeper.state = container->state;
    keeper.id = container->id;
    if (const auto label = container->labels.find(plan::k_label_keeper); label != container->labels.end())
      keeper.version = label->second;
  }
  facts.keeper = std::move(keeper);
}

std::optional<InsideAnswer> read_the_inside(const std::vector<Section>& sections) {
  if (find_section(sections, "inside_end") == nullptr) return std::nullopt;
  InsideAnswer answer;
  answer.no_shell = find_section(sections, "no_shell") != nullptr;
  answer.quick = find_section(sections, "look_quick") != nullptr;
  if (const auto* text = find_section(sections, "inside")) answer.text = text->body;
  if (const auto* said = find_section(sections, "inside_said")) answer.said = said->body;
  if (const auto after = lines_of(sections, "inside_after"); !after.empty()) {
    const auto words = split(after.front(), ' ');  // state, exit code, how often it was restarted; else it is no answer
    const auto is_code = [&](const std::string& word) {
      return std::from_chars(word.data(), word.data() + word.size(), answer.exit_code).ec == std::errc();
    };
    if (words.size() == 3 && is_code(words[1])) answer.after = read_state(words.front());
  }
  return answer;
}

}  // namespace

std::optional<Error> inside_trouble(std::string_view said, const std::string& program, const std::string& container) {
  constexpr std::array<std::string_view, 6> k_no_program{
      "executable file not found", "no such file or directory", "not found",
      "permission denied",         "exec format error",         "not a directory"};
  const std::string words = failure_words(said);
  const std::string small = lower_case(words);
  if (words.empty()) return std::nullopt;
  for (const auto sign : k_no_program) {
    if (small.find(sign) != std::string::npos) return std::nullopt;
  }
  const bool is_full = small.find("no space left") != std::string::npos;
  return Error{ErrorCode::container_failed, "container " + container, "the engine cannot run a program in it: " + words,
               is_full ? "make room; to see what is full, on the server: df -h / /tmp /run /var/lib"
                       : "on the server, look at: " + program + " exec " + shell::quote(container) + " sh -c :"};
}

std::string choice_script(const config::Target& target, const std::string& nonce) {
  return k_engine_path + ("\n" + script_begin(nonce)) + assigned_choice(target) + std::string(scripts::choose_engine);
}

Result<std::string> read_choice(std::string_view text, const std::string& nonce, const config::Target& target) {
  const auto sections = parse_sections(text, nonce);
  plan::ServerFacts facts;
  if (find_section(sections, "no_engine") != nullptr) {
    facts.engine_error = why_none(sections, target.engine);
  } else if (find_section(sections, "container") == nullptr) {
    return fail(ended_early(target.server));
  } else {
    read_the_engine(sections, facts);
  }
  if (facts.engine_error) return fail(std::move(*facts.engine_error));
  return facts.engine.value_or(plan::Engine{}).program;
}

std::string probe_script(const plan::Desired& desired, const Looks& looks, const std::string& nonce) {
  const auto yes = [](bool value) { return value ? "yes" : ""; };
  std::string script = script_begin(nonce) + looks.gpu_functions + assigned_choice(desired.target);
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string_view, std::string>>{
           {"image", desired.target.container.image},
           {"project", plan::project_source(desired.target)},
           {"mounts", joined(plan::mount_sources(desired.target.container), "\n")},
           {"gpus", yes(looks.gpus)},
           {"gpus_named", yes(desired.target.container.gpus.find_first_of("0123456789") != std::string::npos)},
           {"gpus_again", yes(looks.gpus_again)},
           {"known_run", looks.known_run},
           {"me", looks.me},
           {"my_run", looks.my_run},
           {"agreed", desired.agreed_owner},
           {"share", desired.target.container.share ? "yes" : ""},
           {"label", plan::k_label_target},
           {"our_shell", std::string(scripts::our_shell)},
           {"quick", looks.quick},
           {"full", looks.full}}) {
    script += shell::assign(name, value);
  }
  return k_engine_path + ("\n" + script) + std::string(scripts::look_ahead) + "look_ahead | {\nexec 3<&0 </dev/null\n" +
         std::string(scripts::choose_engine) + std::string(scripts::probe) + "}\n";
}

Result<ProbeAnswer> read_probe(std::string_view text, const std::string& nonce, const plan::Desired& desired) {
  const auto sections = parse_sections(text, nonce);
  ProbeAnswer answer;
  plan::ServerFacts& facts = answer.server;
  if (const auto machine = lines_of(sections, "machine"); !machine.empty() && is_printable(machine.front()))
    facts.machine = machine.front();
  if (find_section(sections, "no_engine") != nullptr) {
    facts.engine_error = why_none(sections, desired.target.engine);
    return answer;
  }
  const Section* container = find_section(sections, "container");
  if (container == nullptr) return fail(ended_early(desired.target.server));
  if (container->status == 0) {
    HELPER_TRY_ASSIGN(facts.container, read_container(container->body));
  }
  if (const Section* aside = find_section(sections, "aside")) {
    HELPER_TRY_ASSIGN(facts.aside, read_container(aside->body));
  }
  for (const auto& line : lines_of(sections, "records")) {
    if (auto record = read_record(line)) facts.records.push_back(std::move(*record));
  }
  read_the_engine(sections, facts);
  for (auto& line : lines_of(sections, "no_folders")) {
    if (line.starts_with('/') && is_printable(line)) facts.missing_folders.push_back(std::move(line));
  }
  facts.project_owner = read_owner(sections, plan::project_source(desired.target));
  if (const Section* toolkit = find_section(sections, "toolkit")) facts.toolkit = read_toolkit(toolkit->body);
  read_the_image(sections, facts);
  read_the_keeper(sections, facts);
  if (facts.engine && !facts.container) facts.container = plan::Container{};
  // A rootless engine's containers live in a network of their own, which the server itself does not reach.
  if (facts.engine && facts.engine->rootless && facts.container && facts.container->ways.address != "127.0.0.1")
    facts.container->ways.address.clear();
  for (const auto& section : sections) {
    if (section.name == "server_gpus_files" || section.name == "server_gpus") answer.server_gpus.push_back(section);
  }
  answer.inside = read_the_inside(sections);
  if (answer.inside && facts.container && facts.engine) {
    const auto& target = desired.target;
    answer.place = place_of(cli_of(*facts.engine), target.container.name, target.ssh.user, *facts.container);
  }
  return answer;
}

}  // namespace helper::engine
