#!/usr/bin/env bash
# Builds the release form of the Swift package, on a Mac with Xcode and the Rust targets below: an XCFramework of the
# library, and beside it a folder to push as the repository `aragora-core-swift` (sources, and a manifest that names
# the archive and its checksum). On Linux a server gets the shared library, the header and the module map as a tarball.
#
#   build-xcframework.sh <version> <address the archive will have>
set -euo pipefail
version=${1:?version} address=${2:?address of the archive}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${CARGO_TARGET_DIR:-$root/target}/swift-release
target=${CARGO_TARGET_DIR:-$root/target}
rm -rf "$out" && mkdir -p "$out/generated" "$out/headers"
cd "$root"

# The generator reads a built library of this machine. It is built first: its feature must not be in the library.
cargo build --package aragora-ffi --features cli --bin uniffi-bindgen
cargo build --package aragora-ffi --lib
case $(uname -s) in Darwin) suffix=dylib ;; *) suffix=so ;; esac
"$target/debug/uniffi-bindgen" generate --library "$target/debug/libaragora_ffi.$suffix" --language swift --no-format \
    --config aragora-ffi/uniffi.toml --out-dir "$out/generated"
cp "$out/generated/AragoraFFI.h" "$out/headers/"
cp "$out/generated/AragoraFFI.modulemap" "$out/headers/module.modulemap"

if [ "$(uname -s)" != Darwin ]; then
    cargo build --package aragora-ffi --lib --release
    cp "$target/release/libaragora_ffi.so" "$out/headers/"
    tar -C "$out/headers" -czf "$out/aragora-ffi-$version-$(uname -m)-linux.tar.gz" .
    echo "$out/aragora-ffi-$version-$(uname -m)-linux.tar.gz"
    exit 0
fi

for triple in aarch64-apple-darwin x86_64-apple-darwin aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios; do
    cargo build --package aragora-ffi --lib --release --target "$triple"
done
# One slice holds all processors of one platform.
mkdir -p "$out/macos" "$out/simulator"
lipo -create -output "$out/macos/libaragora_ffi.a" \
    "$target"/{aarch64,x86_64}-apple-darwin/release/libaragora_ffi.a
lipo -create -output "$out/simulator/libaragora_ffi.a" \
    "$target"/{aarch64-apple-ios-sim,x86_64-apple-ios}/release/libaragora_ffi.a
xcodebuild -create-xcframework \
    -library "$out/macos/libaragora_ffi.a" -headers "$out/headers" \
    -library "$target/aarch64-apple-ios/release/libaragora_ffi.a" -headers "$out/headers" \
    -library "$out/simulator/libaragora_ffi.a" -headers "$out/headers" \
    -output "$out/AragoraFFI.xcframework"
(cd "$out" && zip -qr AragoraFFI.xcframework.zip AragoraFFI.xcframework)
checksum=$(swift package compute-checksum "$out/AragoraFFI.xcframework.zip")

package="$out/aragora-core-swift"
mkdir -p "$package/Sources/AragoraBindings"
cp -R "$here/Sources/Aragora" "$package/Sources/"
cp "$out/generated/AragoraBindings.swift" "$package/Sources/AragoraBindings/"
cp "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$package/"
cat >"$package/Package.swift" <<MANIFEST
// swift-tools-version:6.0
import PackageDescription

let package = Package(
    name: "aragora-core-swift",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [.library(name: "Aragora", targets: ["Aragora"])],
    targets: [
        .binaryTarget(name: "AragoraFFI", url: "$address", checksum: "$checksum"),
        .target(name: "AragoraBindings", dependencies: ["AragoraFFI"], swiftSettings: [.swiftLanguageMode(.v5)]),
        .target(name: "Aragora", dependencies: ["AragoraBindings"]),
    ],
    swiftLanguageModes: [.v6]
)
MANIFEST
echo "$package"
