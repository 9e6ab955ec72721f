import Aragora
import Foundation
import XCTest

/// What the corpus cannot say: keys and values that nobody is shown.
final class StoreTests: XCTestCase {
    private static let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    private static let place = FieldPath(tenant: "acme", store: "integrations", record: "slack", field: "/token")

    func testNoKeyAndNoValueIsShown() throws {
        let cipher = try Cipher(keys: [Self.key])
        XCTAssertEqual(cipher.keyIds, ["353b0aae2faf21db"])
        let plain = try cipher.open(try cipher.seal(.text("xoxb-1"), at: Self.place), at: Self.place)
        XCTAssertEqual(plain, .text("xoxb-1"))
        var dumped = ""
        dump(plain, to: &dumped)
        dump(cipher, to: &dumped)
        for shown in ["\(cipher)", "\(plain)", String(reflecting: plain), dumped] {
            XCTAssertFalse(shown.contains(Self.key) || shown.contains("xoxb-1"), shown)
        }
        for wrong in [[Self.key.dropLast() + "z"], [Self.key, Self.key], [Self.key + "00"]] {
            XCTAssertThrowsError(try Cipher(keys: wrong)) { error in
                XCTAssertEqual((error as? AragoraError)?.code, .invalidConfig)
                XCTAssertFalse("\(error)".contains(Self.key.prefix(20)), "\(error)")
            }
        }
    }

    func testNoKeyIsShownWhenAnInstanceRefusesIt() async throws {
        do {
            _ = try await Aragora.open(encryptionKeys: [String(Self.key.prefix(40))])
            XCTFail("a short key opens an instance")
        } catch let error as AragoraError {
            XCTAssertEqual(error.code, .invalidConfig)
            XCTAssertFalse("\(error) \(error.context)".contains(Self.key.prefix(20)))
        }
    }

    func testTypesComeBackAsTheyWere() throws {
        let cipher = try Cipher(keys: [try generateKey()])
        for value: Plain in [.text("true"), .bytes(Data([0, 255])), .json(true), .json("true")] {
            XCTAssertEqual(try cipher.open(try cipher.seal(value, at: Self.place), at: Self.place), value)
        }
        XCTAssertNotEqual(Plain.text("true"), .json("true"))
        XCTAssertThrowsError(try recordKey([]))
    }
}
