//! Boxes of an ISO base media file (ISO/IEC 14496-12 section 4.2), read so that no byte goes unread: a box is used up by
//! its reader, or it is an error that names the box and its offset.

use crate::error::{Error, Result};

/// A box holds at most so many others; more would only be made to use up memory.
const MOST_CHILDREN: usize = 32;

/// Four letters.
pub type Kind = [u8; 4];

/// One box and what is left to read of it.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    kind: Kind,
    at: u64,
    body_at: u64,
    body: usize,
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The body of a box: its kind, its offset in the file, the size of its header in bytes, and what follows that.
    pub fn new(kind: Kind, at: u64, header: u64, body: &'a [u8]) -> Self {
        Self { kind, at, body_at: at.saturating_add(header), body: body.len(), rest: body }
    }

    /// What is wrong, with this box's kind and offset before it.
    pub fn wrong(&self, what: impl std::fmt::Display) -> Error {
        Error::unverified(format!("the clip's box {} at byte {} {what}", self.kind.escape_ascii(), self.at))
    }

    /// The next `N` bytes.
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (&bytes, rest) = self.rest.split_first_chunk().ok_or_else(|| self.wrong("is cut short"))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// The next so many bytes.
    pub fn slice(&mut self, length: usize) -> Result<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(|| self.wrong("is cut short"))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// All that is left.
    pub fn remaining(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// 8 bits.
    pub fn u8(&mut self) -> Result<u8> {
        self.bytes().map(u8::from_be_bytes)
    }

    /// 16 bits.
    pub fn u16(&mut self) -> Result<u16> {
        self.bytes().map(u16::from_be_bytes)
    }

    /// 32 bits.
    pub fn u32(&mut self) -> Result<u32> {
        self.bytes().map(u32::from_be_bytes)
    }

    /// 64 bits in version 1 of a box, 32 in version 0.
    pub fn sized(&mut self, version: u8) -> Result<u64> {
        if version == 0 { self.u32().map(u64::from) } else { self.bytes().map(u64::from_be_bytes) }
    }

    /// Bytes that can only be these; `what` names the field.
    pub fn expect(&mut self, bytes: &[u8], what: &str) -> Result<()> {
        let found = self.slice(bytes.len())?;
        if found == bytes {
            Ok(())
        } else {
            Err(self.wrong(format!("has an unexpected {what}: {}", found.escape_ascii())))
        }
    }

    /// Reserved bytes, which are 0.
    pub fn reserved(&mut self, length: usize) -> Result<()> {
        match self.slice(length)?.iter().all(|&byte| byte == 0) {
            true => Ok(()),
            false => Err(self.wrong("has something in its reserved bytes")),
        }
    }

    /// The version of a full box, 0 or 1, whose flags are these.
    pub fn version(&mut self, flags: u32) -> Result<u8> {
        let word = self.u32()?;
        let version = (word >> 24) as u8;
        if version > 1 || word & 0xff_ffff != flags {
            return Err(self.wrong(format!("has an unexpected version or flags: {word:#010x}")));
        }
        Ok(version)
    }

    /// Rows of numbers after their count, to the end of the box.
    pub fn table<const COLUMNS: usize>(mut self) -> Result<impl Iterator<Item = [u32; COLUMNS]> + use<'a, COLUMNS>> {
        let count = self.u32()? as usize;
        let rows = self.rows(count)?;
        self.end()?;
        Ok(rows)
    }

    /// So many rows of numbers.
    pub fn rows<const COLUMNS: usize>(
        &mut self,
        count: usize,
    ) -> Result<impl Iterator<Item = [u32; COLUMNS]> + use<'a, COLUMNS>> {
        let length = count.checked_mul(COLUMNS * 4).ok_or_else(|| self.wrong("is cut short"))?;
        let (words, _) = self.slice(length)?.as_chunks::<4>();
        let (rows, _) = words.as_chunks::<COLUMNS>();
        Ok(rows.iter().map(|row| row.map(u32::from_be_bytes)))
    }

    /// Nothing is left.
    pub fn end(self) -> Result<()> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.wrong(format!("has {left} bytes too many"))),
        }
    }

    /// The boxes in what is left.
    pub fn children(mut self) -> Result<Children<'a>> {
        let mut found = Vec::new();
        while !self.rest.is_empty() {
            let at = self.body_at.saturating_add((self.body - self.rest.len()) as u64);
            let (size, kind) = (self.u32()?, self.bytes()?);
            let length = (size as usize).checked_sub(8);
            let body = length.and_then(|length| self.slice(length).ok());
            let body =
                body.ok_or_else(|| Fields::new(kind, at, 8, &[]).wrong(format!("has an impossible size, {size}")))?;
            found.push(Fields::new(kind, at, 8, body));
            if found.len() > MOST_CHILDREN {
                return Err(self.wrong("holds too many boxes"));
            }
        }
        Ok(Children { parent: self, found })
    }
}

/// The boxes in a box, taken out one by one; what nobody takes is an error.
#[derive(Debug)]
pub struct Children<'a> {
    parent: Fields<'a>,
    found: Vec<Fields<'a>>,
}

impl<'a> Children<'a> {
    /// The first box of this kind, if there is one.
    pub fn maybe(&mut self, kind: &Kind) -> Option<Fields<'a>> {
        let index = self.found.iter().position(|child| &child.kind == kind)?;
        Some(self.found.remove(index))
    }

    /// The first box of this kind.
    pub fn one(&mut self, kind: &Kind) -> Result<Fields<'a>> {
        self.maybe(kind).ok_or_else(|| self.parent.wrong(format!("has no {}", kind.escape_ascii())))
    }

    /// Nothing is left: no box that does not belong, and none twice.
    pub fn end(self) -> Result<()> {
        match self.found.first() {
            None => Ok(()),
            Some(child) => {
                let parent = self.parent.kind;
                Err(child.wrong(format!("does not belong in {}, or is there twice", parent.escape_ascii())))
            }
        }
    }
}
