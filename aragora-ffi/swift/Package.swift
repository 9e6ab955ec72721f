// swift-tools-version:6.0
// The two private targets are made by `cargo xtask swift-sources` from the built library; only the face is by hand.
import PackageDescription

// Set by the suite, never by users: packages with unsafe flags cannot be depended on.
let strict: [SwiftSetting] =
    Context.environment["ARAGORA_STRICT"] == nil ? [] : [.unsafeFlags(["-warnings-as-errors"])]

let package = Package(
    name: "aragora-core-swift",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [.library(name: "Aragora", targets: ["Aragora"])],
    targets: [
        // The C header of the library, and how to link it.
        .systemLibrary(name: "AragoraFFI"),
        // What uniffi generates is Swift 5: in mode 6 the compiler crashes on its asynchronous callbacks.
        .target(
            name: "AragoraBindings",
            dependencies: ["AragoraFFI"],
            swiftSettings: [.swiftLanguageMode(.v5)]
        ),
        .target(name: "Aragora", dependencies: ["AragoraBindings"], swiftSettings: strict),
        .testTarget(name: "AragoraTests", dependencies: ["Aragora", "ExitProbe"], swiftSettings: strict),
        // A program of the tests: how a process ends is seen from outside.
        .executableTarget(
            name: "ExitProbe", dependencies: ["Aragora"], path: "Tests/ExitProbe", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
