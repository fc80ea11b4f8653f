#include "jupyter/read.hpp"

#include "base/text.hpp"
#include "ensure/jupyter_api.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace helper::jupyter {
namespace {

using Json = nlohmann::json;
constexpr int k_max_depth = 16;          // a session is four levels deep
constexpr std::size_t k_max_text = 512;  // bytes of one text that are kept

tl::unexpected<Error> no_jupyter(std::string cause) {
  return fail(ErrorCode::inside_failed, "Jupyter", std::move(cause));
}

// The list that both questions are answered with.
Result<Json> parse_list(std::string_view body) {
  if (body.size() > ensure::k_max_jupyter_answer) return no_jupyter("its answer is larger than 1 MiB");
  if (nests_deeper_than(k_max_depth, body))
    return no_jupyter("its answer is nested more than " + std::to_string(k_max_depth) + " levels deep");
  const Json list = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) return no_jupyter("its answer is not the list in JSON that a Jupyter gives");
  if (list.size() > ensure::k_max_jupyter_kernels) {
    return no_jupyter("it names more than " + std::to_string(ensure::k_max_jupyter_kernels) + " kernels");
  }
  return list;
}

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(name);
  return it == object.end() ? nullptr : &*it;
}

// "" when it is absent or no text.
std::string text(const Json& object, const char* name) {
  const Json* value = member(object, name);
  const auto* string = value == nullptr ? nullptr : value->get_ptr<const std::string*>();
  return string == nullptr ? std::string() : printable(*string, k_max_text);
}

int count(const Json& object, const char* name) {
  const Json* value = member(object, name);
  if (value == nullptr || !value->is_number_unsigned()) return 0;
  return static_cast<int>(std::min<std::uint64_t>(value->get<std::uint64_t>(), 1'000'000));
}

}  // namespace

Result<std::vector<plan::JupyterKernel>> read_kernels(std::string_view body) {
  HELPER_TRY_ASSIGN(const Json list, parse_list(body));
  std::vector<plan::JupyterKernel> kernels;
  for (const Json& each : list) {
    plan::JupyterKernel kernel{
        text(each, "id"),          text(each, "name"), text(each, "execution_state"), text(each, "last_activity"), {},
        count(each, "connections")};
    if (kernel.id.empty() || kernel.name.empty()) return no_jupyter("its answer names a kernel without id or name");
    kernels.push_back(std::move(kernel));
  }
  std::ranges::sort(kernels, {}, [](const auto& kernel) { return std::tie(kernel.name, kernel.id); });
  return kernels;
}

Result<std::map<std::string, std::string>> read_sessions(std::string_view body) {
  HELPER_TRY_ASSIGN(const Json list, parse_list(body));
  std::map<std::string, std::string> notebooks;
  for (const Json& each : list) {
    const Json* kernel = member(each, "kernel");
    if (kernel == nullptr) continue;
    std::string path = text(each, "path");
    if (path.empty() && member(each, "notebook") != nullptr) path = text(*member(each, "notebook"), "path");
    if (const auto id = text(*kernel, "id"); !id.empty() && !path.empty()) notebooks.emplace(id, std::move(path));
  }
  return notebooks;
}

}  // namespace helper::jupyter
