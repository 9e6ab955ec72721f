"""Reads and makes sealed values from their description alone, with another library's AES.

    read.py SAMPLES ANSWERS

Every line of SAMPLES is a value that the library sealed and what it was; ANSWERS gets values sealed here, for the
library to open.
"""

import base64
import hashlib
import json
import os
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HEAD = 35
NONCE = 24


def expand(key: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=label).derive(key)


def xaes(key: bytes, nonce: bytes) -> tuple[AESGCM, bytes]:
    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    doubled = int.from_bytes(block.update(bytes(16)), "big") << 1
    if doubled >> 128:
        doubled ^= (1 << 128) | 0b10000111
    derived = b"".join(
        block.update((int.from_bytes(bytes([0, n, 0x58, 0]) + nonce[:12], "big") ^ doubled).to_bytes(16, "big"))
        for n in (1, 2)
    )
    return AESGCM(derived), nonce[12:]


def additional(place: dict, head: bytes) -> bytes:
    parts = [place["tenant"].encode(), place["store"].encode(), bytes.fromhex(place["record"]), place["field"].encode()]
    listed = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return b"aragora/field/v1" + listed + head[2:3] + head


def open_envelope(key: bytes, place: dict, envelope: bytes) -> tuple[str, bytes]:
    head, nonce, text = envelope[:HEAD], envelope[HEAD : HEAD + NONCE], envelope[HEAD + NONCE :]
    assert head[:2] == b"\x02\x01", "another version"
    assert head[3:] == expand(key, b"aragora/key-tag/v1"), "another key"
    cipher, short = xaes(expand(key, b"aragora/field-enc/v1"), nonce)
    return chr(head[2]), cipher.decrypt(short, text, additional(place, head))


def seal(key: bytes, place: dict, kind: str, plain: bytes) -> bytes:
    head = b"\x02\x01" + kind.encode() + expand(key, b"aragora/key-tag/v1")
    nonce = os.urandom(NONCE)
    cipher, short = xaes(expand(key, b"aragora/field-enc/v1"), nonce)
    return head + nonce + cipher.encrypt(short, plain, additional(place, head))


def read_value(sample: dict) -> dict:
    key, envelope = bytes.fromhex(sample["key"]), base64.b64decode(sample["envelope"], validate=True)
    plain = base64.b64decode(sample["plain"], validate=True)
    assert open_envelope(key, sample, envelope) == (sample["type"], plain), sample
    try:
        open_envelope(key, {**sample, "field": sample["field"] + "x"}, envelope)
    except InvalidTag:
        pass
    else:
        raise AssertionError("a value opens elsewhere")
    return {**sample, "envelope": base64.b64encode(seal(key, sample, sample["type"], plain)).decode()}


def read_row(sample: dict) -> None:
    key, row = bytes.fromhex(sample["key"]), sample["row"]
    opened, listed = {}, []
    for name, value in row.items():
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        if pointer in sample["plain"]:
            opened[name] = value
            continue
        assert set(value) == {"_encrypted", "_value"} and value["_encrypted"] is True, name
        envelope = base64.b64decode(value["_value"], validate=True)
        kind, plain = open_envelope(key, {**sample, "field": pointer}, envelope)
        if name == "_manifest":
            manifest = json.loads(plain)
            continue
        opened[name] = plain.decode() if kind == "s" else json.loads(plain)
        listed.append([pointer, hashlib.sha256(envelope).hexdigest()])
    assert manifest == sorted(listed), "the manifest lists other members"
    assert opened == sample["expected"], opened


def main() -> None:
    values = rows = 0
    with open(sys.argv[1]) as samples, open(sys.argv[2], "w") as answers:
        for sample in map(json.loads, samples):
            if "row" in sample:
                read_row(sample)
                rows += 1
            else:
                answers.write(json.dumps(read_value(sample)) + "\n")
                values += 1
    assert values and rows, "nothing to read"
    print(f"{values} values and {rows} records read")


main()
