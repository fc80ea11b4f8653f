#include "engine/inside_probe.hpp"

#include "base/shell.hpp"
#include "engine/look.hpp"

namespace helper::engine {
namespace {

std::string assign(const std::string& name, const std::string& value) {
  return name + "=" + shell::quote(value) + "\n";
}

std::string settings(const InsideQuestion& question, const std::string& nonce) {
  return assign("nonce", nonce) + assign("user", question.user) + assign("ssh_port", port_hex(question.ssh_port)) +
         assign("jupyter_port", port_hex(question.jupyter_port)) + section_function(nonce);
}

}  // namespace

std::string inside_script(const InsideQuestion& question, const std::string& nonce) {
  std::string script = settings(question, nonce);
  for (const auto part : {look_begin(), look_places(), look_ssh(), look_jupyter()}) script += part;
  if (question.gpus) script += look_gpu();
  return script + look_pythons(question, nonce);
}

std::string inside_script(const InsideQuestion& question, const std::string& nonce, const plan::Python& known,
                          bool list_gpus) {
  std::string script = settings(question, nonce);
  for (const auto part : {look_begin(), look_ssh(), look_jupyter()}) script += part;
  if (question.gpus) script += list_gpus ? look_gpu() : look_gpu_files();
  return script + look_known_python(question, nonce, known);
}

Result<plan::Inside> read_inside(const std::vector<Section>& sections, const InsideQuestion& question) {
  if (find_section(sections, "user") == nullptr || find_section(sections, "pythons") == nullptr) {
    return fail(ErrorCode::inside_failed, "container", "the look inside it ended early", "try again: helper ensure");
  }
  plan::Inside inside;
  read_user(sections, inside);
  read_places(sections, inside);
  read_ssh(sections, inside);
  read_jupyter(sections, question, inside);
  inside.gpu = read_gpu(sections, "gpus");
  read_pythons(sections, inside);
  return inside;
}

}  // namespace helper::engine
