//! Nobody is kept out of the page: axe-core finds no fault in any view of it, small and large, light and dark. With
//! CCTV_REDACT_PICTURES it leaves a picture of each.

use super::acts::{begin, check_all, look, mark, saved, select};
use super::browser::Browser;
use super::desk;
use super::served::Served;

const SMALL: (u32, u32) = (1280, 720);
const LARGE: (u32, u32) = (1920, 1080);
/// Everything in it at once.
const TALL: (u32, u32) = (1280, 3000);

/// The rules of WCAG 2.0, 2.1 and 2.2 to level AA, and what is good practice beyond them.
const RULES: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";

/// The checker's own source; `None`, and said, where it is not installed.
fn axe() -> Option<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/node_modules/axe-core/axe.min.js");
    let found = std::fs::read_to_string(path).ok();
    if found.is_none() {
        eprintln!("NOT TESTED: axe-core is not there (scripts/install.sh test)");
    }
    found
}

/// What keeps somebody out of the page as it is now: rule, element, and why. Of `kind` `violations`, or `incomplete`:
/// what the checker cannot decide.
fn faults(browser: &mut Browser, kind: &str) -> Vec<String> {
    let found = browser.eval(&format!(
        "axe.run(document, {{ runOnly: {{ type: 'tag', values: {RULES} }}, rules: {{ 'target-size': {{ enabled: true }} }}, resultTypes: ['{kind}'] }}).then((r) => \
         r.{kind}.flatMap((v) => v.nodes.map((n) => `${{v.id}} ${{n.target}}: ${{n.failureSummary}} ${{n.html}}`)))"
    ));
    found.as_array().unwrap().iter().map(|f| f.as_str().unwrap().to_owned()).collect()
}

/// What the checker cannot decide. Text over the picture, and the tick of a step that is done: contrast.rs does. Captions:
/// the sound of a recording, where it is kept, is handed over as it is.
const DECIDED_ELSEWHERE: [&str; 6] = [
    "color-contrast #stamp",
    "color-contrast #mode",
    "color-contrast text",
    "color-contrast #tab-",
    "color-contrast .step",
    "video-caption video",
];

/// A browser whose page is checked, view by view.
struct Checked {
    browser: Browser,
    views: usize,
}

impl Checked {
    fn new(mut browser: Browser, axe: &str) -> Self {
        browser.eval(&format!("{axe}; 0"));
        Self { browser, views: 0 }
    }

    fn view(&mut self, name: &str) {
        for size in [SMALL, LARGE, TALL] {
            self.browser.resize(size);
            for scheme in ["light", "dark"] {
                self.browser.scheme(scheme);
                let mut found = faults(&mut self.browser, "violations");
                if size == TALL {
                    // Nothing is scrolled away here, so that there is nothing to be in doubt about.
                    let doubts = faults(&mut self.browser, "incomplete");
                    found.extend(
                        doubts.into_iter().filter(|d| !DECIDED_ELSEWHERE.iter().any(|known| d.starts_with(known))),
                    );
                }
                assert_eq!(found, [""; 0], "{name}, {size:?}, {scheme}");
            }
        }
        self.views += 1;
        self.browser.picture(name);
        self.browser.resize(SMALL);
    }

    fn tab(&mut self, tab: &str) {
        self.browser.click(&format!("#tab-{tab}"));
        self.browser.wait(&format!("!document.getElementById('step-{tab}').hidden"));
    }
}

#[test]
fn no_view_of_a_recording_keeps_anybody_out() {
    let Some(axe) = axe() else { return };
    let (folder, _) = desk("car-park.mp4");
    let served = Served::start(folder.path(), &["car-park.mp4", "--out", "packs"]);
    served.ready();
    let Some(browser) = begin(&served, SMALL) else { return };
    let mut page = Checked::new(browser, &axe);
    for tab in ["details", "check", "approve", "mark"] {
        page.tab(tab);
        page.view(&format!("{tab}-empty"));
    }
    page.tab("mark");
    mark(&mut page.browser);
    page.tab("mark");
    page.browser.click("#pick-P2");
    page.browser.wait("document.querySelector('.chosen #pick-P2')");
    for role in ["consent", "reasonable-without-consent", "third-party", "subject"] {
        select(&mut page.browser, "role", role);
        saved(&mut page.browser);
        page.view(&format!("mark-{role}"));
    }
    page.browser.key("z", 2);
    saved(&mut page.browser);
    page.browser.click("#help-button");
    page.view("help");
    page.browser.click("#help-button");
    page.tab("details");
    page.view("details");
    page.tab("approve");
    page.view("approve-not-looked-at");
    page.tab("check");
    page.browser.wait("review.covered");
    page.browser.eval("document.activeElement.blur()");
    look(&mut page.browser);
    page.view("check");
    check_all(&mut page.browser);
    page.view("check-all");
    page.tab("approve");
    page.browser.wait("!document.getElementById('approve').disabled");
    page.view("approve");
    page.browser.click("#approve");
    page.browser.wait("document.querySelector('#ready video')?.readyState >= 2");
    page.view("ready");
    // Another one of that name is not made; nor is one for which a folder turns up meanwhile.
    page.browser.wait("document.getElementById('approve').disabled && document.getElementById('standing')");
    page.view("ready-standing");
    page.tab("details");
    page.browser.enter("#reference", "SAR-8");
    page.browser.wait("review.request.reference === 'SAR-8' && !review.decided.standing");
    saved(&mut page.browser);
    std::fs::create_dir(folder.path().join("packs/SAR-8")).unwrap();
    page.tab("approve");
    page.browser.click("#approve");
    page.browser.wait("document.getElementById('failed')");
    page.view("failed");
    served.kill();
    page.browser.click("#tab-mark");
    page.browser.click("#new-box");
    page.browser.wait("document.getElementById('trouble').textContent.includes('has ended')");
    page.view("program-gone");
    assert_eq!(page.views, 18);
}

