import Aragora
import Foundation

/// A server on this machine, over plain sockets: Foundation has none. One request per connection.
final class Vendor: Sendable {
    struct Seen: Sendable {
        let method: String
        let path: String
        let headers: [String: String]
        let body: String
    }

    struct Answer: Sendable {
        var status = "200 OK"
        var headers = ["content-type": "application/json"]
        var body = ""
    }

    let seen = Guarded<[Seen]>([])
    let origin: String
    var url: String { "\(origin)/v1" }
    private let listener: Int32

    /// Answers chat completions to whoever it accepts.
    convenience init(accepts: @escaping @Sendable (_ authorization: String?) -> Bool = { _ in true }) throws {
        try self.init { request, _ in
            if accepts(request.headers["authorization"]) {
                // Not every provider says what a call cost.
                let silent = request.path.contains("/plain/")
                let cost = #", "cost": 0.000042"#
                return Answer(body: silent ? Self.reply.replacingOccurrences(of: cost, with: "") : Self.reply)
            }
            let refusal = request.path.contains("/busy/") ? "503 Service Unavailable" : "401 Unauthorized"
            return Answer(status: refusal, body: #"{"error": {"message": "who are you?"}}"#)
        }
    }

    /// Answers what a case says, request by request, the last answer again and again.
    convenience init(answers: [JSONValue]) throws {
        let said = try answers.map(Self.answer(from:))
        try self.init { _, number in said[min(number, said.count) - 1] }
    }

    /// Answers each request, the first of which has the number 1.
    init(_ answer: @escaping @Sendable (Seen, _ number: Int) -> Answer) throws {
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
        origin = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        let seen = self.seen
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 { return }
                if let request = Self.read(connection) {
                    let number = seen.with { seen in
                        seen.append(request)
                        return seen.count
                    }
                    Self.deliver(answer(request, number), to: connection)
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
                    let start = lines[0].split(separator: " ").map(String.init)
                    return Seen(
                        method: start[0], path: start[1], headers: headers, body: String(decoding: body, as: UTF8.self))
                }
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &buffer, buffer.count, 0)
            if count <= 0 { return nil }
            data.append(contentsOf: buffer[..<count])
        }
    }

    private static func answer(from document: JSONValue) throws -> Answer {
        try known(document, ["status", "headers", "json", "events"])
        var answer = Answer(status: "\(document["status"]?.int ?? 200) Answer")
        if let events = document["events"]?.array {
            answer.headers["content-type"] = "text/event-stream"
            answer.body = try events.map { "data: \(try $0.string ?? $0.text())\n\n" }.joined()
        } else if let body = document["json"] {
            answer.body = try body.text()
        }
        for (name, value) in document["headers"]?.object ?? [:] { answer.headers[name] = value.string }
        return answer
    }

    private static func deliver(_ answer: Answer, to connection: Int32) {
        let fields = answer.headers.map { "\($0.key): \($0.value)\r\n" }.joined()
        let head =
            "HTTP/1.1 \(answer.status)\r\n\(fields)content-length: \(answer.body.utf8.count)\r\n"
            + "connection: close\r\n\r\n"
        let bytes = Array((head + answer.body).utf8)
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
