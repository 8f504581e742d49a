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

# install_debian_packages PACKAGE…: those that are not there yet, and nothing else: where all are there it needs neither root nor a network.
install_debian_packages() {
  local package missing=() as_root=()
  for package in "$@"; do
    [[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null)" == ii* ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  say "installing from Debian: ${missing[*]}"
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || fail "installing packages needs root, and there is no sudo: run this as root once"
    as_root=(sudo)
  fi
  # The lock may be held for a while by a machine that updates itself after boot.
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  "${apt[@]}" update
  "${apt[@]}" install --no-install-recommends "${missing[@]}"
}

# A folder is complete only once its stamp says for which versions; an interrupted install is begun again.
complete() { [[ -f "$1/.complete" && "$(cat "$1/.complete")" == "$2" ]]; }
