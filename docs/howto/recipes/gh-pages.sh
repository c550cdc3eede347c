#!/usr/bin/env bash
# Puts out/site on a branch of a repository, for GitHub Pages and its like, whenever it has changed:
#
#   publish:
#     after: [./gh-pages.sh, git@github.com:me/papers.git]
#
# The branch holds the site as it is now, without a history. Private feeds stay here: branches are public.
set -euo pipefail

remote=${1:?which repository? ./gh-pages.sh REPOSITORY [BRANCH]}
branch=${2:-gh-pages}
site=${NEWSLETTER_SITE:-$PWD}

fail() {
  echo "gh-pages.sh: $*" >&2
  exit 1
}

[ -f "$site/index.html" ] || fail "$site has no index.html: that is no site"
[ -z "$(find "$site" -name '*.db' -print -quit)" ] || fail "$site holds a database, which has addresses in it"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A repository of its own beside the site, so that nothing of git ever stands in it.
export GIT_DIR="$work/git" GIT_WORK_TREE="$site" GIT_TERMINAL_PROMPT=0
export GIT_AUTHOR_NAME=newsletter GIT_AUTHOR_EMAIL=newsletter@localhost
export GIT_COMMITTER_NAME=newsletter GIT_COMMITTER_EMAIL=newsletter@localhost
git init --quiet
git config core.autocrlf false
git config core.excludesFile /dev/null

cd "$site"
git add --all -- . ':(exclude)private'
# Without this file GitHub leaves out whatever begins with an underscore.
git update-index --add --cacheinfo "100644,$(git hash-object -w --stdin </dev/null),.nojekyll"
tree=$(git write-tree)

before=$(git ls-remote --heads "$remote" "refs/heads/$branch" | cut -f1)
if [ -n "$before" ]; then
  # What the branch has is fetched, so that only what changed has to be sent.
  git fetch --quiet --depth 1 "$remote" "refs/heads/$branch"
  if [ "$(git rev-parse 'FETCH_HEAD^{tree}')" = "$tree" ]; then
    echo "$branch is as the site is"
    exit 0
  fi
fi
commit=$(git commit-tree -m 'The site as it is now' "$tree")
git push --quiet --force-with-lease="refs/heads/$branch:$before" "$remote" "$commit:refs/heads/$branch"
echo "$branch has the site as it is now"
