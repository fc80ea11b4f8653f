// A command's arguments as the one line of text that an IDE's external tool keeps, and splits again (ParametersListUtil
// of the IntelliJ Platform: white space separates, double quotes group, only \" escapes).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace helper::ide {

// A command's arguments as the one line of text that an IDE's external tool keeps, and splits again (ParametersListUtil
// of the IntelliJ Platform: white space separates, double quotes group, only \" escapes).

[[nodiscard]] std::string join_parameters(const std::vector<std::string>& arguments);

}  // namespace helper::ide
