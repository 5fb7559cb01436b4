//! Bytes from the fuzzer, for the entry of this name.

#![no_main]

#[path = "../entries.rs"]
#[allow(dead_code)] // each target uses one
mod entries;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entries::slices(bytes));
