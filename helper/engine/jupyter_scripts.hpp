// The pieces of sh and Python by which our Jupyter is kept in a container, and the names of its files there.
#pragma once

#include "plan/jupyter_setup.hpp"

#include <string>
#include <string_view>

namespace helper::engine {

// Root's: token and setup (the line of JupyterSetup), which the look reads, even as a root without capabilities.
inline constexpr const char* k_jupyter_folder = "/dev/helper/run/jupyter";
// The user's, in it: config.json (with the token), start.py, pid ("PID START-TIME"), keeper (the pid of start.py), log
// and log.1 (its last output), stopped (once it is to stay away).
inline constexpr const char* k_jupyter_own = "/dev/helper/run/jupyter/own";

// The function `ours`: true while the process that wrote the pid file is alive; sets $pid. A number alone would do for
// another process that got it later, so that the start time is compared too (proc(5), /proc/PID/stat, field 22).
[[nodiscard]] std::string_view ours_function();

// The function `ours_listens HEX`: true while the process $pid, of the user who runs this, listens on that TCP port
// itself. /proc/net/tcp has the socket's inode in field 10; the links in /proc/PID/fd name the sockets of a process.
[[nodiscard]] std::string_view ours_listens_function();

// Python (2.7 or later): `start.py FOLDER MODULE NOTEBOOKS` runs `python -m MODULE --config=FOLDER/config.json` in the
// folder of the notebooks, with its output and its pid kept in FOLDER. When it has run for a while and breaks down, it
// is run again; it ends when that ends well, by SIGTERM, at once, or when the files in FOLDER say that it is to.
[[nodiscard]] std::string_view jupyter_starter();

// What --config reads, JSON: the same settings under the names of Jupyter Server 2 (Lab 4, Notebook 7), Jupyter Server
// 1 (Lab 3) and Notebook 6. Each reads its own and ignores the rest; but Lab takes what a person's own file says of
// LabApp before all that is said of ServerApp (notebook_shim), so ours stands under that name as well.
[[nodiscard]] std::string jupyter_config(const plan::JupyterSetup& setup, const std::string& token);

}  // namespace helper::engine
