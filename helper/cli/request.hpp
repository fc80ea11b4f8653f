// A request is one call of a daemon's method as a person sees it: progress shown, questions asked, Ctrl-C
// obeyed.
#pragma once

#include "cli/context.hpp"

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace helper::cli {

struct Answer {
  rpc::Json result;
  std::set<std::string> told_notes;  // shown while it ran; no need to tell them again
};

// Errors: the method's own; cancelled (by Ctrl-C, or because a question was not answered); timed_out (--timeout).
// `on_progress` gets the text of progress events, which then are not shown as such; false ends the request, as Ctrl-C
// does. Of one target among many, `about` names it in questions, and `prefix` begins each line.
struct About {
  std::string target;
  std::string prefix;
};
[[nodiscard]] Result<Answer> request(Context& context, const std::string& method, const rpc::Json& params,
                                     const std::function<bool(const std::string& text)>& on_progress = {},
                                     const About& about = {});

// Whether a config of this text may name variables of the environment: only a devcontainer.json can, and the config has
// to name that file; "\u" may hide any word. Pure.
[[nodiscard]] bool may_name_variables(std::string_view config);

// The parameters that every method about a target takes. Errors: config_unreadable (none found), file_failed.
[[nodiscard]] Result<rpc::Json> target_params(Context& context);
// The same for a target that is named otherwise than by the argument TARGET.
[[nodiscard]] Result<rpc::Json> target_params(Context& context, const std::string& target);

// The same for a config that was found already.
[[nodiscard]] rpc::Json params_of(Context& context, const std::filesystem::path& file, const std::string& target);

// The config that counts: --config, or what is found from here. Errors as above.
[[nodiscard]] Result<std::filesystem::path> config_file(Context& context);

}  // namespace helper::cli
