#!/usr/bin/env bash
# Builds and runs the programs of this folder as other people would have them: packages of their own, outside the
# workspace, that see only what the published packages hold.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
(cd "$root" && cargo publish --workspace --dry-run --no-verify --allow-dirty --quiet)
for package in "$target"/package/tmp-registry/*.crate; do
    tar --extract --gzip --directory "$packages" --file "$package"
done

patches=()
for folder in "$packages"/neuro-*/; do
    folder=${folder%/} name=${folder##*/}
    patches+=(--config "patch.crates-io.${name%-[0-9]*}.path=\"$folder\"")
done

for program in */Cargo.toml; do
    program=${program%/Cargo.toml}
    echo "==> $program"
    # The versions of the workspace, as far as a program needs them.
    cp "$root/Cargo.lock" "$program/Cargo.lock"
    CARGO_TARGET_DIR=$target cargo run --quiet --manifest-path "$program/Cargo.toml" \
        --config profile.toml "${patches[@]}"
done
