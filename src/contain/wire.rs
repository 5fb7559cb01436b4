//! How parent and child of a session talk: a JSON value a line, and after each reply as many bytes as it announces.

use std::io::{BufRead, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The longest line, in bytes: the times of a month of frames.
const LONGEST: u64 = 1 << 30;

/// The most bytes that come with a reply: a picture of the largest size that is decoded.
const MOST: u64 = 1 << 30;

/// What stands before the bytes of a reply.
#[derive(Serialize, Deserialize)]
struct Heading<A> {
    result: std::result::Result<A, Error>,
    bytes: u64,
}

fn gone(e: std::io::Error) -> Error {
    Error::failed(format!("the other process is gone: {e}"))
}

/// Sends one value.
pub fn send(to: &mut impl Write, value: &impl Serialize) -> Result<()> {
    let mut line = serde_json::to_vec(value).map_err(|e| Error::failed(format!("this cannot be sent: {e}")))?;
    line.push(b'\n');
    to.write_all(&line).and_then(|()| to.flush()).map_err(gone)
}

/// The next value; `None` where the other side has hung up.
pub fn receive<T: DeserializeOwned>(from: &mut impl BufRead) -> Result<Option<T>> {
    let mut line = Vec::new();
    let read = from.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(gone)?;
    if read == 0 || line.last() != Some(&b'\n') {
        return Ok(None);
    }
    serde_json::from_slice(&line).map(Some).map_err(|e| Error::failed(format!("not understood: {e}")))
}

/// Sends one reply and its bytes.
pub fn reply<A: Serialize>(to: &mut impl Write, result: &Result<A>, bytes: &[u8]) -> Result<()> {
    let heading = Heading { result: result.as_ref().map_err(Error::clone), bytes: bytes.len() as u64 };
    send(to, &heading)?;
    to.write_all(bytes).and_then(|()| to.flush()).map_err(gone)
}

/// A reply's facts and its bytes, or its error.
type Reply<A> = Result<(A, Vec<u8>)>;

/// The next reply and its bytes; `None` where the other side has hung up before it was whole. The outer error is a line
/// that is no reply, the inner one the reply's own.
pub fn receive_reply<A: DeserializeOwned>(from: &mut impl BufRead) -> Result<Option<Reply<A>>> {
    let Some(Heading { result, bytes: count }) = receive::<Heading<A>>(from)? else { return Ok(None) };
    if count > MOST {
        return Err(Error::failed(format!("a reply of {count} bytes")));
    }
    let mut bytes = Vec::new();
    let read = from.by_ref().take(count).read_to_end(&mut bytes).map_err(gone)?;
    if read as u64 != count {
        return Ok(None);
    }
    Ok(Some(result.map(|facts| (facts, bytes))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn replies_come_apart_again_whatever_bytes_are_in_them() {
        let mut pipe = Vec::new();
        reply(&mut pipe, &Ok(7u32), b"{}\n\n").unwrap();
        reply::<u32>(&mut pipe, &Err(Error::usage("no")), b"").unwrap();
        reply(&mut pipe, &Ok(8u32), b"").unwrap();
        let mut pipe = pipe.as_slice();
        assert_eq!(receive_reply::<u32>(&mut pipe).unwrap().unwrap().unwrap(), (7, b"{}\n\n".to_vec()));
        assert_eq!(receive_reply::<u32>(&mut pipe).unwrap().unwrap().unwrap_err().what(), "no");
        assert_eq!(receive_reply::<u32>(&mut pipe).unwrap().unwrap().unwrap().0, 8);
        assert!(receive_reply::<u32>(&mut pipe).unwrap().is_none());
    }

    #[test]
    fn half_a_reply_is_none_and_an_absurd_one_is_refused() {
        let mut pipe = Vec::new();
        reply(&mut pipe, &Ok(7u32), b"12345").unwrap();
        for end in 0..pipe.len() {
            assert!(receive_reply::<u32>(&mut &pipe[..end]).unwrap().is_none(), "{end}");
        }
        let absurd = format!("{{\"result\":{{\"Ok\":1}},\"bytes\":{}}}\n", u64::MAX);
        assert!(receive_reply::<u32>(&mut absurd.as_bytes()).is_err());
    }
}
