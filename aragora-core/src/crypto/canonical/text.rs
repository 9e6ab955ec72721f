/// So many bytes are looked at at once: the compiler makes a few vector instructions of it.
const PIECE: usize = 64;

/// Writes a string after RFC 8785 section 3.2.2.2: the two-character escapes where they exist, `\u00xx` for the other
/// control characters, everything else as it is.
pub(super) fn write(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    // Most pieces need no escape, and what needs none is copied as one.
    let (mut rest, mut clean) = (text.as_bytes(), 0);
    while let Some(piece) = rest.get(clean..).filter(|piece| !piece.is_empty()) {
        let piece = piece.get(..PIECE).unwrap_or(piece);
        if !piece.iter().fold(false, |found, byte| found | is_escaped(*byte)) {
            clean += piece.len();
            continue;
        }
        clean += piece.iter().take_while(|byte| !is_escaped(**byte)).count();
        let (before, found) = rest.split_at(clean);
        out.extend_from_slice(before);
        let Some((byte, after)) = found.split_first() else { break };
        escape(out, *byte);
        (rest, clean) = (after, 0);
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Writes a name; gives whether it needed no escape and is ASCII.
pub(super) fn write_name(out: &mut Vec<u8>, name: &str) -> bool {
    let before = out.len();
    write(out, name);
    out.len() - before == name.len() + 2 && name.is_ascii()
}

const fn is_escaped(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
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
}
