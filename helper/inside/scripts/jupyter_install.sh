# As the user. By the interpreter's own pip, else by uv, which installs into environments without pip. The caller reads what
# is printed.
export HOME PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_PROGRESS_BAR=off
exec 2>&1 < /dev/null
# A file of the folder could stand before a module of that name.
cd "$HOME" 2>/dev/null || cd /
uv=$(command -v uv) || uv=''
for each in "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv"; do
  [ -z "$uv" ] && [ -x "$each" ] && uv=$each
done
if [ -n "$uv" ] && ! "$python" -m pip --version > /dev/null; then
  "$uv" pip install --python "$python" jupyterlab || exit
else
  "$python" -m pip install jupyterlab || exit
fi
"$python" -m jupyterlab --version
