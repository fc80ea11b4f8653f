#include "inside/look.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "inside/look_parts.hpp"
#include "inside/scripts.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace helper::inside {
namespace {

constexpr std::size_t k_most_words = 200;

std::string begin(const Question& question, const std::string& nonce) {
  return script_begin(nonce) + shell::assign("user", question.user) +
         shell::assign("ssh_port", std::to_string(question.ssh_port)) +
         shell::assign("jupyter_port", std::to_string(question.jupyter_port)) +
         shell::assign("folders", joined(question.folders, " "));
}

// The pythons answer while the rest is looked at.
std::string beside(const std::string& pythons, const std::string& rest) {
  return pythons + "ask_as_the_user | {\nexec 3<&0 </dev/null\n" + rest +
         "[ -z \"${gpu_job-}\" ] || wait \"$gpu_job\"\nsec pythons 0\ncat <&3\n}\n";
}

// "GPU 0: ..." and "MIG ...", and no "GPU 0000:18:00.0: GPU is lost".
bool is_of_the_list(std::string_view text) {
  if (text.starts_with("MIG ")) return true;
  constexpr std::string_view k_gpu = "GPU ";
  if (!text.starts_with(k_gpu)) return false;
  const auto number = text.substr(k_gpu.size(), text.find(": ") - k_gpu.size());
  return text.find(": ") != std::string_view::npos && !number.empty() &&
         number.find_first_not_of("0123456789") == std::string_view::npos;
}

void add_once(std::vector<std::string>& all, const std::string& one) {
  if (std::ranges::find(all, one) == all.end()) all.push_back(one);
}

}  // namespace

Question question_of(const plan::Desired& desired) {
  const auto& target = desired.target;
  return {target.ssh.user,
          plan::k_container_ssh_port,
          target.jupyter ? target.jupyter->port : std::uint16_t{0},
          target.python,
          target.project.remote,
          fmt::format("{}", fmt::join(target.project.imports, ",")),
          target.container.gpus != "none",
          plan::sshd_folders(target)};
}

std::string look_script(const Question& question, const std::string& nonce) {
  std::string rest = std::string(scripts::look_places) + look_ssh() + look_root_password() +
                     look_jupyter(question.folders.front() + "/jupyter");
  if (question.gpus) rest += std::string(gpu_functions()) + "gpu_files gpus\ngpu_list gpus &\ngpu_job=$!\n";
  return begin(question, nonce) + look_user() + beside(look_pythons(question, nonce), rest);
}

std::string look_script(const Question& question, const std::string& nonce, const plan::Python& known, bool list_gpus) {
  std::string rest = look_ssh() + look_jupyter(question.folders.front() + "/jupyter");
  if (question.gpus) {
    rest += std::string(gpu_functions()) + "gpu_files gpus\n";
    if (list_gpus) rest += "gpu_list gpus &\ngpu_job=$!\n";
  }
  return begin(question, nonce) + look_user() + beside(look_known_python(question, nonce, known), rest);
}

Result<plan::Inside> read_look(const std::vector<Section>& sections, const Question& question) {
  if (find_section(sections, "user") == nullptr || find_section(sections, "pythons") == nullptr) {
    return fail(ErrorCode::inside_failed, "container", "the look inside it ended early", "try again: helper ensure");
  }
  plan::Inside inside;
  read_user(sections, inside);
  read_places(sections, inside);
  read_ssh(sections, inside);
  read_jupyter(sections, question, inside);
  inside.gpu = read_gpus(sections, "gpus");
  read_pythons(sections, inside);
  return inside;
}

plan::Inside merged(plan::Inside now, const plan::Inside& before, const plan::Python& known, bool gpus_were_listed) {
  if (!gpus_were_listed) {
    const bool openable = now.gpu.openable;
    now.gpu = before.gpu;
    now.gpu.openable = openable;
  }
  // The interpreters of the full look, with what the known one says now in place of what it said then.
  if (now.pythons.size() == 1 && !before.pythons.empty()) {
    const plan::Python answer = now.pythons.front();
    now.pythons = before.pythons;
    for (auto& python : now.pythons) {
      if (python.path != answer.path) continue;
      const std::string source = python.source;
      python = answer;
      python.source = source;
    }
  }
  now.real_places = before.real_places;
  now.bound_volumes = before.bound_volumes;
  now.login_cut = before.login_cut;
  now.root_password = before.root_password;
  now.project_files = before.project_files;
  for (const auto& package : before.jupyter.packages) {
    if (package.python != known.path) now.jupyter.packages.push_back(package);
  }
  return now;
}

std::string_view gpu_functions() { return scripts::gpu; }

plan::GpuFacts read_gpus(const std::vector<Section>& sections, const std::string& name) {
  plan::GpuFacts facts;
  for (const auto& line : lines_of(sections, name + "_files")) {
    if (!is_printable(line)) continue;
    if (line.starts_with("file ")) facts.nodes.push_back(line.substr(5));
    if (line.starts_with("driver ")) facts.driver = line.substr(7);
    if (line.starts_with("other ")) add_once(facts.others, line.substr(6));
    if (line == "closed") facts.openable = false;
    if (line == "smi") facts.smi_found = true;
  }
  const auto* list = find_section(sections, name);
  if (list == nullptr) return facts;
  facts.smi_found = true;
  facts.smi_status = list->status;
  std::string words;
  for (const auto& line : lines_of(sections, name)) {
    const auto start = line.find_first_not_of(' ');
    if (!is_printable(line) || start == std::string::npos) continue;
    const std::string text = line.substr(start);
    if (is_of_the_list(text)) {
      facts.gpus.push_back(text);
    } else if (words.empty()) {
      words = trimmed(text.substr(0, k_most_words));
    }
  }
  // What a good answer brings besides is noise, such as the loader's.
  if (facts.gpus.empty() || facts.smi_status != 0) facts.smi_words = words;
  return facts;
}

bool has_good_gpus(const plan::Inside& inside) { return inside.gpu.openable && !inside.gpu.gpus.empty(); }

}  // namespace helper::inside
