/// Settings of an instance, read by the core from what you give it; the library reads no environment by itself.
public struct Config: Sendable {
    private let env: [String: String]
    /// What was understood, without secrets.
    public let redacted: JSONValue

    /// Reads settings from variables such as those of `ProcessInfo.processInfo.environment`. What is wrong with them
    /// is one `invalid_config`, all of it.
    public static func load(env: [String: String] = [:]) throws -> Config {
        var arguments = Members()
        try arguments.set("env", env)
        return Config(env: env, redacted: try Native.compute("config.load", arguments, as: JSONValue.self))
    }

    func settings() throws -> String {
        var settings = Members()
        try settings.set("env", env)
        return settings.text
    }
}

extension Config: CustomStringConvertible, CustomReflectable {
    public var description: String { "Config(\((try? redacted.text()) ?? ""))" }
    /// Without the variables: keys of providers are among them.
    public var customMirror: Mirror { Mirror(self, children: ["redacted": redacted]) }
}
