// Which files of this machine the text of a script, a hook or a Dockerfile may mean. By letters only: whether they are
// there is for the caller to see.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace helper::config {

// Where relative names are taken from, and which folder here is which folder of the container.
struct ScriptPlaces {
  std::vector<std::filesystem::path> folders;
  std::vector<std::pair<std::string, std::filesystem::path>> mapped{};  // "/workspace/p" -> "/home/me/p"
  bool more = false;                                                    // there are more of them than are stored
};

struct NamedFiles {
  std::vector<std::filesystem::path> files;  // absolute and normal, each once; the last name may have * and ? in it
  bool more = false;                         // the text names more than are looked at
};

inline constexpr std::size_t k_most_named_files = 1000;

// Each word of the text that could be a file's name: as it is, below a folder that the text changes into, and what a
// command reads without being told (make: Makefile).
[[nodiscard]] NamedFiles files_named_in(std::string_view text, const ScriptPlaces& places);

// Of a Dockerfile: its context, the folders that COPY and ADD take from it, and where in the image they put them.
[[nodiscard]] ScriptPlaces places_of_dockerfile(std::string_view text, const std::filesystem::path& context);

// Whether a file is a shell script, whose text names further files: by its name or its first line.
[[nodiscard]] bool is_shell_script(const std::filesystem::path& file, std::string_view text);

}  // namespace helper::config
