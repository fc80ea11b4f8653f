# The words of `create` are $1 and on; helper_record(), which makes volume $1 with the labels of a record of container $2,
# is set above it. Variables of the container may be exported here, so that ours have names of their own.
helper_id=$("$@") || exit
printf '%s\n' "$helper_id"
helper_id=${helper_id##*[!0-9a-f]}  # after warnings, if any
helper_record "helper-of-${helper_id%"${helper_id#????????????}"}" "$helper_id" >/dev/null </dev/null
