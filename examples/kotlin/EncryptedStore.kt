// A store nobody reads without its key: sealed debates and values, a new key, and a backup of it all.

import ai.aragora.AgentReply
import ai.aragora.Aragora
import ai.aragora.AragoraException
import ai.aragora.BuiltinProtocol
import ai.aragora.Cipher
import ai.aragora.FieldPath
import ai.aragora.FunctionAgent
import ai.aragora.Plain
import ai.aragora.generateKey
import ai.aragora.recordKey
import java.nio.file.Files
import kotlinx.coroutines.runBlocking

/** Two seats are for it, one against, and nobody is convinced by anybody. */
fun members(): List<FunctionAgent> = listOf("ada" to "yes", "bob" to "yes", "eve" to "no").map { (id, view) ->
    FunctionAgent(id) { AgentReply("FINAL ANSWER: $view") }
}

fun main(): Unit = runBlocking {
    val folder = Files.createTempDirectory("encrypted-")
    val storage = "redb:$folder/store"
    // START encrypted_store
    // 64 hex digits each, from wherever secrets are kept. The first seals, all open.
    val (oldKey, newKey) = listOf(generateKey(), generateKey())
    val before = Aragora.open(storage = storage, encryptionKeys = listOf(oldKey))
    val debate = before.debate("Do we tell the board?") {
        members().forEach { agent(it) }
        protocol = BuiltinProtocol.voteOnly()
    }
    debate.result()
    val id = debate.id
    before.closeAndJoin()

    // Rotation: the new key in front, everything sealed anew beside running writers, then the old key may go.
    val after = Aragora.open(storage = storage, encryptionKeys = listOf(newKey, oldKey))
    val report = after.encryption().reencrypt()
    println("complete: ${report.complete}, failures: ${report.failures.size}")
    val retired = after.encryption().keyIds()[1]
    val left = after.encryption().census().rows.values.sumOf { it[retired] ?: 0L }
    println("rows under the old key: $left")
    try {
        after.encryption().retire(retired)
    } catch (error: AragoraException) {
        println("not yet: ${error.reason}")
    }

    // A backup is sealed too, and counts once it was read back.
    val backups = after.backups("$folder/backups")
    backups.verify(backups.full())
    after.closeAndJoin()

    // The machine is lost. Somewhere else, with the key and the folder:
    val rescue = Aragora.open(encryptionKeys = listOf(newKey))
    val restored = rescue.backups("$folder/backups").restore("redb:$folder/restored")
    println("restored ${restored.tables.getValue("debate").rows} debate")
    rescue.closeAndJoin()
    val again = Aragora.open(storage = "redb:$folder/restored", encryptionKeys = listOf(newKey))
    println(again.debates().get(id).state)
    again.closeAndJoin()

    // Values of your own tables: sealed for a place, and of no use anywhere else.
    val cipher = Cipher(listOf(newKey))
    val record = recordKey("slack", "u-123")
    val place = FieldPath("acme", "integrations", record, "/token")
    val sealed = cipher.seal(place, "xoxb-1")
    println(cipher.open(place, sealed) == Plain.Text("xoxb-1"))
    try {
        cipher.open(FieldPath("other", "integrations", record, "/token"), sealed)
    } catch (error: AragoraException) {
        println(error.code)
    }
    // END encrypted_store
    folder.toFile().deleteRecursively()
}
