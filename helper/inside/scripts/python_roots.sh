# Where each tool keeps its interpreters; called with the container's own environment, and with the login shell's.
each() { # SOURCE-PREFIX FOLDER...
  kind=$1; shift
  for folder; do [ -d "$folder/bin" ] || continue; candidate "$kind${folder##*/}" "$folder/bin/python"; done
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
# FILE: the list envs_dirs in a .condarc, as "[a, b]" or as lines "- a".
conda_settings() {
  [ -r "$1" ] || return
  takes='' named=''
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      envs_dirs:* | envs_path:*) takes=yes line=${line#*:} ;;
      ' '* | -* | '#'* | '') ;;
      *) takes='' ;;
    esac
    [ -z "$takes" ] || named="$named ${line%%#*}"
  done < "$1"
  set -f; IFS=" ,[]\"'"
  # shellcheck disable=SC2086
  set -- $named
  unset IFS; set +f
  for place; do
    # shellcheck disable=SC2088
    case $place in
      /*) conda_environments "$place" ;;
      '~/'*) conda_environments "$home/${place#??}" ;;
      *) ;;
    esac
  done
}
colon_list() { # LIST: the folders of conda's own variables
  [ -n "$1" ] || return
  set -f; IFS=:
  # shellcheck disable=SC2086
  set -- $1
  unset IFS; set +f
  conda_environments "$@"
}
# Links such as "latest" and "3.12" lead to another of the versions.
versions() { # SOURCE-PREFIX FOLDER...
  tool=$1; shift
  for version; do [ -L "$version" ] || each "$tool" "$version"; done
}
roots() {
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
  versions mise: "${MISE_DATA_DIR:-$home/.local/share/mise}"/installs/python/*
  versions asdf: "${ASDF_DATA_DIR:-$home/.asdf}"/installs/python/*
  versions rye: "${RYE_HOME:-$home/.rye}"/py/*
  each poetry: "${POETRY_VIRTUALENVS_PATH:-${POETRY_CACHE_DIR:-$home/.cache/pypoetry}/virtualenvs}"/*
  each pipenv: "${WORKON_HOME:-$home/.local/share/virtualenvs}"/*
  each hatch: "${HATCH_DATA_DIR:-$home/.local/share/hatch}"/env/virtual/*/*/*
  each uv-python: "${UV_PYTHON_INSTALL_DIR:-$home/.local/share/uv/python}"/*
}
