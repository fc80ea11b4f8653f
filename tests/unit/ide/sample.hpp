// A ready target as the tests of the ide room use it.
#pragma once

#include "ide/access.hpp"
#include "ide/wanted.hpp"

namespace helper::ide::test {

inline Access sample() {
  Access i;
  i.target = i.ssh_name = "centernet";
  i.host = "127.0.0.1";
  i.port = 2222;
  i.user = "root";
  i.key_file = "/home/me/.ssh/id_ed25519";
  i.known_hosts = "/home/me/.local/share/helper/known_hosts";
  i.host_key_alias = host_key_alias("centernet");
  i.python = "/opt/conda/envs/CenterNet/bin/python";
  i.python_version = "3.11.2";
  i.python_prefix = "/opt/conda/envs/CenterNet";
  i.python_cause = "a login shell's `which python` names it";
  i.project_local = "/home/me/my_project";
  i.project_remote = "/workspace/my_project";
  i.jupyter_port = 8888;
  i.jupyter_url = "http://127.0.0.1:8888/?token=0123456789abcdef";
  return i;
}

inline Wanted sample_wanted() {
  Wanted wanted = make_wanted(sample(), "/usr/local/bin/helper", "/home/me/my_project/helper.json", "/home/me");
  wanted.date = 1790000000000;
  wanted.script = "train.py";
  return wanted;
}

}  // namespace helper::ide::test
