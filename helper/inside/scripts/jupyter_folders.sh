set -e
umask 022
mkdir -p /dev/helper/run
rm -rf "$jupyter"
mkdir -m 755 "$jupyter"
mkdir -m 711 "$own"
[ "$user" = root ] || chown "$user" "$own" 2>/dev/null || chmod 1777 "$own"
umask 077
printf '%s\n' "$setup" > "$jupyter/setup"
cat > "$jupyter/token"
