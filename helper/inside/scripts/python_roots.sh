# Where each tool keeps its interpreters; called with the container's own environment, and with the login shell's.
each() { # SOURCE-PREFIX FOLDER...
  kind=$1; shift
  for folder; do
    [ -d "$folder/bin" ] || continue
    candidate "$kind${folder##*/}" "$folder/bin/python"
    # An image may activate a conda environment by its name alone.
    [ "$kind${folder##*/}" != "conda:${CONDA_PREFIX:+/}${CONDA_DEFAULT_ENV-}" ] || candidate "activated:${folder##*/}" "$folder/bin/python"
  done
}
conda_roots=:
conda_root() {
  [ -d "$1" ] || return
  conda_roots=$conda_roots$1:
  [ -d "$1/conda-meta" ] && candidate conda:base "$1/bin/python"
  for environment in "$1"/envs/*; do [ -d "$environment/conda-meta" ] || [ -d "$1/conda-meta" ] || continue; each conda: "$environment"; done
}
# A folder that may be an environment by itself, or the root of an installation.
conda_folder() {
  [ -d "$1/conda-meta" ] || return
  case $conda_roots in *":$1:"*) return ;; esac
  if [ -d "$1/condabin" ] || [ -d "$1/envs" ] || [ -x "$1/bin/conda" ]; then conda_root "$1"; else each conda: "$1"; fi
}
conda_environments() { # FOLDER...
  for place; do
    for environment in "$place"/*; do [ -d "$environment/conda-meta" ] && each conda: "$environment"; done
  done
}
blank=$(printf '\t\r ')
conda_item() { # TEXT: one of the list, with blanks and quotes around it; a folder may have blanks within
  item=$1
  while :; do
    case $item in
      ["$blank"]* | '['*) item=${item#?} ;;
      *["$blank"] | *']') item=${item%?} ;;
      *) break ;;
    esac
  done
  case $item in '"'*'"' | "'"*"'") item=${item#?} item=${item%?} ;; *) ;; esac
  # shellcheck disable=SC2088
  case $item in
    /*) conda_environments "$item" ;;
    '~/'*) conda_environments "$home/${item#??}" ;;
    *) ;;
  esac
}
# FILE: the list envs_dirs in a .condarc, as "[a, b]" or as lines "- a".
conda_settings() {
  is_text "$1" || return
  takes=''
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      envs_dirs:* | envs_path:*) takes=yes line=${line#*:} ;;
      ["$blank"]* | -* | '#'* | ']'* | '') ;;
      *) takes='' ;;
    esac
    [ -n "$takes" ] || continue
    line=${line%%["$blank"]#*}
    while :; do case $line in ["$blank"]*) line=${line#?} ;; *) break ;; esac; done
    case $line in
      '#'*) ;;
      -*) conda_item "${line#-}" ;;
      *)
        while :; do
          conda_item "${line%%,*}"
          case $line in *,*) line=${line#*,} ;; *) break ;; esac
        done ;;
    esac
  done <<EOF
$(text_of "$1")
EOF
}
colon_list() { # LIST: the folders of conda's own variables
  [ -n "$1" ] || return
  set -f; IFS=:
  # shellcheck disable=SC2086
  set -- $1
  unset IFS; set +f
  conda_environments "$@"
}
# Links such as "latest" and "3.12" lead to another of the versions; what a tool took from another tool is a link, too.
versions() { # SOURCE-PREFIX FOLDER...
  tool=$1; shift
  for version; do
    if [ -L "$version" ]; then
      end=$(readlink "$version") || continue
      case ${end#./} in "${version%/*}"/*/*) ;; "${version%/*}"/*) continue ;; */*) ;; *) continue ;; esac
    fi
    each "$tool" "$version"
  done
}
# TABLE KEY FILE of TOML: the text that the key has; of an array the first, of an inline table that of "version". No table
# means the keys above all tables.
value_in() {
  if [ -n "$1" ]; then table='/^\['$1'\]/'; else table=1; fi
  text_of "$3" | tr -d '\r' | sed -n '
s/^[[:blank:]]*//
'"$table"',/^\[/{
s/^"\([^"]*\)"/\1/
s/^core://
/^'"$2"'[[:blank:]]*=[[:blank:]]*\[[[:blank:]]*$/{
N
s/\n//
}
s/^'"$2"'[[:blank:]]*=[[:blank:]]*\[*[[:blank:]]*["'\'']\([^"'\'']*\).*/\1/p
s/^'"$2"'[[:blank:]]*=[[:blank:]]*{.*version[[:blank:]]*=[[:blank:]]*["'\'']\([^"'\'']*\).*/\1/p
}' | head -n 1
}
# What a file names as the project's own, in the form of a source.
name() { [ -z "$2" ] || printf '\n%s-file\037%s%s\n' "$nonce" "$1" "$2"; }
# In the folder that poetry's settings name; its envs.toml says which of a project's environments `poetry env use` chose.
poetry_environments() {
  place=${POETRY_VIRTUALENVS_PATH-} kept=${POETRY_CACHE_DIR-}
  for file in ${project:+"$project/poetry.toml"} "${POETRY_CONFIG_DIR:-$settings/pypoetry}/config.toml"; do
    is_text "$file" || continue
    [ -n "$place" ] || place=$(value_in virtualenvs path "$file")
    [ -n "$kept" ] || kept=$(value_in '' cache-dir "$file")
  done
  : "${kept:=$cache/pypoetry}" "${place:=$kept/virtualenvs}"
  case $place in
    '{cache-dir}'*) place=$kept${place#?cache-dir?} ;;
    '{project-dir}'*) place=$project${place#?project-dir?} ;;
    '~'/*) place=$home${place#?} ;;
    /*) ;;
    *) place=$project/$place ;;
  esac
  if is_text "$place/envs.toml"; then
    while read -r line; do
      case $line in
        '['*']') named=${line#?} named=${named%?} ;;
        'minor = "'*'"') version=${line#*'"'}; name poetry: "$named-py${version%?}" ;;
        *) ;;
      esac
    done <<EOF
$(text_of "$place/envs.toml")
EOF
  fi
  each poetry: "$place"/*
}
# NAME/HASH/ENVIRONMENT below the folder that hatch's settings name.
hatch_environments() {
  file=$settings/hatch/config.toml kept=${HATCH_DATA_DIR-} place=''
  if is_text "$file"; then
    [ -n "$kept" ] || kept=$(value_in dirs data "$file")
    place=$(value_in dirs.env virtual "$file")
  fi
  case $place in
    /*) ;;
    '~'/*) place=$home${place#?} ;;
    *) place=${kept:-$data/hatch}/env/virtual ;;
  esac
  each hatch: "$place"/*/*/*
}
roots() {
  data=${XDG_DATA_HOME:-$home/.local/share} cache=${XDG_CACHE_HOME:-$home/.cache} settings=${XDG_CONFIG_HOME:-$home/.config}
  case ${CONDA_EXE-} in */bin/conda) conda_root "${CONDA_EXE%/bin/conda}" ;; esac
  [ -z "${MAMBA_ROOT_PREFIX-}" ] || conda_root "$MAMBA_ROOT_PREFIX"
  colon_list "${CONDA_ENVS_DIRS-}"
  colon_list "${CONDA_ENVS_PATH-}"
  [ -z "${CONDARC-}" ] || conda_settings "$CONDARC"
  if [ -n "$project" ]; then
    case ${UV_PROJECT_ENVIRONMENT-} in
      '') ;;
      /*) each uv-project: "$UV_PROJECT_ENVIRONMENT" ;;
      *) each uv-project: "$project/$UV_PROJECT_ENVIRONMENT" ;;
    esac
  fi
  each pyenv: "${PYENV_ROOT:-$home/.pyenv}"/versions/*
  versions mise: "${MISE_DATA_DIR:-$data/mise}"/installs/python/*
  versions asdf: "${ASDF_DATA_DIR:-$home/.asdf}"/installs/python/*
  versions rye: "${RYE_HOME:-$home/.rye}"/py/*
  poetry_environments
  each pipenv: "${WORKON_HOME:-$data/virtualenvs}"/*
  hatch_environments
  place=''
  ! is_text "$settings/pdm/config.toml" || place=$(value_in venv location "$settings/pdm/config.toml")
  each pdm: "${place:-$data/pdm/venvs}"/*
  versions uv-python: "${UV_PYTHON_INSTALL_DIR:-$data/uv/python}"/*
}
