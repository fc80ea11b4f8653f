// Who the person is, in records on servers: made once on this machine, and the same on every machine that the file is
// copied to.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/record.hpp"

#include <string>
#include <string_view>

namespace helper::ensure {

// What the file says; one that is not there is made first, with the account's name, 0600. Error file_failed: it cannot
// be read or written, or is not ours.
[[nodiscard]] Result<plan::Person> this_person(FileStore& files, const Paths& paths);

// Pure: a name for people to read, of letters, digits, '.', '_' and '-'; "somebody" when nothing is left of it.
[[nodiscard]] std::string readable_name(std::string_view account);

// Pure: what a shared container has for each person: a user with their name, and a port for their Jupyter. Only what
// the config leaves open.
void give_own_user(config::Target& target, const plan::Person& me);

// Pure: the name of a container whose config gives it none: "anna-centernet", so that several people may use one
// helper.json on one server. Without a person's name (root is none) it is the target's.
[[nodiscard]] std::string default_container_name(const plan::Person& me, const std::string& target);

// Another config that this machine has used (ssh_names), by which this person created the container, and which still
// names it; "" = there is none.
[[nodiscard]] std::string other_project(FileStore& files, const Paths& paths, const plan::Desired& desired,
                                        const plan::Observed& observed);

}  // namespace helper::ensure
