// Which files must be written for an order, and with what text: reads everything, writes nothing.
#pragma once

#include "settings/context.hpp"
#include "settings/edit.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace helper::settings {

// What is asked for.
struct Order {
  ide::Wanted wanted;
  std::filesystem::path project;  // the folder that holds .idea; "" = none
  std::vector<std::string> ides;  // as choose() takes them
  // The path of a script of the project, for which a run configuration is made, or of a run configuration (.xml) that
  // is there; "" = none. Below the project or absolute; complete() makes it one below the project.
  std::string run_configuration;
  bool ssh_config = true;
  bool second_name_only = false;  // of the Host block: a server of a config is called as the target is
  bool now = false;               // files of an IDE that runs are written nevertheless
  bool follow_links = false;      // out of the project or the IDE's folder, too
  bool dry_run = false;           // nothing is written
};

// What reads the files of a project.
[[nodiscard]] ide::ProjectReader reader_of(FileStore& files, const std::filesystem::path& project);

// Adds what the project's files and the IDEs' tools say to what is wanted. Error: usage when what the order names is no
// file of the project.
[[nodiscard]] Result<void> complete(const Context& context, Order& order, const std::vector<ide::Product>& products);

// In the order in which they are written.
[[nodiscard]] std::vector<Edit> application_edits(const Context& context, const ide::Wanted& wanted,
                                                  const std::vector<ide::Product>& products);
// None when no product can have the interpreter. Refused are those that would name an entry of the person's own, of any
// IDE that is installed or of the project, and a mapping of our name that `ledger` does not know.
[[nodiscard]] std::vector<Edit> project_edits(const Context& context, const Ledger& ledger, const Order& order,
                                              const std::vector<ide::Product>& products);
// Of ~/.ssh/config, and of ~/.ssh/known_hosts: the SSH client of an IDE looks for host keys in no other file.
[[nodiscard]] std::vector<Edit> ssh_edits(const Context& context, const ide::Wanted& wanted);

// Whether what we write there is one thing for all targets together.
[[nodiscard]] bool is_for_all_targets(const Context& context, const Place& place);

// The edit of the same place by the text that it has now.
[[nodiscard]] Edit remake(const Context& context, const Place& place, const ide::Wanted& wanted,
                          const ide::Product& product);

// The text without the entries of `wanted`; nullopt when nothing else is in it.
[[nodiscard]] Result<std::optional<std::string>> without_ours(const Context& context, const Place& place,
                                                              const std::string& text, const ide::Wanted& wanted,
                                                              const ide::Staying& staying = {});

// All files of installed IDEs that may hold entries of `wanted`, whether we wrote there or not: an IDE that is upgraded
// copies the config folder of its predecessor.
[[nodiscard]] std::vector<Place> application_places(const Context& context, const ide::Wanted& wanted);

}  // namespace helper::settings
