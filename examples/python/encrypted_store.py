"""A store nobody reads without its key: sealed debates and values, a new key, and a backup of it all."""

import asyncio
import tempfile

import aragora_core as ac
from aragora_core import errors


def members() -> list[ac.Agent]:
    return [Member("ada", "yes"), Member("bob", "yes"), Member("eve", "no")]


class Member(ac.Agent):
    """Is convinced by nobody."""

    def __init__(self, id: str, view: str) -> None:
        self.id = id
        self.view = view

    async def respond(self, request: ac.AgentRequest) -> str:
        return f"FINAL ANSWER: {self.view}"


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, copies = f"redb:{folder}/store", f"{folder}/backups"
        # START encrypted_store
        # 64 hex digits each, from wherever secrets are kept. The first seals, all open.
        old, new = ac.generate_key(), ac.generate_key()
        async with ac.Aragora.open(storage=store, encryption_keys=[old]) as aragora:
            debate = aragora.debate("Do we tell the board?", members(), protocol="vote_only")
            await debate

        # Rotation: the new key in front, everything sealed anew beside running writers, then the old key may go.
        async with ac.Aragora.open(storage=store, encryption_keys=[new, old]) as aragora:
            report = await aragora.encryption.reencrypt()
            print(f"complete: {report.complete}, failures: {len(report.failures)}")
            retired = aragora.encryption.key_ids[1]
            census = await aragora.encryption.census()
            print(f"rows under the old key: {sum(keys.get(retired, 0) for keys in census.rows.values())}")
            try:
                await aragora.encryption.retire(retired)
            except errors.ConflictError as error:
                print(f"not yet: {error.reason}")

            # A backup is sealed too, and counts once it was read back.
            backups = aragora.backups(copies)
            await backups.verify(await backups.full())

        # The machine is lost. Somewhere else, with the key and the folder:
        async with ac.Aragora.open(encryption_keys=[new]) as aragora:
            restored = await aragora.backups(copies).restore(f"redb:{folder}/restored")
            print(f"restored {restored.tables['debate'].rows} debate")
        async with ac.Aragora.open(storage=f"redb:{folder}/restored", encryption_keys=[new]) as aragora:
            print((await aragora.debates.get(debate.id)).state)

        # Values of your own tables: sealed for a place, and of no use anywhere else.
        cipher = ac.Cipher([new])
        place = ac.FieldPath(
            tenant="acme", store="integrations", record=ac.record_key("slack", "u-123"), field="/token"
        )
        sealed = cipher.seal(place, "xoxb-1")
        print(cipher.open(place, sealed).value == "xoxb-1")
        other = ac.FieldPath(tenant="other", store="integrations", record=place.record, field="/token")
        try:
            cipher.open(other, sealed)
        except errors.DecryptionFailedError as error:
            print(error.code)
        # END encrypted_store


asyncio.run(main())
