#include "cli/context.hpp"
#include "cli/runners.hpp"
#include "config/schema.hpp"

namespace helper::cli {

Result<int> run_schema(Context& context) {
  context.out << config::config_schema();
  return 0;
}

}  // namespace helper::cli
