# Where each tool keeps its interpreters; called with the container's own environment, and with the login shell's.
each() { # SOURCE-PREFIX FOLDER...
  kind=$1; shift
  for folder; do [ -d "$folder/bin" ] || continue; candidate "$kind${folder##*/}" "$folder/bin/python"; done
}
conda_root() {
  [ -d "$1" ] || return
  [ -d "$1/conda-meta" ] && candidate conda:base "$1/bin/python"
  for environment in "$1"/envs/*; do [ -d "$environment/conda-meta" ] || [ -d "$1/conda-meta" ] || continue; each conda: "$environment"; done
}
roots() {
  case ${CONDA_EXE-} in */bin/conda) conda_root "${CONDA_EXE%/bin/conda}" ;; esac
  [ -z "${MAMBA_ROOT_PREFIX-}" ] || conda_root "$MAMBA_ROOT_PREFIX"
  each pyenv: "${PYENV_ROOT:-$home/.pyenv}"/versions/*
  each poetry: "${POETRY_VIRTUALENVS_PATH:-${POETRY_CACHE_DIR:-$home/.cache/pypoetry}/virtualenvs}"/*
  each pipenv: "${WORKON_HOME:-$home/.local/share/virtualenvs}"/*
  each uv-python: "${UV_PYTHON_INSTALL_DIR:-$home/.local/share/uv/python}"/*
}
