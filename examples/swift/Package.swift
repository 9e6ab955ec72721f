// swift-tools-version:6.0
// The same stories as in the other languages, one program each. `cargo xtask test --only swift` builds and runs them
// beside the package it has put together; in a project of your own the dependency is a URL.
import PackageDescription

let strict: [SwiftSetting] =
    Context.environment["ARAGORA_STRICT"] == nil ? [] : [.unsafeFlags(["-warnings-as-errors"])]
let aragora: [Target.Dependency] = [.product(name: "Aragora", package: "package")]

let package = Package(
    name: "examples",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../package")],
    targets: [
        .executableTarget(name: "first_debate", dependencies: aragora, path: "first_debate", swiftSettings: strict),
        .executableTarget(name: "custom_agent", dependencies: aragora, path: "custom_agent", swiftSettings: strict),
        .executableTarget(name: "custom_protocol", dependencies: aragora, path: "custom_protocol", swiftSettings: strict),
        .executableTarget(name: "streaming", dependencies: aragora, path: "streaming", swiftSettings: strict),
        .executableTarget(name: "replay", dependencies: aragora, path: "replay", swiftSettings: strict),
        .executableTarget(name: "models", dependencies: aragora, path: "models", swiftSettings: strict),
        .executableTarget(name: "durable_debate", dependencies: aragora, path: "durable_debate", swiftSettings: strict),
        .executableTarget(name: "encrypted_store", dependencies: aragora, path: "encrypted_store", swiftSettings: strict),
    ]
)
