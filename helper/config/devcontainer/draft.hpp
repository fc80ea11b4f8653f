// DevcontainerDraft is what was read of a devcontainer.json so far: where the parts of the reader put their settings,
// and what they cannot do.
#pragma once

#include "config/devcontainer/translate.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

class DevcontainerDraft {
 public:
  explicit DevcontainerDraft(const DevcontainerPlace& place);

  [[nodiscard]] const DevcontainerPlace& place() const { return place_; }
  [[nodiscard]] Variables& variables() { return variables_; }
  [[nodiscard]] bool server_is_here() const { return place_.server == "local"; }

  // Rows by what follows "targets.*.": "container.env". A later value takes the place of an earlier one.
  void set(std::string_view row, const std::string& key, JsonNode value);
  void set_text(std::string_view row, const std::string& key, int line, std::string text);
  void add(std::string_view row, const std::string& key, JsonNode item);  // to a list
  void add_text(std::string_view row, const std::string& key, int line, std::string text);
  void put(std::string_view row, const std::string& key, const std::string& name, JsonNode member);  // into an object
  [[nodiscard]] bool has(std::string_view row) const;

  // What the following notes and mistakes are about, until the next call: the target's own key `row` takes its place.
  void about(std::string row, std::string mount_point = {});
  void unsupported(Unsupported what);
  // An error becomes a mistake of the file.
  void keep(Result<void> read);
  // Notes that a folder of this machine is wanted in a container on another one.
  void unsupported_mount(const std::string& key, int line, const std::string& source, const std::string& place);

  // The text of `node` with the values of its variables; nullopt when it has been listed as unsupported. `folder_ok`:
  // it may name a folder of this machine although the server is another one.
  [[nodiscard]] Result<std::optional<std::string>> text(const JsonNode& node, const std::string& key,
                                                        bool folder_ok = false);
  // The same, and nullopt where a variable that is not set makes it empty: then there is no such setting.
  [[nodiscard]] Result<std::optional<std::string>> name(const JsonNode& node, const std::string& key,
                                                        bool folder_ok = false);
  // The value of a variable: text, a number or a boolean, as written. It may be empty, and name a folder.
  [[nodiscard]] Result<std::optional<std::string>> value(const JsonNode& node, const std::string& key);
  // False: its value may not be written into a file, and is listed. One whose variable is missing, so empty, is listed
  // too.
  [[nodiscard]] bool may_use(const Expanded& its, const std::string& key, int line);
  // The same without a look at what is in it.
  [[nodiscard]] Result<Expanded> expanded(const JsonNode& node, const std::string& key) const;

  [[nodiscard]] Result<void> expect(const JsonNode& node, JsonNode::Type type, const std::string& key) const;
  [[nodiscard]] tl::unexpected<Error> wrong(const JsonNode& node, const std::string& key,
                                            const std::string& wanted) const;

  [[nodiscard]] HostRequirements& requirements() { return result_.requirements; }
  void set_env_probe(EnvProbe probe) { result_.env_probe = probe; }

  [[nodiscard]] Devcontainer take() { return std::move(result_); }

 private:
  Setting& setting(std::string_view row, JsonNode::Type type, int line);

  const DevcontainerPlace& place_;
  Variables variables_;
  Devcontainer result_;
  std::string row_;
  std::string mount_point_;
};

[[nodiscard]] JsonNode text_node(std::string text, int line);
[[nodiscard]] JsonNode flag_node(bool flag, int line);
[[nodiscard]] std::string item_key(const std::string& key, std::size_t index);
[[nodiscard]] std::string member_key(const std::string& key, const std::string& name);

// A reader of one top-level key.
using DevcontainerReader = Result<void> (*)(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);

Result<void> read_workspace(DevcontainerDraft& draft, const JsonNode& root);  // workspaceFolder, workspaceMount
Result<void> read_image(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
// build, and dockerFile and context, as written before 2020.
Result<void> read_build(DevcontainerDraft& draft, const JsonNode& root);
Result<void> read_container_env(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_remote_env(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_users(DevcontainerDraft& draft, const JsonNode& root);  // remoteUser, containerUser
Result<void> read_update_ids(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_privileged(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_init(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_cap_add(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_security_opt(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
// After those that name an image: with one it is true where it is not written.
Result<void> read_override_command(DevcontainerDraft& draft, const JsonNode& root);
// After the commands: it is about them.
Result<void> read_env_probe(DevcontainerDraft& draft, const JsonNode& root);
Result<void> read_requirements(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_shutdown(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_forward_ports(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_app_port(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_mounts(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_run_args(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_create_command(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);
Result<void> read_start_command(DevcontainerDraft& draft, const JsonNode& node, const std::string& key);

// A flag of docker run with what belongs to it, as written in one word or two.
struct RunWord {
  Expanded its;
  std::string key;
  int line = 1;
};
struct RunFlag {
  std::string name;  // "--shm-size", also for a short form
  std::optional<Expanded> value;
  std::vector<RunWord> words;
};
// Into our own key where there is one, else as it is, for the engine.
void read_run_flag(DevcontainerDraft& draft, const RunFlag& flag);

// A field of such a mount: in quotes where a folder's name has what parts fields.
[[nodiscard]] std::string mount_field(const std::string& field);
// The values of variables in a mount, field by field: a comma in the name of a local folder parts none.
[[nodiscard]] Expanded expand_mount(std::string_view text, const Variables& variables);
// One mount as docker run --mount takes it.
void read_mount(DevcontainerDraft& draft, const Expanded& mount, const std::string& key, int line);
// HOST:CONTAINER, as docker run -v takes it.
void read_volume(DevcontainerDraft& draft, const Expanded& volume, const std::string& key, int line);
// One port as docker run -p takes it: a tunnel, unless it says more than a tunnel can.
void read_port(DevcontainerDraft& draft, const std::string& port, const std::string& key, int line);

// Why a key is not done, and what to do instead; null for one that is not known at all.
struct NotDone {
  std::string_view key;
  std::string_view cause;
  std::string_view fix;
  std::string_view row = {};  // as in Unsupported
};
[[nodiscard]] const NotDone* not_done(std::string_view key);

}  // namespace helper::config
