# As root: a folder, new, so that nothing in it is a link that somebody laid there, and a folder for the user in it.
# Without CAP_CHOWN that is one in which everybody may make files of his own, as /tmp is. The token is standard input.
set -e
umask 022
mkdir -p "${jupyter%/*}"
rm -rf "$jupyter"
mkdir -m 755 "$jupyter"
mkdir -m 711 "$own"
[ "$uid" = 0 ] || chown "$uid" "$own" 2>/dev/null || chmod 1777 "$own"
umask 077
printf '%s\n' "$setup" > "$jupyter/setup"
cat > "$jupyter/token"
