// Where the image comes from, and where the workspace is.
#include "base/text.hpp"
#include "config/devcontainer/draft.hpp"

#include <algorithm>

namespace helper::config {
namespace {

using Type = JsonNode::Type;
namespace fs = std::filesystem;

// Absolute, "." and ".." resolved, without a '/' at the end.
fs::path plain_path(const fs::path& path) {
  const fs::path plain = path.lexically_normal();
  return plain.has_filename() || !plain.has_relative_path() ? plain : plain.parent_path();
}

struct Words {
  const JsonNode* node = nullptr;
  std::string key;
};

// Of "build", or as it was written before 2020, beside it.
Words one_of(const JsonNode* build, const char* name, const JsonNode& root, const char* old_name) {
  if (const JsonNode* its = build == nullptr ? nullptr : find_member(*build, name))
    return {its, member_key("build", name)};
  return {find_member(root, old_name), old_name};
}

// Both paths are relative to the file, and no context is the Dockerfile's folder. Ours is relative to the context, and
// what is outside of that is not sent.
Result<void> set_build(DevcontainerDraft& draft, const Words& dockerfile, const Words& context, int line) {
  const fs::path folder = draft.place().file.parent_path();
  HELPER_TRY_ASSIGN(const auto file, draft.name(*dockerfile.node, dockerfile.key, true));
  if (!file) return {};
  std::optional<std::string> sent = fs::path(*file).parent_path().string();
  if (context.node != nullptr) {
    HELPER_TRY_ASSIGN(sent, draft.name(*context.node, context.key, true));
  }
  if (!sent) return {};
  const fs::path root = plain_path(folder / *sent);
  const fs::path inside = plain_path(folder / *file).lexically_relative(root);
  if (inside.empty() || *inside.begin() == "..") {
    draft.unsupported({dockerfile.key, dockerfile.node->line,
                       "it is outside of its context " + root.string() + ", and what is outside is not sent",
                       R"(move it there, or set "context" to a folder that holds it)"});
    return {};
  }
  JsonNode build;
  build.type = Type::object;
  build.line = line;
  draft.set("container.build", dockerfile.key, std::move(build));
  draft.set_text("container.build.context", context.node == nullptr ? dockerfile.key : context.key,
                 context.node == nullptr ? line : context.node->line, root.string());
  draft.set_text("container.build.dockerfile", dockerfile.key, dockerfile.node->line, inside.string());
  return {};
}

Result<void> set_build_args(DevcontainerDraft& draft, const JsonNode& args, const std::string& key) {
  HELPER_TRY(draft.expect(args, Type::object, key));
  for (std::size_t i = 0; i < args.items.size(); ++i) {
    const std::string its = member_key(key, args.names[i]);
    HELPER_TRY_ASSIGN(auto value, draft.value(args.items[i], its));
    if (value) draft.put("container.build.args", its, args.names[i], text_node(std::move(*value), args.items[i].line));
  }
  return {};
}

Result<void> read_workspace_mount(DevcontainerDraft& draft, const JsonNode& node) {
  HELPER_TRY(draft.expect(node, Type::text, "workspaceMount"));
  read_mount(draft, expand_mount(node.text, draft.variables()), "workspaceMount", node.line);
  return {};
}

}  // namespace

Result<void> read_workspace(DevcontainerDraft& draft, const JsonNode& root) {
  const std::string standard = "/workspaces/" + draft.place().folder.filename().string();
  const JsonNode* folder = find_member(root, "workspaceFolder");
  draft.variables().container_folder = standard;
  if (folder != nullptr) {
    HELPER_TRY_ASSIGN(const auto written, draft.name(*folder, "workspaceFolder", true));
    draft.variables().container_folder = written.value_or(standard);
  }
  const int line = folder == nullptr ? root.line : folder->line;
  draft.about({}, draft.variables().container_folder);
  draft.set_text("project.local", "workspaceFolder", line, draft.place().folder.string());
  draft.set_text("project.remote", "workspaceFolder", line, draft.variables().container_folder);
  if (const JsonNode* mount = find_member(root, "workspaceMount")) {
    if (mount->type == Type::text && mount->text.empty()) return {};  // that is how a file says that there is none
    return read_workspace_mount(draft, *mount);
  }
  if (find_member(root, "dockerComposeFile") != nullptr) return {};  // there the services say what is mounted
  const std::string source = draft.place().folder.string();
  read_mount(draft, {"type=bind," + mount_field("source=" + source) + "," + mount_field("target=" + standard), true},
             "workspaceMount", line);
  return {};
}

Result<void> read_image(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  draft.about("container.image");
  HELPER_TRY_ASSIGN(auto image, draft.name(node, key, true));
  if (image) draft.set_text("container.image", key, node.line, std::move(*image));
  return {};
}

Result<void> read_build(DevcontainerDraft& draft, const JsonNode& root) {
  draft.about("container.image");
  const JsonNode* build = find_member(root, "build");
  if (build != nullptr) HELPER_TRY(draft.expect(*build, Type::object, "build"));
  const Words dockerfile = one_of(build, "dockerfile", root, "dockerFile");
  if (dockerfile.node != nullptr) {
    HELPER_TRY(set_build(draft, dockerfile, one_of(build, "context", root, "context"),
                         build == nullptr ? dockerfile.node->line : build->line));
  }
  if (build == nullptr) return {};
  const JsonNode& node = *build;
  draft.about("container.build");
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string its = member_key("build", node.names[i]);
    if (node.names[i] == "dockerfile" || (node.names[i] == "context" && dockerfile.node != nullptr)) continue;
    if (node.names[i] == "args" && draft.has("container.build")) {
      HELPER_TRY(set_build_args(draft, node.items[i], its));
    } else if (node.names[i] == "target" && draft.has("container.build")) {
      HELPER_TRY_ASSIGN(auto stage, draft.name(node.items[i], its));
      if (stage) draft.set_text("container.build.target", its, node.items[i].line, std::move(*stage));
    } else if (node.names[i] == "cacheFrom") {
      draft.unsupported(
          {its, node.items[i].line, "helper builds with the server's own cache only", "only time is lost"});
    } else {
      draft.unsupported({its, node.items[i].line, "helper passes no such setting to docker build",
                         "write what it does into the Dockerfile"});
    }
  }
  return {};
}

}  // namespace helper::config
