# Read by a shell of the place, after the values, lib.sh and add_key.sh: writes the files of our sshd and starts it. All that a start
# needs is here, so that the same input starts it again whenever the place does. Every file is complete before it takes
# its name. $folder is made by root, here or (for an sshd of the user's own) before.
# shellcheck disable=SC2034
set -e
umask 022
[ "$as_user" = yes ] || mkdir -p "$folder"
umask 077
# By cat, which says why it cannot write: a shell's own printf says nothing, or "I/O error".
write() { printf '%s' "$2" | cat > "$folder/$1.new"; chmod "$3" "$folder/$1.new"; mv -f "$folder/$1.new" "$folder/$1"; }
write host_ed25519 "$host_ed25519" 600
write host_ecdsa "$host_ecdsa" 600
while IFS= read -r line; do
  [ -z "$line" ] || add_key "$line"
done << END
$keys
END
# For X11 sshd binds a display's port in each family that it may use, and gives up where one of them is not there.
grep -q . /proc/net/if_inet6 2>/dev/null || sshd_config="AddressFamily inet
$sshd_config"
write sshd_config "$sshd_config" 600
write keep "$keep" 600
if [ "$from_bundle" = yes ]; then
  chmod 755 /dev/helper/ssh 2>/dev/null || true # every user runs programs of it; an earlier version left it to root
  # Accounts as sshd sees them: the container's own, and what sshd insists on. A locked password (!) does not lock out a key.
  # A line that is no entry (those of NIS, "+::::::", comments) is skipped as by libc; nss_wrapper would refuse the whole file.
  b=/dev/helper/ssh/bin/busybox
  ln -sf $b "$folder/sh"
  { [ ! -r /etc/passwd ] || cat /etc/passwd; } | awk -F: -v OFS=: -v user="$user" -v sh="$folder/sh" '
    $1 == "root" { root = 1 } $1 == "sshd" { sshd = 1 }
    $1 == user { program = $7 == "" ? "/bin/sh" : $7; if (system("test -x \"" program "\"") != 0) $7 = sh }
    NF >= 7 && $1 ~ /^[^-+#]/ && $3 ~ /^[0-9]+$/ && $4 ~ /^[0-9]+$/ { print }
    END { home = system("test -d /root") == 0 ? "/root" : "/"
          shell = system("test -x /bin/sh") == 0 ? "/bin/sh" : sh
          if (!root) print "root", "x", 0, 0, "root", home, shell
          if (!sshd) print "sshd", "x", 65533, 65533, "", "/dev/sshd", "/nonexistent" }' > "$folder/passwd"
  { { [ ! -r /etc/group ] || cat /etc/group; }; grep -q '^root:' /etc/group 2>/dev/null || echo root:x:0:; echo helper_sshd:x:65533:; } |
    awk -F: 'NF >= 3 && $1 ~ /^[^-+#]/ && $3 ~ /^[0-9]+$/ { print NF == 3 ? $0 ":" : $0 }' > "$folder/group"
  awk -F: '{ print $1 ":*:19000:0:99999:7:::" }' "$folder/passwd" > "$folder/shadow"
  chmod 644 "$folder/passwd" "$folder/group"
  [ "$as_user" = yes ] || { mkdir -p /dev/sshd; chmod 755 /dev/sshd; }
else
  # The server's /run is left as it is: an sshd of its own has made that folder there, or has not.
  if [ "$own_run" != yes ]; then
    [ -d /run/sshd ] || { echo "Error: the container's sshd needs the folder /run/sshd, and /run in it is the server's own" >&2; exit 1; }
  elif [ "$as_user" != yes ]; then
    mkdir -p /run/sshd; chown 0:0 /run/sshd; chmod 755 /run/sshd
  fi
  # Without PAM sshd refuses an account whose password is locked by '!'.
  case $(grep "^$user:" /etc/shadow 2>/dev/null) in "$user:!"*) sed -i 's/^UsePAM no$/UsePAM yes/' "$folder/sshd_config" ;; esac
fi

if [ "$as_user" != yes ]; then
  write profile "$profile" 600
  profile_file=$folder/profile
  if [ "$shared" = yes ]; then
    chown "$uid" "$folder/profile"
    profile_file="${folder%/*}"'/${USER:-.}/profile'
  fi
  if [ "$own_profile" = yes ] && [ -d /etc/profile.d ] && [ -w /etc/profile.d ] && [ ! -L /etc/profile.d/helper.sh ] && ! grep -qF "$profile_file" /etc/profile.d/helper.sh 2>/dev/null; then
    when=$(stat -c %y /etc/profile.d 2>/dev/null || true)
    # An image that was made of a container has the line of that one.
    if read -r _ mark before 2>/dev/null < /etc/profile.d/helper.sh && [ "$mark" = helper ]; then when=$before; fi
    printf '# helper %s\n[ -r "%s" ] && . "%s"\n' "$when" "$profile_file" "$profile_file" > /etc/profile.d/helper.sh 2>/dev/null &&
      chmod 644 /etc/profile.d/helper.sh || true
  fi
fi

umask 022
# A fingerprint of secrets among others: for root, who looks; without its capabilities it reads no file of the user's else.
readers=600
[ "$as_user" = no ] || readers=644
if [ -r "$folder/setup" ]; then
  read -r old keeper < "$folder/setup"
  if grep -q "$folder/keep" "/proc/$keeper/cmdline" 2>/dev/null; then kill "$keeper" 2>/dev/null || true; fi
  rm -f "$folder/setup"
fi
# All connections come from the server's address. From OpenSSH 9.8 on sshd shuts out an address for what one of its users
# does, and older ones do not know the word.
if $clean "$sshd" -t -f "$folder/sshd_config" -o PerSourcePenalties=no </dev/null >/dev/null 2>&1; then
  echo 'PerSourcePenalties no' >> "$folder/sshd_config"
fi
$clean "$sshd" -t -f "$folder/sshd_config" </dev/null
if [ "$listens" != yes ]; then
  printf '%s pipe\n%s\n' "$fingerprint" "$env_mark" > "$folder/setup"
  chmod "$readers" "$folder/setup"
  exit 0
fi
tries=0
while listens "$port" && [ $tries -lt 40 ]; do sleep 0.05; tries=$((tries + 1)); done
if listens "$port"; then echo "Error: another program of the container listens on helper's port" >&2; exit 1; fi
: > "$folder/log"
detach=
if command -v setsid >/dev/null 2>&1; then detach=setsid; fi
$detach $shell "$folder/keep" </dev/null >/dev/null 2>&1 &
keeper=$!
tries=0
until listens "$port"; do
  tries=$((tries + 1))
  if [ $tries -gt 200 ]; then
    echo "Error: sshd does not start: $(tail -n 1 "$folder/log")" >&2
    kill $keeper
    exit 1
  fi
  sleep 0.05
done
printf '%s %s\n%s\n' "$fingerprint" "$keeper" "$env_mark" > "$folder/setup"
chmod "$readers" "$folder/setup"
