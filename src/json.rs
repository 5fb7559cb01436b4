//! JSON that people can read: a line for every member of an object, and numbers in a row on one line.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::error::{Error, Result};

/// A value as indented JSON with a line end. The same value gives the same bytes.
///
/// # Errors
/// `Failed` for what JSON cannot hold.
pub fn text(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, Readable::default());
    value.serialize(&mut serializer).map_err(|e| Error::failed(format!("cannot write as JSON: {e}")))?;
    out.push(b'\n');
    Ok(out)
}

/// Objects over several lines, indented by two; arrays on one line until an object begins in them.
#[derive(Default)]
struct Readable {
    depth: usize,
    /// For each open array or object: whether its closing bracket stands on a line of its own.
    broken: Vec<bool>,
    /// The value to come is an element of an array.
    element: bool,
}

impl Readable {
    fn line<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| out.write_all(b"  "))
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if self.broken.pop().unwrap_or(false) {
            self.line(out)?;
        }
        out.write_all(bracket)
    }
}

impl Formatter for Readable {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.broken.push(false);
        self.element = false;
        out.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.element = true;
        if first { Ok(()) } else { out.write_all(b",") }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if std::mem::take(&mut self.element) {
            if let Some(array) = self.broken.last_mut() {
                *array = true;
            }
            self.line(out)?;
        }
        self.depth += 1;
        self.broken.push(false);
        out.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if let Some(object) = self.broken.last_mut() {
            *object = true;
        }
        if !first {
            out.write_all(b",")?;
        }
        self.line(out)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.element = false;
        out.write_all(b": ")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn numbers_stand_in_a_row_and_members_on_lines() {
        let value = json!({ "a": [1, [2, 3]], "b": [], "c": {}, "d": [{ "e": "x" }, { "f": null }] });
        let wanted = "{\n  \"a\": [1,[2,3]],\n  \"b\": [],\n  \"c\": {},\n  \"d\": [\n    {\n      \"e\": \"x\"\n    },\n    {\n      \"f\": null\n    }\n  ]\n}\n";
        assert_eq!(String::from_utf8(text(&value).unwrap()).unwrap(), wanted);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..5).prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in any_json()) {
            prop_assert_eq!(serde_json::from_slice::<Value>(&text(&value).unwrap()).unwrap(), value);
        }
    }
}
