#include "settings/gather.hpp"

#include "base/text.hpp"
#include "ide/known_hosts.hpp"
#include "settings/installed.hpp"
#include "settings/ssh_include.hpp"

#include <algorithm>

namespace helper::settings {
namespace {

namespace fs = std::filesystem;
using ide::FileKind;
using ide::Product;
using ide::Wanted;

// Those of them that can have the interpreter.
std::vector<Product> users_of(const Context& context, const std::vector<Product>& products, const Wanted& wanted) {
  std::vector<Product> users;
  std::ranges::copy_if(products, std::back_inserter(users), [&](const Product& product) {
    return std::ranges::any_of(context.formats.application_files(product, wanted),
                               [](const ide::File& file) { return file.kind == FileKind::jdk_table; });
  });
  return users;
}

bool is_known_hosts(const Context& context, const Place& place) {
  return !place.kind && place.file == ssh_known_hosts_file(context.paths);
}

Result<std::string> with_ours(const Context& context, const Place& place, const std::optional<std::string>& text,
                              const Wanted& wanted, const Product& product) {
  if (place.kind) return context.formats.with_target(*place.kind, text, wanted, product);
  if (!is_known_hosts(context, place)) return with_include(text, context.paths.ssh_hosts(), context.paths.home);
  const ide::Access& i = wanted.access;
  HELPER_TRY_ASSIGN(const auto pinned, context.files.read(i.known_hosts));
  return ide::with_host_keys(text.value_or(""), i.ssh_name, i.port, ide::host_keys_of(pinned.value_or(""), i.ssh_name));
}

// The path of a file that a person names, below the project. Error: usage.
Result<std::string> path_below(const fs::path& project, const std::string& named) {
  const auto refuse = [&](std::string cause) {
    return fail(ErrorCode::usage, "--run-configuration " + printable(named), std::move(cause),
                "name a file of the project, such as train.py");
  };
  const auto is_below = [](const fs::path& path) { return !path.empty() && *path.begin() != ".." && path != "."; };
  const fs::path file = (project / named).lexically_normal();
  fs::path below = file.lexically_relative(project.lexically_normal());
  std::error_code failed;
  // One of the two may be named by way of a link.
  if (!is_below(below))
    below = fs::weakly_canonical(file, failed).lexically_relative(fs::weakly_canonical(project, failed));
  if (!is_below(below)) return refuse("it is not in the project's folder, " + printable(project.string(), 400));
  if (fs::is_directory(project / below, failed)) return refuse("it is a folder");
  if (!fs::exists(project / below, failed))
    return refuse("there is no such file in " + printable(project.string(), 400));
  return below.string();
}

std::vector<Product> supported_products(const Context& context) {
  auto products = find_installed(context.paths.home);
  std::erase_if(products, [](const Product& product) { return !is_supported(product); });
  return products;
}

// Why the project's files cannot name our server (kind: web_servers), or our interpreter (jdk_table).
std::optional<Error> taken_name(const Context& context, const Order& order, FileKind kind) {
  std::vector<fs::path> files;
  for (const Place& place : application_places(context, order.wanted)) {
    if (place.kind == kind) files.push_back(place.file);
  }
  if (kind == FileKind::web_servers) files.push_back(order.project / ".idea" / "webServers.xml");
  for (const fs::path& file : files) {
    const auto text = context.files.read(file);
    if (!text || !*text) continue;
    auto taken = context.formats.taken_name(kind, **text, order.wanted);
    if (!taken) continue;
    taken->cause += ", in " + file.string();
    return taken;
  }
  return std::nullopt;
}

// A mapping has no identifier but the name of its server. One that is not as wanted, and that we did not write, is the
// person's.
std::optional<Error> foreign_mapping(const Context& context, const Ledger& ledger, const Edit& edit,
                                     const Wanted& wanted) {
  if (edit.place.kind != FileKind::deployment || edit.refused || !edit.before || !edit.changes()) return std::nullopt;
  const Record* record = ledger.find_record(edit.place.file);
  if (record != nullptr && std::ranges::find(record->names, wanted.name) != record->names.end()) return std::nullopt;
  const auto without = without_ours(context, edit.place, *edit.before, wanted);
  if (!without || *without == edit.before) return std::nullopt;
  return Error{ErrorCode::settings_unreadable, "", "it has another mapping of a server called " + wanted.name,
               "give that server another name in the IDE (Settings > Build, Execution, Deployment > Deployment), or "
               "remove the mapping there"};
}

Edit refused(Place place, Error error) { return {std::move(place), {}, {}, std::move(error)}; }

}  // namespace

Edit remake(const Context& context, const Place& place, const Wanted& wanted, const Product& product) {
  auto text = context.files.read(place.file);
  if (!text) return {place, {}, {}, text.error(), product};
  auto after = with_ours(context, place, *text, wanted, product);
  if (!after) {
    Error error = after.error();
    error.thing = place.file.string() + (error.thing.empty() ? "" : ": " + error.thing);
    return {place, *text, *text, std::move(error), product};
  }
  if (!*text && after->empty()) return {place, {}, {}, std::nullopt, product};  // nothing to say: no file is made
  return {place, std::move(*text), std::move(*after), std::nullopt, product};
}

std::vector<Edit> application_edits(const Context& context, const Wanted& wanted,
                                    const std::vector<Product>& products) {
  std::vector<Edit> edits;
  for (const Product& product : products) {
    for (const ide::File& file : context.formats.application_files(product, wanted)) {
      const Place place{file.kind, product.config_folder / file.path, name_of(product), product.config_folder};
      edits.push_back(remake(context, place, wanted, product));
    }
  }
  return edits;
}

std::vector<Edit> project_edits(const Context& context, const Ledger& ledger, const Order& order,
                                const std::vector<Product>& products) {
  const std::vector<Product> users = users_of(context, products, order.wanted);
  std::error_code absent;
  if (order.project.empty() || users.empty() || !fs::is_directory(order.project, absent)) return {};
  const Product oldest = *std::ranges::min_element(users, {}, &Product::version);
  const auto place = [&](const ide::File& file) {
    return Place{file.kind, (order.project / file.path).lexically_normal(), k_project, {}};
  };
  const fs::path modules = order.project / ".idea" / "modules.xml";
  const auto text = context.files.read(modules);
  if (!text) return {refused({FileKind::modules, modules, k_project, {}}, text.error())};
  auto listed = context.formats.project_files(*text, order.wanted);
  if (!listed) return {refused({FileKind::modules, modules, k_project, {}}, listed.error())};
  if (order.run_configuration.ends_with(".xml")) {
    listed->push_back({FileKind::run_configuration, order.run_configuration});
  } else if (!order.run_configuration.empty()) {
    listed->push_back(context.formats.run_configuration_file(order.wanted));
  }
  const auto server_taken = taken_name(context, order, FileKind::web_servers);
  const auto sdk_taken = taken_name(context, order, FileKind::jdk_table);
  std::vector<Edit> edits;
  for (const ide::File& file : *listed) {
    Edit& edit = edits.emplace_back(remake(context, place(file), order.wanted, oldest));
    const bool names_server = file.kind == FileKind::deployment;
    const bool names_sdk = file.kind == FileKind::misc || file.kind == FileKind::module;
    std::optional<Error> taken = names_server ? server_taken : names_sdk ? sdk_taken : std::nullopt;
    if (!taken) taken = foreign_mapping(context, ledger, edit, order.wanted);
    if (!taken || edit.refused) continue;
    taken->thing = edit.place.file.string();
    edit.refused = std::move(taken);
  }
  return edits;
}

ide::ProjectReader reader_of(FileStore& files, const fs::path& project) {
  return [&files, project](const std::string& path) -> std::optional<std::string> {
    auto text = files.read(project / path);
    return text ? std::move(*text) : std::nullopt;
  };
}

Result<void> complete(const Context& context, Order& order, const std::vector<Product>& products) {
  ide::Wanted& wanted = order.wanted;
  wanted.script.clear();
  if (!order.run_configuration.empty()) {
    if (order.project.empty()) {
      return fail(ErrorCode::usage, "--run-configuration " + printable(order.run_configuration),
                  "target " + wanted.access.target + " has no project", "add \"project\" to the target's config");
    }
    HELPER_TRY_ASSIGN(order.run_configuration, path_below(order.project, order.run_configuration));
    if (!order.run_configuration.ends_with(".xml")) wanted.script = order.run_configuration;
  }
  const std::vector<Product> users = users_of(context, products, wanted);
  if (users.empty() || order.project.empty()) return {};
  const Product& newest = *std::ranges::max_element(users, {}, &Product::version);
  const auto tools = context.files.read(newest.config_folder / "tools" / "External Tools.xml");
  if (tools && *tools) wanted.tool_group = context.formats.tool_group_of(**tools);
  HELPER_TRY_ASSIGN(wanted, context.formats.with_project(wanted, reader_of(context.files, order.project)));
  return {};
}

std::vector<Edit> ssh_edits(const Context& context, const Wanted& wanted) {
  std::vector<Edit> edits;
  for (const fs::path& file : {ssh_known_hosts_file(context.paths), ssh_config_file(context.paths)}) {
    edits.push_back(remake(context, {std::nullopt, file, k_ssh, {}}, wanted, {}));
  }
  return edits;
}

bool is_for_all_targets(const Context& context, const Place& place) {
  return !place.kind && !is_known_hosts(context, place);
}

std::vector<Place> application_places(const Context& context, const Wanted& wanted) {
  std::vector<Place> places;
  for (const Product& product : supported_products(context)) {
    for (const ide::File& file : context.formats.application_files(product, wanted))
      places.push_back({file.kind, product.config_folder / file.path, name_of(product), product.config_folder});
  }
  return places;
}

Result<std::optional<std::string>> without_ours(const Context& context, const Place& place, const std::string& text,
                                                const Wanted& wanted, const ide::Staying& staying) {
  if (place.kind) return context.formats.without_target(*place.kind, text, wanted, staying);
  if (!is_known_hosts(context, place)) return without_include(text, context.paths.ssh_hosts());
  HELPER_TRY_ASSIGN(std::string rest, ide::with_host_keys(text, wanted.access.ssh_name, wanted.access.port, {}));
  return rest.empty() ? std::nullopt : std::optional(std::move(rest));
}

}  // namespace helper::settings
