#include "ide/access.hpp"

namespace helper::ide {

std::string host_key_alias(const std::string& ssh_name) { return "helper-" + ssh_name; }

}  // namespace helper::ide
