// Wanted is all that the files of IDEs are to say about one target.
#pragma once

#include "ide/interpreter.hpp"

#include <string>

namespace helper::ide {

struct Wanted {
  Interpreter interpreter;
  std::string name;         // under which people see it in every dialog: "centernet"
  std::string ssh_id;       // sshConfig@id; the three ids are name-based UUIDs (RFC 9562, version 5) of the target,
  std::string server_id;    // webServer@id;   so that a second run finds its own entries again
  std::string sdk_id;       // additional@SDK_UUID
  std::string helper;       // absolute path of the program, for External Tools
  std::string config_file;  // absolute path of the config that names the target
  bool upload = false;      // the IDE is to upload on save: the project is not mounted from where it is edited
};

}  // namespace helper::ide
