#include "ide/access.hpp"

namespace helper::ide {

std::string host_key_alias(const std::string& target) { return "helper-" + target; }

}  // namespace helper::ide
