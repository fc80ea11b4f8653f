# The folder for an sshd that runs as the user.
umask 022
mkdir -p /dev/helper && mkdir -p "$folder" && chown "$uid" "$folder" && chmod 755 "$folder"
