//! Contrast where axe-core cannot see it: on canvases, over pictures, and of lines (WCAG 2.1, 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

const LOOK: &str = include_str!("../../../src/review/page/look.css");
const TIMELINE: &str = include_str!("../../../src/review/page/timeline.js");

/// Text, and what is no text but has to be told apart.
const TEXT: f64 = 4.5;
const SHAPE: f64 = 3.0;

type Colour = [f64; 3];

/// Red, green, blue from 0 to 1 of `#rrggbb`; what follows (an alpha) is the caller's.
fn colour(hex: &str) -> Colour {
    let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
    [part(1), part(3), part(5)]
}

/// Relative luminance, as WCAG 2.1 defines it.
fn luminance(colour: Colour) -> f64 {
    let linear = |v: f64| if v <= 0.03928 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The colours that a style sheet gives names: in light, and in dark, where only what differs is said again.
fn named(css: &str) -> [BTreeMap<String, Colour>; 2] {
    let read = |part: &str| -> BTreeMap<String, Colour> {
        let words = part.split(['{', ';', '}']).filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
        words.map(|(name, hex)| (name.to_owned(), colour(&format!("#{hex}")))).collect()
    };
    let (light, rest) = css.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let dark = rest.split_once("\n}\n").unwrap().0;
    let light = read(light);
    let mut all = light.clone();
    all.extend(read(dark));
    [light, all]
}

/// The value of a property in the rule of a selector.
fn value<'a>(css: &'a str, selector: &str, property: &str) -> &'a str {
    let rule = css.split_once(&format!("{selector} {{")).unwrap_or_else(|| panic!("no rule for {selector}")).1;
    let rule = rule.split_once('}').unwrap().0;
    rule.split(';').find_map(|p| p.trim().strip_prefix(&format!("{property}: "))).unwrap()
}

/// What is told apart too badly: (what, on what, at least).
fn too_weak(css: &str) -> Vec<String> {
    let mut wanted: Vec<(&str, &str, f64)> = Vec::new();
    for ground in ["panel", "ground"] {
        wanted.extend(["text", "quiet", "act"].map(|text| (text, ground, TEXT)));
    }
    wanted.extend(["bad", "good", "warn"].map(|text| (text, "panel", TEXT)));
    wanted.extend([("on-act", "act", TEXT), ("panel", "bad", TEXT), ("panel", "good", TEXT), ("text", "tint", TEXT)]);
    // The timeline's times, and the bars, lines and marks on it; frames around fields.
    wanted.extend(["bars", "soft"].map(|ground| ("quiet", ground, TEXT)));
    wanted.extend(["subject", "third-party", "shown", "act", "bad", "text", "line"].map(|bar| (bar, "panel", SHAPE)));
    wanted.extend(["good", "warn", "bad", "act"].map(|bar| (bar, "bars", SHAPE)));
    wanted.extend(["good", "warn", "bad", "act"].map(|bar| (bar, "soft", SHAPE)));
    let mut found = Vec::new();
    for (scheme, colours) in ["light", "dark"].iter().zip(named(css)) {
        for &(what, ground, least) in &wanted {
            let is = contrast(colours[what], colours[ground]);
            if is < least {
                found.push(format!("{scheme}: --{what} on --{ground} has {is:.2}, not {least}"));
            }
        }
    }
    found
}

#[test]
fn texts_lines_and_bars_stand_out_in_light_and_in_dark() {
    assert_eq!(too_weak(LOOK), [""; 0]);
    for (weaken, found) in [
        ("--quiet: #4d5660", "light: --quiet on --panel"),
        ("--third-party: #c4570f", "light: --third-party on --panel"),
        ("--shown: #6a9df0", "dark: --shown on --panel"),
        ("--good: #86d99b", "dark: --good on --bars"),
    ] {
        let grey = if found.starts_with("light") { "#d0d0d0" } else { "#333a40" };
        let name = weaken.split_once('#').unwrap().0;
        assert!(LOOK.contains(weaken), "{weaken} is to be weakened, and is not there");
        let planted = LOOK.replace(weaken, &format!("{name}{grey}"));
        assert!(too_weak(&planted).iter().any(|f| f.starts_with(found)), "{found}: {:?}", too_weak(&planted));
    }
}

#[test]
fn the_timeline_has_no_colours_of_its_own() {
    assert!(!TIMELINE.contains("\"#"), "a colour that the style sheet does not know is measured by nobody");
    assert!(TIMELINE.contains("colour(`--${role(track)}`)"));
}

/// A line over a picture has a dark rim, so that one of the two stands out from any grey.
fn seen_over_anything(line: Colour, rim: Colour) -> bool {
    let grey = |v: u8| [f64::from(v) / 255.0; 3];
    (0..=255).all(|v| contrast(line, grey(v)).max(contrast(rim, grey(v))) >= SHAPE) && contrast(line, rim) >= SHAPE
}

#[test]
fn boxes_and_words_can_be_seen_over_bright_and_dark_pictures() {
    let rim = colour(value(LOOK, ".box .under", "stroke"));
    for role in ["third-party", "subject", "shown"] {
        assert!(seen_over_anything(colour(value(LOOK, &format!(".box.{role} .over"), "stroke")), rim), "{role}");
    }
    assert!(seen_over_anything(colour(value(LOOK, ".box:focus-visible .over", "stroke")), rim));
    assert!(seen_over_anything(colour(value(LOOK, ".handle", "fill")), colour(value(LOOK, ".handle", "stroke"))));
    assert!(seen_over_anything(colour(value(LOOK, ".name", "fill")), colour(value(LOOK, ".name", "stroke"))));
    assert!(!seen_over_anything(colour("#a05010"), rim), "an orange too dark for a dark picture");
    assert!(!seen_over_anything(colour("#ffffff"), colour("#ffffff")), "white without a rim on snow");
    // Time and mode: white on nearly black, through which the brightest picture shows a little.
    let ground = value(LOOK, "#stamp, #mode", "background");
    let through = 1.0 - f64::from(u8::from_str_radix(&ground[7..9], 16).unwrap()) / 255.0;
    let over_white = colour(ground).map(|v| v * (1.0 - through) + through);
    assert!(contrast(colour(value(LOOK, "#stamp, #mode", "color")), over_white) >= TEXT);
}

#[test]
fn contrast_is_what_wcag_says() {
    assert!((contrast(colour("#000000"), colour("#ffffff")) - 21.0).abs() < 1e-9);
    assert!((contrast(colour("#777777"), colour("#ffffff")) - 4.48).abs() < 0.01);
}
