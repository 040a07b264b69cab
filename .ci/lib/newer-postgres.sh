# shellcheck shell=bash
# PostgreSQL with pgvector out of the next Debian release, unpacked into a folder of the cache, for a
# distribution that has no pgvector of its own. Nothing of it is installed: the servers run in the folder by chroot.
#
# apt itself resolves, downloads and verifies, so the machine's own mirror, proxy, certificates and credentials
# hold; and unpacking the 96 packages of this closure takes a fifth of the time of a whole bootstrapped system.

NEWER_RELEASE=trixie
NEWER_PACKAGES=(base-files dash postgresql-17 postgresql-17-pgvector)
NEWER_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# The servers' user inside the folder; a number that no other system user of a Debian machine has.
NEWER_USER_ID=65432

newer_postgres_root() {
  printf '%s/postgres-%s-%s' "$CI_CACHE" "$NEWER_RELEASE" "$(dpkg --print-architecture)"
}

# The mirror that apt uses for this machine's own release.
debian_mirror() {
  local codename
  codename="$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")"
  # shellcheck disable=SC2016 # apt fills these in, not the shell
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v codename="$codename" '$1 == "Debian" && $2 == codename && $3 == "main" && !seen++ { print $4 }'
}

# newer_apt WORKFOLDER ARGUMENT...: apt with lists, status and archives of its own, the machine's configuration
# for everything else.
newer_apt() {
  local work="$1"
  shift
  quietly apt-get -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
    -o Dir::State::Lists="$work/lists" -o Dir::State::Status="$work/status" \
    -o Dir::Cache="$work" -o Dir::Cache::Archives="$work/archives" \
    -o APT::Sandbox::User=root -o APT::Update::Post-Invoke::= -o Acquire::Languages=none "$@"
}

# newer_unpack WORKFOLDER ROOT: the packages' files without their install scripts, and the little that
# those scripts would have made and a server needs.
newer_unpack() {
  local work="$1" root="$2" archive
  mkdir -p "$root"
  for archive in "$work"/archives/*.deb; do
    dpkg-deb -x "$archive" "$root"
  done
  printf 'postgres:x:%s:%s::/tmp:/bin/sh\n' "$NEWER_USER_ID" "$NEWER_USER_ID" >"$root/etc/passwd"
  printf 'postgres:x:%s:\n' "$NEWER_USER_ID" >"$root/etc/group"
  chmod 644 "$root/etc/passwd" "$root/etc/group"
  rm -f "$root/dev/null"
  mknod -m 666 "$root/dev/null" c 1 3
  # A socket, a lock and a shared memory file each want a folder that anyone may write to.
  mkdir -p "$root/dev/shm"
  chmod 1777 "$root/tmp" "$root/dev/shm"
  chmod 755 "$root"
}

newer_postgres_build() {
  local root work mirror
  root="$(newer_postgres_root)"
  # A run that waited for the lock finds what the other one built.
  [ ! -d "$root" ] || return 0
  [ "$(id -u)" -eq 0 ] || fail "no PostgreSQL with pgvector >= $PGVECTOR_AT_LEAST here, and bringing one needs root"
  apt_install debian-archive-keyring
  apt_refresh
  mirror="$(debian_mirror)"
  [ -n "$mirror" ] || fail "no PostgreSQL with pgvector >= $PGVECTOR_AT_LEAST in this distribution, and no Debian mirror in apt's sources"
  rm -rf "$CI_CACHE"/unpack.*
  work="$(mktemp -d "$CI_CACHE/unpack.XXXXXX")"
  mkdir -p "$work/lists/partial" "$work/archives/partial"
  : >"$work/status"
  printf 'deb [signed-by=%s] %s %s main\n' "$NEWER_KEYRING" "$mirror" "$NEWER_RELEASE" >"$work/sources.list"
  newer_apt "$work" update || fail "could not read Debian $NEWER_RELEASE from apt's mirror"
  newer_apt "$work" install -y --no-install-recommends --download-only "${NEWER_PACKAGES[@]}" ||
    fail "could not download ${NEWER_PACKAGES[*]}"
  newer_unpack "$work" "$work/root"
  # The rename comes last: a folder under its final name is whole.
  mv "$work/root" "$root"
  rm -rf "$work"
}
