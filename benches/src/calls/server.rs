//! The fake provider: HTTP/1.1 over kept connections, one fixed chat completion per request after a fixed delay.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::Result;

/// Answers of about 600 characters.
const REPLY: &str = "Yes. First, the grant of 40 percent covers vehicles ordered before the end of next year, which is worth about 25 \
    million for 120 buses and is lost by waiting for the grid. Second, two thirds of the duties lie within the winter \
    range from the first day, so lines 1 to 9 can run on the 2 MW that are there while the upgrade is built. The \
    strongest reason against is the first year of the neighbour with 81 percent of availability, which needs a reserve \
    of twelve diesel buses. A second supplier of hydrogen, or a delay of the upgrade beyond year four, would change my \
    mind.\n\nFINAL ANSWER: yes";

/// Serves until the process ends; says where on standard output first.
pub async fn serve(delay: Duration) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/v1", listener.local_addr()?);
    let body = json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": "fake-1",
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": REPLY, "refusal": null },
            "finish_reason": "stop",
        }],
        "usage": { "prompt_tokens": 700, "completion_tokens": 150, "total_tokens": 850 },
    })
    .to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    let response: &'static [u8] = Box::leak(format!("{head}{body}").into_bytes().into_boxed_slice());
    loop {
        let (socket, _) = listener.accept().await?;
        // A client that goes away ends its own connection only.
        tokio::spawn(async move { answer(socket, delay, response).await.ok() });
    }
}

async fn answer(socket: TcpStream, delay: Duration, response: &[u8]) -> Result<()> {
    socket.set_nodelay(true)?;
    let mut socket = BufReader::with_capacity(32 << 10, socket);
    let (mut line, mut body) = (String::new(), Vec::new());
    loop {
        let mut length = 0;
        loop {
            line.clear();
            if socket.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let text = line.trim_end();
            if text.is_empty() {
                break;
            }
            if let Some((name, value)) = text.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        body.resize(length, 0);
        socket.read_exact(&mut body).await?;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        socket.get_mut().write_all(response).await?;
    }
}
