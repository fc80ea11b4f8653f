// Context is what a verb has to work with: its arguments, the two outputs, the daemon, the files, and the person, if
// any.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "base/process/process.hpp"
#include "base/prompt.hpp"
#include "cli/daemon.hpp"
#include "cli/interrupts.hpp"
#include "cli/parse.hpp"
#include "cli/render/style.hpp"
#include "rpc/json.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace helper::cli {

struct Context {
  const Arguments& arguments;
  std::ostream& out;  // results
  std::ostream& err;  // progress and errors
  Style out_style;
  Style err_style;
  bool out_is_terminal = false;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  std::filesystem::path folder;  // where the person is
  std::string agent_socket;      // SSH_AUTH_SOCK
  FileStore& files;
  Prompter& person;
  bool can_ask = false;  // `person` is one
  Interrupts& interrupts;
  Clock& clock;
  std::function<Result<Paths>()> paths;     // made when first needed: it creates a folder
  std::function<Result<Daemon*>()> daemon;  // likewise
  bool in_is_terminal = false;
  // Replaces this process by another program; returns only when that failed.
  std::function<Result<int>(const std::vector<std::string>& argv)> become{};
  // run_process(), stopped by Ctrl-C.
  std::function<Result<CommandOutput>(const ProcessSpec& spec, const OutputSink& on_output)> process{};
};

// The document as text: indented, with only ASCII in it when it goes to a terminal.
[[nodiscard]] std::string to_document(const rpc::Json& json, bool for_terminal);

// The one document that a verb with --json writes.
void write_json(Context& context, const rpc::Json& document);

}  // namespace helper::cli
