// helper: the command that people type. Everything it does is in cli/app.cpp and the table of verbs.
#include "cli/app.hpp"

#include <string>
#include <vector>

int main(int argc, char** argv) {
  return helper::cli::run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
