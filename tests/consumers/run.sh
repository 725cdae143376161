#!/usr/bin/env bash
# Builds and runs the programs of this folder, and the first one on the page of each crate, as other people would
# have them: packages of their own, outside the workspace, that see only what the published packages hold.
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

# A package of one's own, with the versions of the workspace as far as it needs them.
run_program() {
    echo "==> ${1##*/}"
    cp "$root/Cargo.lock" "$1/Cargo.lock"
    CARGO_TARGET_DIR=$target cargo run --quiet --manifest-path "$1/Cargo.toml" \
        --config profile.toml "${patches[@]}"
}

for program in */Cargo.toml; do
    run_program "${program%/Cargo.toml}"
done

# What a newcomer does: the packages and the program that the page of each crate names first.
for folder in "$packages"/neuro-*/; do
    page=$folder/README.md name=${folder#"$packages"/} program=$packages/pages/first_of_${name%%-[0-9]*}
    mkdir -p "$program/src"
    awk '/^To begin:/ { begun = 1 } begun && /^```rust/ { inside = 1; next } inside && /^```/ { exit } inside' \
        "$page" > "$program/src/main.rs"
    {
        printf '[package]\nname = "%s"\nedition = "2024"\n[workspace]\n[dependencies]\n' "${program##*/}"
        sed -n 's/^To begin: `cargo add \([^`]*\)`.*/\1/p' "$page" | tr ' ' '\n' | sed 's/$/ = "0.1"/'
    } > "$program/Cargo.toml"
    run_program "$program"
done
