package ai.aragora

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

/** What the corpus cannot say: keys and values that nobody is shown. */
internal class StoreTest {
    private val key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    private val place = FieldPath("acme", "integrations", "slack", "/token")

    @Test
    fun `no key and no value is shown`() {
        val cipher = Cipher(listOf(key))
        assertEquals(listOf("353b0aae2faf21db"), cipher.keyIds)
        val plain = cipher.open(place, cipher.seal(place, "xoxb-1"))
        assertEquals(Plain.Text("xoxb-1"), plain)
        for (shown in listOf("$cipher", "$plain", "${Plain.Json(JsonString("xoxb-1"))}")) {
            assertFalse(key in shown || "xoxb-1" in shown, shown)
        }
        for (wrong in listOf(listOf(key.dropLast(1) + "z"), listOf(key, key), listOf(key + "00"))) {
            val error = assertThrows(AragoraException::class.java) { Cipher(wrong) }
            assertEquals(ErrorCode.InvalidConfig, error.code)
            assertFalse(key.take(20) in "$error ${error.context}", "$error")
        }
    }

    @Test
    fun `no key is shown when an instance refuses it`(): Unit = runBlocking {
        val error = runCatching { Aragora.open(encryptionKeys = listOf(key.take(40))) }.exceptionOrNull() as AragoraException
        assertEquals(ErrorCode.InvalidConfig, error.code)
        assertFalse(key.take(20) in "$error ${error.context}", "$error")
    }

    @Test
    fun `types come back as they were`() {
        val cipher = Cipher(listOf(generateKey()))
        val values = listOf(
            Plain.Text("true"), Plain.Bytes(byteArrayOf(0, -1)), Plain.Json(JsonBoolean(true)), Plain.Json(JsonString("true")),
        )
        for (value in values) assertEquals(value, cipher.open(place, cipher.seal(place, value)))
        assertNotEquals(Plain.Text("true") as Plain, Plain.Json(JsonString("true")))
        assertEquals(place, FieldPath("acme", "integrations", "slack".encodeToByteArray(), "/token"))
        assertThrows(AragoraException::class.java) { recordKey() }
    }
}
