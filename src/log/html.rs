//! A writer of HTML in which text cannot become markup: markup is `&'static str`, everything else is escaped.

/// An HTML document in the making.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Our own markup.
    pub(super) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text, escaped for element content and quoted attributes. A control character would vanish or break
    /// the page; the replacement character shows that there was one.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c if c.is_control() && c != '\n' && c != '\t' => self.0.push(char::REPLACEMENT_CHARACTER),
                c => self.0.push(c),
            }
        }
        self
    }

    /// Text that somebody typed, isolated so that its direction marks end where it ends.
    pub(super) fn given(&mut self, text: &str) -> &mut Self {
        self.markup("<bdi>").text(text).markup("</bdi>")
    }

    /// A paragraph of our own words.
    pub(super) fn paragraph(&mut self, text: &str) -> &mut Self {
        self.markup("<p>").text(text).markup("</p>\n")
    }

    /// The document.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn control_characters_are_shown_as_replaced() {
        let mut html = Html::default();
        html.text("a\0b\u{1b}c\u{85}d\ne");
        assert_eq!(html.finish(), "a\u{fffd}b\u{fffd}c\u{fffd}d\ne");
    }

    proptest! {
        #[test]
        fn text_holds_no_markup_and_reads_back(text in "[<>&\"'a-z;#/!-]{0,60}") {
            let mut html = Html::default();
            html.text(&text);
            let written = html.finish();
            prop_assert!(!written.contains(['<', '>', '"', '\'']));
            let read = written.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
            prop_assert_eq!(read.replace("&amp;", "&"), text);
        }
    }
}
