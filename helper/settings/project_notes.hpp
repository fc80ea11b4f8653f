// What a person must know of the project's own files: which interpreter they name, and what helper leaves to the
// person. Reads, and writes nothing.
#pragma once

#include "settings/context.hpp"
#include "settings/gather.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace helper::settings {

struct OtherInterpreter {
  std::string name;  // "": none of Python
  std::filesystem::path file;
  friend bool operator==(const OtherInterpreter&, const OtherInterpreter&) = default;
};

// The interpreter that the project's files name now in the place of the target's; nullopt when it is the target's, or
// was never written there. An IDE that recreates its modules may have chosen one.
[[nodiscard]] std::optional<OtherInterpreter> other_interpreter(FileStore& files, const Formats& formats,
                                                                const Ledger& ledger, const std::string& name);
// The same as a sentence, with what puts ours back (`applying`: that is what is done); "" for none.
[[nodiscard]] std::string told_of_other_interpreter(FileStore& files, const Formats& formats, const Ledger& ledger,
                                                    const std::string& name, bool applying);

// An IDE may have given the module another name since: then the ledger is told of its file, so that an undo takes our
// interpreter out of it.
void note_renamed_module(const Context& context, Ledger& ledger, const std::string& name);

// Of a planned apply.
[[nodiscard]] std::vector<std::string> project_notes(const Order& order, const Formats& formats,
                                                     const std::vector<Edit>& edits);

}  // namespace helper::settings
