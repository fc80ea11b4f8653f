#include "ensure/look_at_server.hpp"

#include "engine/probe.hpp"
#include "inside/look.hpp"
#include "plan/our_names.hpp"

#include <utility>

namespace helper::ensure {
namespace {

constexpr Milliseconds k_limit{40'000};

Result<plan::Inside> read_answer(const engine::InsideAnswer& answer, const std::string& nonce,
                                 const inside::Question& question, const Memory& memory, bool gpus_were_listed) {
  if (answer.no_shell) {
    plan::Inside without_shell;
    without_shell.has_shell = false;
    return without_shell;
  }
  HELPER_TRY_ASSIGN(auto inside, inside::read_look(parse_sections(answer.text, nonce), question));
  if (answer.quick) return inside::merged(std::move(inside), memory.inside, memory.python, gpus_were_listed);
  return inside;
}

}  // namespace

// What runs inside sees its own nonce, in its argv, and not the outer one.
std::string server_script(const plan::Desired& desired, const Memory& memory, const Nonces& nonces) {
  const auto question = inside::question_of(desired);
  engine::Looks looks;
  looks.gpu_functions = inside::gpu_functions();
  looks.gpus = question.gpus;
  looks.gpus_again = !inside::has_good_gpus(memory.inside);
  looks.known_run = memory.run;
  looks.me = memory.me;
  looks.my_run = memory.my_run;
  if (!memory.run.empty() && !memory.python.path.empty())
    looks.quick = inside::look_script(question, nonces.inner, memory.python, looks.gpus_again);
  looks.full = inside::look_script(question, nonces.inner);
  return engine::probe_script(desired, looks, nonces.outer);
}

Result<ServerLook> read_answers(std::string_view text, const Nonces& nonces, const plan::Desired& desired,
                                const Memory& memory) {
  HELPER_TRY_ASSIGN(auto answer, engine::read_probe(text, nonces.outer, desired));
  ServerLook look;
  look.server = std::move(answer.server);
  look.place.current = std::move(answer.place);
  const bool listed = !answer.server_gpus.empty();
  if (listed) look.server.gpu = inside::read_gpus(answer.server_gpus, "server_gpus");
  if (!answer.inside) return look;
  if (!listed && answer.inside->quick) look.server.gpu = memory.server_gpu;
  auto inside = read_answer(*answer.inside, nonces.inner, inside::question_of(desired), memory, listed);
  if (!inside || !inside->has_shell) {
    // It ended while it was looked into: what it is now is what counts.
    const auto& after = answer.inside->after;
    if (after && *after != plan::ContainerState::running && look.server.container) {
      look.server.container->state = *after;
      look.server.container->exit_code = answer.inside->exit_code;
      look.place.current.reset();
      return look;
    }
    const std::string program = look.server.engine ? look.server.engine->program : "docker";
    if (auto trouble = engine::inside_trouble(answer.inside->said, program, desired.target.container.name))
      inside = fail(std::move(*trouble));
  }
  if (!inside) {
    look.place.inside_error = std::move(inside).error();
    return look;
  }
  if (look.place.current && !inside->bundle.empty())
    look.place.current->shell = {std::string(plan::k_bundle_folder) + "/bin/busybox", "sh"};
  look.place.inside = std::move(*inside);
  return look;
}

Result<ServerLook> look_at_server(CommandRunner& server, const plan::Desired& desired, const Memory& memory,
                                  const std::stop_token& stop) {
  const Nonces nonces = make_nonces();
  HELPER_TRY_ASSIGN(const auto output,
                    server.run({server_script(desired, memory, nonces), {}, k_limit, {}, "sh (look)"}, stop));
  return read_answers(output.out, nonces, desired, memory);
}

}  // namespace helper::ensure
