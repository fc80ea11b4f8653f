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