#[test]
fn no_view_of_an_answer_without_a_recording_keeps_anybody_out() {
    let Some(axe) = axe() else { return };
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &["--out", "packs"]);
    let Some(browser) = Browser::open(&served.address(), SMALL) else { return };
    let mut page = Checked::new(browser, &axe);
    page.browser.wait("document.getElementById('answer-reference')");
    page.browser.eval("document.getElementById('answer-reference').closest('details').open = true");
    page.browser.enter("#answer-reference", "SAR-4");
    page.browser.click("#answer-without");
    page.browser.wait("globalThis.review?.decided?.nothing");
    for tab in ["details", "approve"] {
        page.tab(tab);
        page.view(&format!("answer-{tab}"));
    }
    page.browser.click("#approve");
    page.browser.wait("document.getElementById('notice')?.innerText.includes('No footage of you is held')");
    page.view("answer-ready");
    assert_eq!(page.views, 3);
}

#[test]
fn no_view_before_a_recording_is_open_keeps_anybody_out() {
    let Some(axe) = axe() else { return };
    let (folder, _) = desk("mpeg4.avi");
    std::fs::create_dir(folder.path().join("older")).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "no recording").unwrap();
    let served = Served::start(folder.path(), &[]);
    let Some(browser) = Browser::open(&served.address(), SMALL) else { return };
    let mut page = Checked::new(browser, &axe);
    let choose = |page: &mut Checked, name: &str| {
        page.browser.wait(&format!(
            "[...document.querySelectorAll('#folder button')].some((b) => b.textContent.startsWith('{name}'))"
        ));
        page.browser.eval(&format!(
            "[...document.querySelectorAll('#folder button')].find((b) => b.textContent.startsWith('{name}')).click()"
        ));
    };
    page.browser.wait("document.querySelector('#folder button')");
    page.view("choose");
    choose(&mut page, "notes.txt");
    page.browser.wait("!document.getElementById('trouble').hidden");
    page.view("choose-refused");
    // A recording that takes long to be read: the server says that it still reads, as long as nobody lets it go on.
    page.browser.eval(
        "(() => { const real = fetch; globalThis.held = true; \
         fetch = (path, how) => (held && path === 'state' ? Promise.resolve(new Response('{\"stage\":\"reading\"}')) : real(path, how)); })()",
    );
    choose(&mut page, "mpeg4.avi");
    page.browser.wait("!document.getElementById('reading').hidden");
    page.view("reading");
    page.browser.eval("held = false");
    page.browser.wait("globalThis.review?.decided");
    assert_eq!(page.views, 3);
}

#[test]
fn a_fault_that_keeps_somebody_out_is_found() {
    let Some(axe) = axe() else { return };
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.ready();
    let Some(browser) = begin(&served, SMALL) else { return };
    let mut page = Checked::new(browser, &axe);
    page.browser.click("#tab-details");
    assert_eq!(faults(&mut page.browser, "violations"), [""; 0]);
    for (rule, plant, mend) in [
        (
            "label",
            "e = document.getElementById('camera'); p = e.parentElement; p.replaceWith(e)",
            "e.replaceWith(p); p.append(e)",
        ),
        (
            "button-name",
            "e = document.getElementById('undo'); e.textContent = ''; e.title = ''",
            "e.textContent = 'Undo'",
        ),
        (
            "color-contrast",
            "e = document.querySelector('#step-details legend'); e.style.color = '#999999'",
            "e.style.color = ''",
        ),
        (
            "aria-input-field-name",
            "e = document.getElementById('timeline'); e.removeAttribute('aria-label')",
            "e.setAttribute('aria-label', 'Place in the recording')",
        ),
        (
            "target-size",
            "e = document.getElementById('back'); p = e.innerHTML; e.innerHTML = ''; \
             Object.assign(e.style, { width: '8px', height: '8px', minHeight: '0', padding: '0' })",
            "e.innerHTML = p; e.removeAttribute('style')",
        ),
    ] {
        page.browser.eval(&format!("globalThis.e = null, globalThis.p = null, (() => {{ {plant}; }})()"));
        let found = faults(&mut page.browser, "violations");
        assert!(found.iter().any(|f| f.starts_with(rule)), "{rule} was not found in {found:?}");
        page.browser.eval(&format!("(() => {{ {mend}; }})()"));
        assert_eq!(faults(&mut page.browser, "violations"), [""; 0], "{rule} is mended");
    }
}
