# The SSH servers of the place, and what a login depends on. $folders, words, are set above it.
# shellcheck disable=SC2046,SC2154
complete=
[ -r /dev/helper/ssh/complete ] && read -r complete < /dev/helper/ssh/complete
sec bundle 0
printf '%s\n' "$complete"
sshd=$(command -v sshd 2>/dev/null)
for candidate in /usr/sbin/sshd /usr/local/sbin/sshd /sbin/sshd; do
  [ -z "$sshd" ] && [ -x "$candidate" ] && sshd=$candidate
done
sec sshd 0
printf '%s\n' "$sshd"
sec capabilities 0
while read -r name value; do
  [ "$name" = CapEff: ] && printf '%s\n' "$value"
done < /proc/self/status
listens "$ssh_port"; sec ssh_listens $?
# The setup that our sshd was started with, if its keeper still runs, or if it needs none.
sec ssh_setup 0
for folder in $folders; do
  [ -r "$folder/setup" ] || continue
  env_mark=
  { read -r fingerprint keeper; read -r env_mark; } < "$folder/setup"
  if [ "$keeper" = pipe ] || grep -q "$folder/keep" "/proc/$keeper/cmdline" 2>/dev/null; then printf '%s\n%s\n' "$fingerprint" "$env_mark"; fi
done
sec ssh_keys 0
for folder in $folders; do cat "$folder/authorized_keys" 2>/dev/null; done
sec ssh_host_key 0
for folder in $folders; do sha256sum "$folder/host_ed25519" 2>/dev/null; done
# Which SSH server that is: its listening sockets, whose inodes change whenever it starts or reads its keys again (on HUP
# too), and the files: each connection's sshd may read the keys again.
sec ssh_server 0
hex=$(port_hex "$ssh_port")
for table in /proc/net/tcp /proc/net/tcp6; do
  [ -r "$table" ] || continue
  while read -r _ address _ state _ _ _ _ _ inode _; do
    case $state$address in 0A*:"$hex") printf '%s ' "$inode" ;; esac
  done < "$table"
done
for folder in $folders; do
  [ -r "$folder/setup" ] || continue
  printf '%s ' $(stat -c '%i %Z' "$folder/host_ed25519" "$folder/host_ecdsa" "$folder/sshd_config" 2>/dev/null || echo unknown)
done
# What a login depends on beside that server.
sec login 0
for folder in $folders; do printf '%s ' $(stat -c '%n %i %Z' "$folder/authorized_keys" "$folder/passwd" 2>/dev/null); done
printf '%s ' $(stat -c '%n %i %Z' /etc/passwd /etc/shadow /etc/nologin /run/nologin \
  /etc/bash.bashrc /etc/bashrc /etc/zsh/zshenv /etc/zshenv /etc/csh.cshrc /etc/ssh/sshrc \
  "$home/.bashrc" "$home/.zshenv" "$home/.cshrc" "$home/.tcshrc" "$home/.config/fish/config.fish" "$home/.ssh/rc" 2>/dev/null)
mounted() { while read -r _ place _; do [ "$place" = /dev/helper/ssh ] && return 0; done < /proc/mounts; return 1; }
[ -e /dev/helper/run ] || [ -e /dev/helper/user ] || [ -e /dev/helper/people ] || grep -q /dev/helper/ /etc/profile.d/helper.sh 2>/dev/null || { [ -n "$complete" ] && ! mounted; }
sec traces $?
if [ -d "$cache" ]; then [ "$(readlink "$home/.cache/JetBrains")" = "$cache" ]; sec cache_link $?; fi
