// The runners are what the verbs do, one function each; verbs.cpp binds them to their rows.
#pragma once

#include "base/result.hpp"

#include <string>

namespace helper::cli {

struct Context;

// run_target.cpp: through the daemon, on one target or on all.
[[nodiscard]] Result<int> run_ensure(Context& context);
[[nodiscard]] Result<int> run_plan(Context& context);
[[nodiscard]] Result<int> run_status(Context& context);
[[nodiscard]] Result<int> run_stop(Context& context);
[[nodiscard]] Result<int> run_restart(Context& context);
[[nodiscard]] Result<int> run_eject(Context& context);
[[nodiscard]] Result<int> run_remove(Context& context);
[[nodiscard]] Result<int> run_snapshot(Context& context);
[[nodiscard]] Result<int> run_list(Context& context);
[[nodiscard]] Result<int> run_logs(Context& context);

// ensure --all
[[nodiscard]] Result<int> run_ensure_all(Context& context);

// run_settings.cpp
[[nodiscard]] Result<int> run_settings(Context& context);

// run_python.cpp, run_gpu.cpp
[[nodiscard]] Result<int> run_python(Context& context);
[[nodiscard]] Result<int> run_gpu(Context& context);

// run_exec.cpp: by this machine's OpenSSH, which takes our place
[[nodiscard]] Result<int> run_exec(Context& context);
[[nodiscard]] Result<int> run_script(Context& context);
[[nodiscard]] Result<int> run_cp(Context& context);

// run_open.cpp, run_connect.cpp: of a target that is made ready first
[[nodiscard]] Result<int> run_open(Context& context);
[[nodiscard]] Result<int> run_connect(Context& context);

// run_ide.cpp
[[nodiscard]] Result<int> run_ide(Context& context);

// run_completion.cpp
[[nodiscard]] Result<int> run_completion(Context& context);

// All of it, for what must not be visible on a command line. Errors: file_failed; usage, above 1 MiB.
[[nodiscard]] Result<std::string> read_standard_input();
// whether it starts at login
[[nodiscard]] Result<int> run_daemon(Context& context);

// run_local.cpp: about helper itself.
[[nodiscard]] Result<int> run_serve(Context& context);
[[nodiscard]] Result<int> run_rpc(Context& context);
[[nodiscard]] Result<int> run_version(Context& context);
[[nodiscard]] Result<int> run_help(Context& context);
[[nodiscard]] Result<int> run_none(Context& context);

// run_trust.cpp: which configs may run
[[nodiscard]] Result<int> run_trust(Context& context);
[[nodiscard]] Result<int> run_untrust(Context& context);

// run_schema.cpp
[[nodiscard]] Result<int> run_schema(Context& context);

// config.cpp: what the config says, and where
[[nodiscard]] Result<int> run_config(Context& context);

// run_init.cpp: the first config
[[nodiscard]] Result<int> run_init(Context& context);

}  // namespace helper::cli
