#include "plan/choose_python.hpp"
#include "plan/draft.hpp"

namespace helper::plan {

void plan_python(Draft& draft, const Inside& inside) {
  if (const auto python = choose_python(draft.target.python, inside.pythons); !python) draft.problem(python.error());
}

}  // namespace helper::plan
