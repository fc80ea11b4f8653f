#include "plan/choose_python.hpp"
#include "plan/draft.hpp"

namespace helper::plan {

void plan_python(Draft& draft, const Inside& inside) {
  const auto choice = choose_python(draft.target, inside);
  if (!choice) {
    draft.problem(choice.error());
    return;
  }
  for (auto& note : python_notes(draft.target, inside, *choice)) draft.note(std::move(note));
}

}  // namespace helper::plan
