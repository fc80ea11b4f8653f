# cd and $PWD instead of readlink: no process is started for a folder. /proc/self/mountinfo (proc(5)): the fourth field
# is the folder of the file system that is shown, the fifth is where, with \040 for a blank; engines keep a volume's
# files in .../_data.
sec places 0
here=$PWD
for place in /etc /etc/profile.d /run /run/sshd /var/run /var/lib /home /dev "$home" "$home/.cache" "$home/.cache/JetBrains"; do
  if cd -P -- "$place" 2>/dev/null && [ "$PWD" != "$place" ]; then printf '%s\t%s\n' "$place" "$PWD"; fi
done
cd -- "$here" 2>/dev/null || cd /
for place in /etc/passwd /etc/group /etc/shadow; do
  if [ -L "$place" ]; then printf '%s\t%s\n' "$place" "$(readlink -f "$place")"; fi
done
sec bound 0
while read -r _ _ _ root place rest; do
  case $root in */_data | */_data/*) continue ;; esac
  case $rest in *' - tmpfs '*) continue ;; esac
  printf '%b\n' "$place"
done < /proc/self/mountinfo
