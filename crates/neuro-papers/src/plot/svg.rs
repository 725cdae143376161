//! A page of vector graphics: the few elements of SVG 1.1 that the figures use.
//!
//! Lengths are in pixels from the top left corner, written with at most two decimals: finer than
//! any screen, and the last bits of the arithmetic do not reach the file.

use std::fmt::Write;

use super::colour::PAPER;

/// The font of all text; the names after the first stand in where it is missing.
const FONTS: &str = "Arial, Helvetica, 'Liberation Sans', sans-serif";

/// Where a text lies relative to its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a line or the edge of a shape is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stroke<'a> {
    pub(super) colour: &'a str,
    pub(super) width: f64,
    /// Lengths of dashes and gaps; empty for a full line.
    pub(super) dashes: &'a str,
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type<'a> {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) colour: &'a str,
    pub(super) anchor: Anchor,
    /// Degrees, clockwise, about the position.
    pub(super) turn: f64,
}

/// A page that elements are added to.
#[derive(Debug)]
pub(super) struct Svg {
    text: String,
}

impl Svg {
    /// A white page; `title` is what a screen reader says.
    pub(super) fn new(width: f64, height: f64, title: &str) -> Self {
        let (width, height) = (px(width), px(height));
        let mut page = Self {
            text: String::new(),
        };
        page.add(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{FONTS}\" role=\"img\">\n\
             <title>{}</title>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"{PAPER}\"/>\n",
            escaped(title)
        ));
        page
    }

    /// The finished page.
    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    fn add(&mut self, arguments: std::fmt::Arguments<'_>) {
        self.text
            .write_fmt(arguments)
            .expect("writing to a String does not fail");
    }

    /// From here to [`unclip`](Self::unclip), what lies outside the rectangle is not shown.
    pub(super) fn clip(&mut self, x: f64, y: f64, width: f64, height: f64) {
        // A nested page clips by itself. A clip path would need an identifier, and identifiers
        // collide when several figures stand in one HTML page.
        let (x, y, w, h) = (px(x), px(y), px(width), px(height));
        self.add(format_args!(
            "<svg x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" viewBox=\"{x} {y} {w} {h}\" \
             overflow=\"hidden\">\n"
        ));
    }

    /// Ends a [`clip`](Self::clip).
    pub(super) fn unclip(&mut self) {
        self.text.push_str("</svg>\n");
    }

    /// A filled rectangle.
    pub(super) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, fill: &str, alpha: f64) {
        let (x, y, width, height) = (px(x), px(y), px(width), px(height));
        self.add(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"{}/>\n",
            opacity(alpha)
        ));
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke<'_>) {
        self.path(&[vec![from, to]], stroke);
    }

    /// Connected points; several pieces are one element.
    pub(super) fn path(&mut self, pieces: &[Vec<(f64, f64)>], stroke: Stroke<'_>) {
        let data = outline(pieces, false);
        if data.is_empty() {
            return;
        }
        let Stroke { colour, dashes, .. } = stroke;
        let width = px(stroke.width);
        let dashes = if dashes.is_empty() {
            String::new()
        } else {
            format!(" stroke-dasharray=\"{dashes}\"")
        };
        self.add(format_args!(
            "<path d=\"{data}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{dashes} \
             stroke-linejoin=\"round\"/>\n"
        ));
    }

    /// Filled polygons; several are one element.
    pub(super) fn fill(&mut self, polygons: &[Vec<(f64, f64)>], colour: &str, alpha: f64) {
        let data = outline(polygons, true);
        if !data.is_empty() {
            let alpha = opacity(alpha);
            self.add(format_args!(
                "<path d=\"{data}\" fill=\"{colour}\"{alpha}/>\n"
            ));
        }
    }

    /// Filled rectangles (left, top, right, bottom) with sharp edges. Neighbours meet, as all four
    /// edges are rounded alike.
    pub(super) fn tiles(&mut self, tiles: &[(f64, f64, f64, f64)], colour: &str) {
        let mut data = String::new();
        for &(left, top, right, bottom) in tiles {
            let (left, top, right, bottom) = (px(left), px(top), px(right), px(bottom));
            write!(data, "M{left} {top}H{right}V{bottom}H{left}z")
                .expect("writing to a String does not fail");
        }
        self.add(format_args!(
            "<path d=\"{data}\" fill=\"{colour}\" shape-rendering=\"crispEdges\"/>\n"
        ));
    }

    /// A disc.
    pub(super) fn disc(&mut self, centre: (f64, f64), radius: f64, fill: &str, alpha: f64) {
        let (x, y, radius) = (px(centre.0), px(centre.1), px(radius));
        self.add(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\"{}/>\n",
            opacity(alpha)
        ));
    }

    /// One line of text, its baseline at `at`.
    pub(super) fn text(&mut self, at: (f64, f64), text: &str, set: Type<'_>) {
        let (x, y) = (px(at.0), px(at.1));
        let anchor = match set.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if set.bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let turn = if set.turn == 0.0 {
            String::new()
        } else {
            format!(" transform=\"rotate({} {x} {y})\"", px(set.turn))
        };
        let (size, colour, text) = (px(set.size), set.colour, escaped(text));
        self.add(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{colour}\"{anchor}{weight}{turn}>\
             {text}</text>\n"
        ));
    }
}

fn outline(pieces: &[Vec<(f64, f64)>], closed: bool) -> String {
    let mut data = String::new();
    for piece in pieces.iter().filter(|piece| piece.len() > 1) {
        for (k, &(x, y)) in piece.iter().enumerate() {
            let letter = if k == 0 { 'M' } else { 'L' };
            write!(data, "{letter}{} {}", px(x), px(y)).expect("writing to a String does not fail");
        }
        if closed {
            data.push('Z');
        }
    }
    data
}

fn opacity(alpha: f64) -> String {
    if alpha >= 1.0 {
        return String::new();
    }
    format!(" fill-opacity=\"{}\"", px(alpha))
}

/// A length with at most two decimals, without trailing zeros.
fn px(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    // `+ 0.0` turns the negative zero into the positive one.
    (rounded + 0.0).to_string()
}

/// Text as it may stand in an element or an attribute. Control characters, which XML forbids even
/// escaped, become spaces.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => safe.push(' '),
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_break_the_page() {
        assert_eq!(
            escaped("a<b> & \"c\"\n\u{1}"),
            "a&lt;b&gt; &amp; &quot;c&quot;  "
        );
    }

    #[test]
    fn lengths_have_two_decimals_at_most() {
        for (value, text) in [
            (1.0, "1"),
            (-0.001, "0"),
            (2.0 / 3.0, "0.67"),
            (-1.5, "-1.5"),
        ] {
            assert_eq!(px(value), text);
        }
    }
}
