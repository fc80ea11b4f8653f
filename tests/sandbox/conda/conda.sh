# shellcheck shell=sh
# Stand-in for conda's shell functions: activate and deactivate one environment at a time.
export CONDA_EXE=/opt/conda/bin/conda
export CONDA_PYTHON_EXE=/opt/conda/bin/python
conda() {
  case ${1:-} in
  activate)
    _conda_prefix=/opt/conda/envs/${2:-base}
    case ${2:-base} in base) _conda_prefix=/opt/conda ;; */*) _conda_prefix=$2 ;; esac
    if [ ! -d "$_conda_prefix/conda-meta" ]; then
      echo "EnvironmentNameNotFound: Could not find conda environment: ${2:-base}" >&2
      return 1
    fi
    if [ -n "${CONDA_PREFIX:-}" ]; then conda deactivate; fi
    export CONDA_PREFIX="$_conda_prefix" CONDA_DEFAULT_ENV="${2:-base}" CONDA_SHLVL=1 PATH="$_conda_prefix/bin:$PATH"
    ;;
  deactivate)
    PATH=${PATH#"${CONDA_PREFIX:-}/bin:"}
    unset CONDA_PREFIX CONDA_DEFAULT_ENV
    export CONDA_SHLVL=0
    ;;
  *) "$CONDA_EXE" "$@" ;;
  esac
}
case ":$PATH:" in
*:/opt/conda/condabin:*) ;;
*) PATH=/opt/conda/condabin:$PATH ;;
esac
