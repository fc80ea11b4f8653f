# As root: a folder, new, so that nothing in it is a link that somebody laid there, and a folder for the user in it.
# Without CAP_CHOWN that is one in which everybody may make files of his own, as /tmp is. The token is standard input.
set -e
umask 022
# What is left of one from before ends first: its loop (jupyter_ours.sh is above it) may be about to start it again, on the
# same port. While the loop is stopped it gets no other child.
if loop_lives; then
  kill -STOP "$loop" 2>/dev/null || :
  for process in $(cat "/proc/$loop/task/$loop/children" 2>/dev/null) "$loop"; do kill -KILL "$process" 2>/dev/null || :; done
fi
mkdir -p "${jupyter%/*}"
rm -rf "$jupyter"
mkdir -m 755 "$jupyter"
mkdir -m 711 "$own"
[ "$uid" = 0 ] || chown "$uid" "$own" 2>/dev/null || chmod 1777 "$own"
umask 077
printf '%s\n' "$setup" > "$jupyter/setup"
cat > "$jupyter/token"
