#include "cli/complete.hpp"

#include <string>
#include <string_view>

namespace helper::cli {
namespace {

// bash splits words at '=' and ':' (COMP_WORDBREAKS) and replaces only the part after: what was together on the line
// is put together again for the question, and what is before the last such mark is removed from the answers.
constexpr std::string_view k_bash = R"BASH(# bash completion of helper: bash 3.2 or newer, nothing else needed.
_helper() {
  local rest=$COMP_LINE word trimmed i answer first='' kept=
  local words=() lines=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    trimmed=${rest#"${rest%%[![:space:]]*}"}
    if ((i > 1)) && [ "$trimmed" = "$rest" ] && [ -n "$word" ]; then
      words[${#words[@]} - 1]+=$word
    elif ((i > 0)); then
      words+=("$word")
    fi
    rest=${trimmed#"$word"}
  done
  for ((i = 0; i < ${#words[@]}; i++)); do
    word=${words[i]}
    case $word in
    \"*) word=${word#\"} word=${word%\"} ;;
    \'*) word=${word#\'} word=${word%\'} ;;
    *\\*) word=${word//\\/} ;;
    esac
    words[i]=$word
  done
  word=${words[${#words[@]} - 1]}
  case $COMP_WORDBREAKS in *=*) case $word in *=*) kept=${word%"${word##*=}"} ;; esac ;; esac
  case $COMP_WORDBREAKS in *:*) case $word in *:*) kept=${word%"${word##*:}"} ;; esac ;; esac
  COMPREPLY=()
  while IFS= read -r answer; do
    if [ -z "$first" ]; then
      first=$answer
      continue
    fi
    answer=${answer%%$'\t'*}
    COMPREPLY+=("${answer#"$kept"}")
  done < <("$1" completion words -- "${words[@]}" 2>/dev/null)
  if [ "$first" = files ] || [ "$first" = folders ]; then
    local action=-f
    if [ "$first" = folders ]; then action=-d; fi
    compopt -o filenames 2>/dev/null
    while IFS= read -r answer; do COMPREPLY+=("$answer"); done < <(compgen "$action" -- "${word#"$kept"}")
  fi
  if [ ${#COMPREPLY[@]} = 1 ] && [[ ${COMPREPLY[0]} == *: ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _helper helper
)BASH";

constexpr std::string_view k_zsh = R"ZSH(#compdef helper
# zsh completion of helper: in a file _helper of a folder in $fpath, or read by source after compinit.
_helper() {
  local -a lines described plain
  local line word help first
  lines=("${(@f)$(${words[1]} completion words -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  first=${lines[1]}
  for line in "${(@)lines[2,-1]}"; do
    word=${line%%$'\t'*}
    help=${line#$word}
    help=${help#$'\t'}
    if [[ $word == *: ]]; then
      plain+=("$word")
    elif [[ -n $help ]]; then
      described+=("${word//:/\\:}:$help")
    else
      described+=("${word//:/\\:}")
    fi
  done
  if (( $#described )); then _describe 'helper' described; fi
  if (( $#plain )); then compadd -S '' -- "${plain[@]}"; fi
  case $first in
  files) _files ;;
  folders) _files -/ ;;
  esac
}
if [ "$funcstack[1]" = _helper ]; then
  _helper "$@"
else
  compdef _helper helper
fi
)ZSH";

constexpr std::string_view k_fish =
    R"FISH(# fish completion of helper: in ~/.config/fish/completions/helper.fish, or read by source.
function __helper_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    test (count $current) -gt 0; or set current ''
    set -l lines ($program completion words -- $words $current 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path "$current"
        case folders
            __fish_complete_directories "$current"
    end
    set -e lines[1]
    for line in $lines
        echo $line
    end
end
complete -c helper -f -a '(__helper_complete)'
)FISH";

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return std::string(k_bash);
  return std::string(shell == "zsh" ? k_zsh : k_fish);
}

}  // namespace helper::cli
