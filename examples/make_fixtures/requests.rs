//! The requests that go with the footage: what a records office would write down.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::{Result, sha256};

/// Writes `request.json`, `still.json`, `refusal.json` and `batch.json`.
pub fn write(folder: &Path) -> Result<()> {
    let cvat = sha256(&fs::read(folder.join("tracks/car-park.mp4.cvat.xml"))?);
    let batch = json!({
        "version": 1,
        "requests": [ "request.json", { "path": "still.json", "folder": "example-surgery" }, "refusal.json" ]
    });
    let files =
        [("request.json", clip()), ("still.json", still(&cvat)), ("refusal.json", refusal()), ("batch.json", batch)];
    for (name, value) in files {
        fs::write(folder.join(name), serde_json::to_string_pretty(&value)? + "\n")?;
    }
    Ok(())
}

/// A request with what all of them record.
fn request(reference: &str, decision: Value, items: Value) -> Value {
    json!({
        "version": 1,
        "reference": reference,
        "received": "2026-10-14", "due": "2026-11-14", "identity": "checked",
        "controller": "Example Surgery",
        "redacted_by": { "role": "controller", "contract_reference": null, "instruction_reference": null },
        "operator": "reception lead", "authoriser": "practice manager",
        "decision": decision,
        "items": items,
        "delivery": { "method": "collected on an encrypted stick", "recipient_reference": "R-14", "date": null },
        "retention": { "working_files_until": "2026-12-14", "log_until": "2032-10-14" }
    })
}

fn clip() -> Value {
    let clock = json!({ "start": "2026-10-12T09:00:00", "zone": "Europe/London" });
    let tracks = json!([{ "file": "tracks/car-park.mp4.json", "sha256": null }]);
    let decision = json!({
        "outcome": "clip", "ground": null,
        "reason_internal": "damage to a parked car, insurance claim", "reason_to_requester": null
    });
    request(
        "SAR-2026-014",
        decision,
        json!([
            { "kind": "clip", "footage": ["car-park.mp4"], "clock": clock, "camera": "Car park east",
              "from": "2026-10-12T09:00:04", "to": "2026-10-12T09:00:14", "tracks": tracks, "subjects": ["1"],
              "obscure": "third-parties", "method": "frost", "margin": "10%", "margin_min": "8px", "hold": 0.5,
              "bridge": 1.0, "gaps": [], "shown": [], "audio": { "action": "drop" }, "damaged": "refuse",
              "render": "full" },
            { "kind": "still", "footage": ["car-park.mp4"], "clock": clock, "camera": "Car park east",
              "at": ["2026-10-12T09:00:05"], "tracks": tracks, "subjects": ["1"] }
        ]),
    )
}

fn still(cvat: &str) -> Value {
    let decision = json!({
        "outcome": "still", "ground": null, "reason_internal": "only presence at a time was asked for",
        "reason_to_requester": "You asked only whether you were there at this time."
    });
    request(
        "SAR-2026-015",
        decision,
        json!([{
            "kind": "still", "footage": ["car-park.mp4"], "clock": { "start": "2026-10-12T09:00:00" },
            "camera": "Car park east", "at": ["2026-10-12T09:00:06.500"],
            "tracks": [{ "file": "tracks/car-park.mp4.cvat.xml", "sha256": cvat }], "subjects": ["1"]
        }]),
    )
}

fn refusal() -> Value {
    let decision = json!({
        "outcome": "refuse", "ground": "manifestly-excessive",
        "reason_internal": "the same ten seconds, asked for the ninth time this month",
        "reason_to_requester": "We have sent you this footage before and nothing in it has changed."
    });
    request("SAR-2026-016", decision, json!([]))
}
