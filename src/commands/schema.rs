//! `schema`: the JSON Schema of each file format, made from the types that read and write it.

use schemars::schema_for;

use crate::cli::Schema;
use crate::watch::print;
use cctv_redact::log::{disclosure::DisclosureLog, notice::Notice};
use cctv_redact::request::Request;
use cctv_redact::tracks::formats::native;
use cctv_redact::tracks::working_copy::WorkingCopy;
use cctv_redact::{Error, Result};

pub fn run(args: &Schema) -> Result<()> {
    let schema = match args.name.as_str() {
        "tracks" => schema_for!(native::Document),
        "request" => schema_for!(Request),
        "batch" => schema_for!(cctv_redact::batch::Manifest),
        "binding" => schema_for!(WorkingCopy),
        "log" => schema_for!(DisclosureLog),
        _ => schema_for!(Notice),
    };
    let text =
        serde_json::to_string_pretty(&schema).map_err(|e| Error::failed(format!("cannot print the schema: {e}")))?;
    print(text);
    Ok(())
}
