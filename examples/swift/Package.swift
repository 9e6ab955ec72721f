// swift-tools-version:6.0
// The same stories as in the other languages, one program each. `cargo xtask test --only swift` builds and runs them
// beside a copy of the package.
import PackageDescription

func program(_ name: String) -> Target {
    .executableTarget(name: name, dependencies: [.product(name: "Aragora", package: "package")], path: name)
}

let package = Package(
    name: "examples",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../package")],
    targets: [program("first_debate")]
)
