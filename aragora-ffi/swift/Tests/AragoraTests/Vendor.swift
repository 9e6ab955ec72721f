import Foundation

/// A server on this machine that answers chat completions to whoever it accepts, over plain sockets: Foundation has no
/// server. One request per connection.
final class Vendor: Sendable {
    struct Seen: Sendable {
        let path: String
        let headers: [String: String]
        let body: String
    }

    let seen = Guarded<[Seen]>([])
    let url: String
    private let listener: Int32

    init(accepts: @escaping @Sendable (_ authorization: String?) -> Bool = { _ in true }) throws {
        #if canImport(Darwin)
            listener = socket(AF_INET, SOCK_STREAM, 0)
        #else
            listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/v1"
        let seen = self.seen
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 { return }
                if let request = Self.read(connection) {
                    seen.with { $0.append(request) }
                    Self.answer(connection, request, accepts(request.headers["authorization"]))
                }
                close(connection)
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func read(_ connection: Int32) -> Seen? {
        var data = Data()
        let end = Data("\r\n\r\n".utf8)
        while true {
            if let head = data.range(of: end) {
                let lines = String(decoding: data[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
                }
                let body = data[head.upperBound...]
                if body.count >= Int(headers["content-length"] ?? "0") ?? 0 {
                    let path = lines[0].split(separator: " ")[1]
                    return Seen(path: String(path), headers: headers, body: String(decoding: body, as: UTF8.self))
                }
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &buffer, buffer.count, 0)
            if count <= 0 { return nil }
            data.append(contentsOf: buffer[..<count])
        }
    }

    private static func answer(_ connection: Int32, _ request: Seen, _ accepted: Bool) {
        // Not every provider says what a call cost.
        let silent = request.path.contains("/plain/")
        let said = silent ? reply.replacingOccurrences(of: #", "cost": 0.000042"#, with: "") : reply
        let body = accepted ? said : #"{"error": {"message": "who are you?"}}"#
        let refusal = request.path.contains("/busy/") ? "503 Service Unavailable" : "401 Unauthorized"
        let status = accepted ? "200 OK" : refusal
        let head =
            "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n"
            + "connection: close\r\n\r\n"
        let bytes = Array((head + body).utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
            if count <= 0 { return }
            sent += count
        }
    }

    private static let reply = #"""
        {
            "id": "chat-1", "model": "acme/fake-1",
            "choices": [{
                "index": 0, "message": {"role": "assistant", "content": "FINAL ANSWER: yes"}, "finish_reason": "stop"
            }],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.000042}
        }
        """#
}
