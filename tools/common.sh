# What the scripts in tools/ share. Sourced, never run.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
build="$root/build"

say() { printf '==> %s\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# `sudo tools/up` must not leave files behind that the same person cannot overwrite without sudo. So once nothing needs root any
# more, a script that was started through sudo by the owner of this folder goes on as that owner.
owner_is_behind_sudo() {
  [[ $EUID -eq 0 && ${SUDO_UID:-0} -ne 0 && "$(stat -c %u "$root")" == "$SUDO_UID" ]]
}

go_on_as_owner() {
  owner_is_behind_sudo || return 0
  local home
  home="$(getent passwd "$SUDO_UID" | cut -d: -f6)"
  exec setpriv --reuid="$SUDO_UID" --regid="${SUDO_GID:-$SUDO_UID}" --init-groups \
    env -u SUDO_UID -u SUDO_GID -u SUDO_USER -u SUDO_COMMAND HOME="${home:-/tmp}" "$@"
}
