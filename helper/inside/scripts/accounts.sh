# Functions over /etc/passwd and /etc/group, which are edited here because minimal images have neither useradd nor usermod.
set -e
umask 022
replace() {
  cat > "$1.helper"
  chmod "$2" "$1.helper"
  mv -f "$1.helper" "$1" 2>/dev/null || { cat "$1.helper" > "$1"; rm -f "$1.helper"; }
}
# The name of the first entry of FILE whose third field is ID.
with_id() {
  while IFS=: read -r name _ id _; do
    if [ "$id" = "$2" ]; then printf '%s' "$name"; return; fi
  done < "$1"
}
has_name() { grep -q "^$2:" "$1" 2>/dev/null; }
# A group of the user's own with the id, unless some group has it.
make_group() {
  [ -z "$(with_id /etc/group "$gid")" ] || return 0
  group=$user
  if has_name /etc/group "$group"; then group=$user-$gid; fi
  printf '%s:x:%s:\n' "$group" "$gid" >> /etc/group
}
