# What as_the_user.sh hands over.
# shellcheck disable=SC2034
home=$HELPER_LOOK_HOME shell=$HELPER_LOOK_SHELL
unset HELPER_LOOK_HOME HELPER_LOOK_SHELL
