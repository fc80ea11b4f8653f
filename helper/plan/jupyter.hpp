// Jupyter in the container of a target: what a look finds of it, how it is to run, and what it is doing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

struct Desired;
struct Observed;

enum class JupyterKind { lab, notebook };

// A Jupyter that an interpreter has as a module, so that `PYTHON -m jupyterlab` or `PYTHON -m notebook` runs it.
struct JupyterPackage {
  std::string python;  // the interpreter's path
  JupyterKind kind = JupyterKind::lab;
  std::string version;  // "4.0.11"; "" when it says none
  friend bool operator==(const JupyterPackage&, const JupyterPackage&) = default;
};

// What a look tells: which interpreters can run it, and what runs.
struct JupyterFacts {
  std::vector<JupyterPackage> packages;
  bool listening = false;         // something listens on the port that the config names
  bool image_starts_one = false;  // a young container's own Jupyter, which may still take the port
  bool ours_runs = false;         // the one that we started is alive
  bool ours_ended = false;        // we started one in this run of the container, and it is not alive
  int sessions = 0;               // kernels and terminals of ours, which end with it
  unsigned int uid = 0;           // whose process ours is
  std::string setup;              // the line (JupyterSetup) by which ours was started
  std::string token;              // secret, of ours: it is in no plan, event or log
  bool is_elsewhere = false;      // what listens is no process of this container, which shares another's network
  std::uint16_t free_port = 0;    // with is_elsewhere: a port near by on which nothing listens; 0 = none was found
  std::string base_path{};        // of one that is not ours: below it are its pages, "/user/x/"; "" = "/", or not known
  friend bool operator==(const JupyterFacts&, const JupyterFacts&) = default;
};

// How it is to run: by which interpreter, for whom, where.
struct JupyterSetup {
  JupyterPackage package;
  std::string user;
  std::string home;
  std::string folder;   // where its notebooks are; made when it is not there
  std::string address;  // on which it listens: 0.0.0.0 in a network of the container's own, else 127.0.0.1
  std::uint16_t port = 0;
  std::string run_folder{};  // jupyter_folder()
  std::uint32_t uid = 0;     // of the user
  friend bool operator==(const JupyterSetup&, const JupyterSetup&) = default;
};

// None: no interpreter has Jupyter, or the config asks for none. The chosen interpreter's is taken before any other's,
// Lab before Notebook.
[[nodiscard]] std::optional<JupyterSetup> jupyter_setup(const Desired& desired, const Observed& observed);

// Something that is not this person's listens on the port that the config names for Jupyter: another's of those who
// share the container, or of another container or the server, whose network this one shares. Nothing is forwarded to
// it.
[[nodiscard]] bool jupyter_port_is_anothers(const Desired& desired, const Observed& observed);

// All of it on one line, to be kept beside a Jupyter and compared with what is wanted later.
[[nodiscard]] std::string to_line(const JupyterSetup& setup);

// "JupyterLab 4.0.11", "Jupyter Notebook 6.4.12".
[[nodiscard]] std::string to_text(const JupyterPackage& package);

// One of its kernels, as its REST API tells. What is text has come through printable().
struct JupyterKernel {
  std::string id;
  std::string name;           // of its kernelspec: "python3"
  std::string state;          // Jupyter's word: "idle", "busy", "starting"
  std::string last_activity;  // RFC 3339; "" when it is not told
  std::string notebook;       // the file whose session it is: "work/train.ipynb"; "" when none is known
  int connections = 0;        // clients that listen to it now
  friend bool operator==(const JupyterKernel&, const JupyterKernel&) = default;
};

// What it was doing when it was asked. No part of Observed, since a look does not ask for it: only `status` does, and
// who is about to end it.
struct JupyterWork {
  std::vector<JupyterKernel> kernels;
  std::string unknown = {};  // why the kernels are not known; "" when they are
  friend bool operator==(const JupyterWork&, const JupyterWork&) = default;
};

}  // namespace helper::plan
