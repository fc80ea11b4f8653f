// Wanted is all that the files of IDEs must say about one target.
#pragma once

#include "base/result.hpp"
#include "ide/access.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace helper::ide {

struct Wanted {
  Access access;
  std::string name;         // under which people see it in every dialog: "centernet of my_project"
  std::string ssh_id;       // sshConfig@id; the three ids are name-based UUIDs (RFC 9562, version 5) of that name,
  std::string server_id;    // webServer@id;   so that a second run finds its own entries again
  std::string sdk_id;       // additional@SDK_UUID
  std::string helper;       // absolute path of the program, for External Tools
  std::string config_file;  // absolute path of the config that names the target
  std::string home;         // of the person whose IDE it is: what $USER_HOME$ means in the files
  bool upload = false;      // the IDE uploads on save: the project is not mounted from where it is edited
  std::int64_t date = 0;    // now, in milliseconds since 1970: new entries of Gateway's list are sorted by it
  std::string script{};     // below the project, "train.py": what a new run configuration runs
  // What the project's files say, see with_project(); "" and false as long as nobody has looked.
  std::string module{};         // the name of the module that holds the project's folder
  std::string module_file{};    // its file, below the project; "" when there are several, and none of them does
  std::string configuration{};  // the name of a new run configuration; "": by the script's
  std::string tool_group{};     // the tool set of the IDE's External Tools.xml
  bool has_pyproject = false;   // the project's folder has a pyproject.toml
  bool old_model = false;       // and the person does not want IDEs to make modules of it (ide.project_model "off")
  friend bool operator==(const Wanted&, const Wanted&) = default;
};

// The name is the target's, and that of the folder which holds its helper.json (for another file, that of the file; for
// a person's own config.json none): two projects may each have a target "gpu", and their entries are side by side.
// Names and ids depend on nothing else, so a project that moves to another place keeps them. Of two projects that share
// the names of both folder and target the last one counts.
[[nodiscard]] Wanted make_wanted(Access access, std::string helper, std::string config_file, std::string home);

// A path of this machine as an IDE writes it, so that it never finds anything to change: "$USER_HOME$/x".
[[nodiscard]] std::string collapsed(const std::string& path, const Wanted& wanted);

// What projects refer to the interpreter by. The version of Python is not in it: a newer one is the same interpreter.
[[nodiscard]] std::string sdk_name(const Wanted& wanted);

// The external tool that makes the target ready, and how run configurations refer to it.
[[nodiscard]] std::string ensure_tool(const Wanted& wanted);
[[nodiscard]] std::string ensure_action(const Wanted& wanted);

// Nothing when each value can be in an IDE's file. Error: file_failed for one that cannot (control characters, bytes
// that are not UTF-8, two '$', between which an IDE sees a macro). with_target and without_target ask it themselves.
[[nodiscard]] Result<void> check_wanted(const Wanted& wanted);

}  // namespace helper::ide
