// Faults collects all that is wrong with a config, each with its place, and tells it as one error.
#pragma once

#include "base/error.hpp"
#include "config/json_tree.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace helper::config {

// Where something is written: a line of the config, or of the local file beside it.
struct Spot {
  int line = 1;
  bool is_local = false;
};
[[nodiscard]] inline Spot spot_of(const JsonNode& node) { return {node.line, node.is_local}; }

// Where each key is written, by its full path: "targets.centernet.ssh.local_port", "….forwards[0]".
using Places = std::map<std::string, Spot>;

// The place of the key, or of the nearest object around it when the key is not written.
[[nodiscard]] Spot spot_of(const Places& places, std::string path);

// "helper.json:12: targets.centernet.ssh": how errors name a place.
[[nodiscard]] std::string thing_at(const std::filesystem::path& file, int line, const std::string& path);
[[nodiscard]] std::string thing_at(const std::filesystem::path& file, Spot spot, const std::string& path);

class Faults {
 public:
  explicit Faults(std::filesystem::path file) : file_(std::move(file)) {}

  void add(Spot spot, const std::string& path, std::string cause, std::string fix);
  // An error of another file, which the key at `path` names.
  void add(Spot spot, const std::string& path, Error error);
  // What would be said about `path` only follows from a known fault.
  void spoil(const std::string& path) { spoiled_.push_back(path); }
  // Whether a fault is at `path`, or at what it is in, or in it.
  [[nodiscard]] bool touch(const std::string& path) const;

  [[nodiscard]] bool empty() const { return faults_.empty(); }
  // No more are taken, so that a config that is all wrong takes no time.
  [[nodiscard]] bool is_full() const;
  // In the order of lines: the only one as it is, else one error that lists the first 20. Not for an empty list.
  [[nodiscard]] Error take();

 private:
  struct Fault {
    Spot spot;
    Error error;
  };
  std::filesystem::path file_;
  std::vector<Fault> faults_;
  std::vector<std::string> spoiled_;
};

}  // namespace helper::config
