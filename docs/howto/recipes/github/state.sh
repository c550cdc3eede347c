#!/usr/bin/env bash
# Keeps the state between the runs of a workflow, in a branch of the repository that holds nothing else:
#
#   state.sh restore   before a run
#   state.sh keep      after it
#
# The state holds addresses. With NEWSLETTER_STATE_KEY it is encrypted (gpg, AES-256; a wrong key or a changed file
# is noticed). Without it the repository has to be private: else this stops, before anything is written.
set -euo pipefail

branch=${NEWSLETTER_STATE_BRANCH:-newsletter-state}
state=${NEWSLETTER_STATE:-state/newsletter.db}
key=${NEWSLETTER_STATE_KEY:-}
noted="$(dirname "$state")/kept"
least=20

fail() {
  echo "state.sh: $*" >&2
  exit 1
}

# Any answer but "private" counts as public, no answer too.
may_be_plain() {
  [ "$(gh api "repos/${GITHUB_REPOSITORY:?}" --jq .visibility)" = private ]
}

guard() {
  if [ -n "$key" ]; then
    [ "${#key}" -ge "$least" ] || fail "NEWSLETTER_STATE_KEY has fewer than $least characters: openssl rand -hex 32"
  elif ! may_be_plain; then
    fail "everybody could read the state here, and it holds addresses: set the secret NEWSLETTER_STATE_KEY
  (openssl rand -hex 32), or make the repository private. Nothing was run."
  fi
}

gpg_with_key() {
  gpg --batch --quiet --yes --no-symkey-cache --pinentry-mode loopback --passphrase-fd 3 "$@" 3<<<"$key"
}

tip() {
  git ls-remote --heads origin "refs/heads/$branch" | cut -f1
}

restore() {
  local kept
  mkdir -p "$(dirname "$state")"
  kept=$(tip)
  echo "$kept" > "$noted"
  if [ -z "$kept" ]; then
    echo "no state was kept yet: this is the first run"
    return
  fi
  git fetch --quiet --depth 1 origin "refs/heads/$branch"
  if git cat-file -e FETCH_HEAD:newsletter.db.gpg 2>/dev/null; then
    [ -n "$key" ] || fail "the state is encrypted, and the secret NEWSLETTER_STATE_KEY is not set"
    git cat-file blob FETCH_HEAD:newsletter.db.gpg > "$state.gpg"
    gpg_with_key --output "$state" --decrypt "$state.gpg" ||
      fail "NEWSLETTER_STATE_KEY does not open the state: it is another key, or the branch $branch was changed"
    rm "$state.gpg"
  else
    may_be_plain || fail "the state stands in the branch $branch for everybody to read: delete that branch, and begin anew with a key"
    git cat-file blob FETCH_HEAD:newsletter.db > "$state"
  fi
}

keep() {
  local work name blob tree commit
  work=$(mktemp -d)
  trap 'rm -rf "$work"' RETURN
  newsletter state backup "$work/newsletter.db" > /dev/null
  name=newsletter.db
  if [ -n "$key" ]; then
    name=newsletter.db.gpg
    gpg_with_key --cipher-algo AES256 --s2k-digest-algo SHA512 --output "$work/$name" --symmetric "$work/newsletter.db"
  fi
  export GIT_AUTHOR_NAME=newsletter GIT_AUTHOR_EMAIL=newsletter@localhost
  export GIT_COMMITTER_NAME=newsletter GIT_COMMITTER_EMAIL=newsletter@localhost
  blob=$(git hash-object -w "$work/$name")
  tree=$(printf '100644 blob %s\t%s\n' "$blob" "$name" | git mktree)
  commit=$(git commit-tree -m 'The state after a run' "$tree")
  # Another run that kept its state meanwhile is not written over.
  git push --quiet --force-with-lease="refs/heads/$branch:$(cat "$noted")" origin "$commit:refs/heads/$branch" ||
    fail "the state could not be kept: another run did so meanwhile, or the branch $branch cannot be written"
  echo "$commit" > "$noted"
}

case "${1:-}" in
  restore) guard && restore ;;
  keep) guard && keep ;;
  *) fail "restore, or keep?" ;;
esac
