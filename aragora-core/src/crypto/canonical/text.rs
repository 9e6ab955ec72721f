/// Writes a string after RFC 8785 section 3.2.2.2: the two-character escapes where they exist, `\u00xx` for the other
/// control characters, everything else as it is. Gives whether it needed no escape and is ASCII.
pub(super) fn write(out: &mut Vec<u8>, text: &str) -> bool {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let mut rest = text.as_bytes();
    let mut plain = text.is_ascii();
    while let Some(at) = rest.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\') {
        plain = false;
        let (clean, found) = rest.split_at(at);
        out.extend_from_slice(clean);
        let Some((byte, after)) = found.split_first() else { break };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            other => {
                out.extend_from_slice(b"\\u00");
                out.extend([other >> 4, other & 0x0f].iter().filter_map(|digit| HEX.get(usize::from(*digit))));
            }
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
    plain
}
