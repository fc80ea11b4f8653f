# A question that every shell understands, sh's, fish's and csh's: its environment. The answer is between two marks, so
# that a start file that prints does not hide it. It is asked as in a terminal and, for start files that end such a shell,
# also without one; both at once. sed stops reading at the second mark, since what a start file leaves running keeps the pipe
# open; and after 2 s, since a start file may block.
ask="echo; echo $nonce-env; env; echo; echo $nonce-end"
login() {
  case ${shell##*/} in
    csh | tcsh)
      start="if (-r /etc/csh.login) source /etc/csh.login; if (-r ~/.login) source ~/.login"
      if [ "$1" = -i ]; then set -- -i -c; else set -- -c; fi
      gently_limited_to 2 "$shell" "$@" "$start; $ask" </dev/null 2>/dev/null ;;
    *) gently_limited_to 2 "${shell:-/bin/sh}" -l "$@" -c "$ask" </dev/null 2>/dev/null ;;
  esac
  # The reader may see the end of the pipe before its own time is up.
  [ $? != 124 ] || printf '\n%s-cut\n' "$nonce"
}
heard() {
  limited_to 2 sed -n "/^$nonce-cut\$/{
p
q
}
/^$nonce-env\$/,/^$nonce-end\$/{
/^PATH=/p
/^CONDA_EXE=/p
/^CONDARC=/p
/^CONDA_ENVS_[A-Z]*=/p
/^MAMBA_ROOT_PREFIX=/p
/^PYENV_ROOT=/p
/^POETRY_[A-Z]*_[A-Z]*=/p
/^WORKON_HOME=/p
/^UV_PYTHON_INSTALL_DIR=/p
/^UV_PROJECT_ENVIRONMENT=/p
/^MISE_DATA_DIR=/p
/^ASDF_DATA_DIR=/p
/^RYE_HOME=/p
/^HATCH_DATA_DIR=/p
/^XDG_[A-Z]*_HOME=/p
/^$nonce-end\$/{
p
q
}
}" || echo "$nonce-cut"
}
