# As root: a folder, new, so that nothing in it is a link that somebody laid there, and a folder for the user in it.
# Without CAP_CHOWN that is one in which everybody may make files of his own, as /tmp is. The token is standard input.
set -e
umask 022
# What is left of one from before ends first: its loop may be about to start it again, on the same port. While the loop is
# stopped it gets no other child.
before=''
[ ! -f "$own/keeper" ] || read -r before < "$own/keeper" || :
case $before in
  '' | *[!0-9]*) ;;
  *)
    if tr '\0' ' ' 2>/dev/null < "/proc/$before/cmdline" | grep -qF " $own/start.py "; then
      kill -STOP "$before" 2>/dev/null || :
      for child in $(cat "/proc/$before/task/$before/children" 2>/dev/null) "$before"; do kill -KILL "$child" 2>/dev/null || :; done
    fi
    ;;
esac
mkdir -p "${jupyter%/*}"
rm -rf "$jupyter"
mkdir -m 755 "$jupyter"
mkdir -m 711 "$own"
[ "$uid" = 0 ] || chown "$uid" "$own" 2>/dev/null || chmod 1777 "$own"
umask 077
printf '%s\n' "$setup" > "$jupyter/setup"
cat > "$jupyter/token"
