#include "engine/look.hpp"

namespace helper::engine {

std::string_view look_jupyter() {
  return R"sh(
listens "$jupyter_port"; sec jupyter_listens $?
)sh";
}

void read_jupyter(const std::vector<Section>& sections, const InsideQuestion& question, plan::Inside& inside) {
  inside.jupyter_listening = question.jupyter_port != 0 && is_zero(sections, "jupyter_listens");
}

}  // namespace helper::engine
