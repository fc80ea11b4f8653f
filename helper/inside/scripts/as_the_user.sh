# Runs $look as the user, since what it finds is that user's to run and not root's; as root only where the container has
# no way to become the user.
export HELPER_LOOK_HOME="$home" HELPER_LOOK_SHELL="$shell"
busy=/dev/helper/ssh/bin/busybox
if [ -z "$uid" ]; then found=
elif [ "$uid" = "$(id -u)" ]; then found=$(HOME=$home sh -c "$look" </dev/null)
elif su -s /bin/sh -c true "$user" </dev/null >/dev/null 2>&1; then found=$(HOME=$home su -s /bin/sh -c "$look" "$user" </dev/null)
elif setpriv --reuid "$uid" --clear-groups true >/dev/null 2>&1; then found=$(HOME=$home setpriv --reuid "$uid" --clear-groups sh -c "$look" </dev/null)
elif "$busy" su -s /bin/sh -c true "$user" </dev/null >/dev/null 2>&1; then found=$(HOME=$home "$busy" su -s /bin/sh -c "$look" "$user" </dev/null)
else found=$(HOME=$home sh -c "$look" </dev/null); fi
[ -z "${gpu_job-}" ] || wait "$gpu_job"
sec pythons 0
printf '%s\n' "$found"
