//! Drawing: one kind of shape (a polygon with rounded edges), laid over 4:2:0 planes with smooth borders.
//!
//! Every sample that a shape changes belongs to a pixel (in chroma: to a 2x2 cell) that touches the shape,
//! so the bounds of the shapes are the exact bounds of the drawing.

use crate::geometry::BoundingBox;
use crate::picture::{Layout, Picture, Plane, Planes};

/// A point in luma pixels.
pub(super) type Point = (f64, f64);

/// A colour in BT.709, broadcast range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour {
    y: f64,
    u: f64,
    v: f64,
}

impl Colour {
    /// From sRGB bytes (ITU-R BT.709, items 3.2 to 3.5).
    pub(super) const fn rgb(r: u8, g: u8, b: u8) -> Self {
        let (r, g, b) = (r as f64 / 255.0, g as f64 / 255.0, b as f64 / 255.0);
        let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        Self { y: 16.0 + 219.0 * y, u: 128.0 + 224.0 * (b - y) / 1.8556, v: 128.0 + 224.0 * (r - y) / 1.5748 }
    }

    /// The same hue in more (above 1) or less light.
    pub(super) fn lit(self, light: f64) -> Self {
        let tint = light.clamp(0.6, 1.15);
        Self {
            y: (16.0 + (self.y - 16.0) * light).clamp(16.0, 235.0),
            u: 128.0 + (self.u - 128.0) * tint,
            v: 128.0 + (self.v - 128.0) * tint,
        }
    }

    /// The value in a plane: 0 is luma.
    pub(super) fn sample(self, plane: usize) -> u8 {
        let value = match plane {
            0 => self.y,
            1 => self.u,
            _ => self.v,
        };
        value.round().clamp(1.0, 254.0) as u8
    }
}

/// Everything within `radius` of a polygon. Two points make a rod, one point a disc.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) points: Vec<Point>,
    pub(super) radius: f64,
    pub(super) colour: Colour,
    /// 0 leaves what is below, 1 hides it.
    pub(super) opacity: f64,
}

impl Shape {
    /// An opaque shape.
    pub(super) fn new(points: impl Into<Vec<Point>>, radius: f64, colour: Colour) -> Self {
        Self { points: points.into(), radius, colour, opacity: 1.0 }
    }

    /// A limb from `a` to `b`, `ra` thick at one end and `rb` at the other.
    pub(super) fn limb(a: Point, b: Point, ra: f64, rb: f64, colour: Colour) -> Self {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = dx.hypot(dy).max(1e-9);
        let (nx, ny) = (-dy / length, dx / length);
        let radius = ra.min(rb);
        let side = |p: Point, off: f64| (p.0 + nx * off, p.1 + ny * off);
        Self::new(
            [side(a, ra - radius), side(b, rb - radius), side(b, radius - rb), side(a, radius - ra)],
            radius,
            colour,
        )
    }

    /// The same shape, partly see-through.
    pub(super) fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    /// The smallest box around it; `None` without a point.
    pub(super) fn bounds(&self) -> Option<BoundingBox> {
        BoundingBox::around(self.points.iter().copied()).map(|b| b.grown(self.radius, self.radius))
    }

    /// Its sides, in order.
    fn sides(&self) -> Vec<Side> {
        let before = self.points.iter().cycle().skip(self.points.len().saturating_sub(1));
        self.points.iter().zip(before).map(|(&to, &from)| Side::new(to, from)).collect()
    }
}

/// One side of a polygon, made ready for measuring from many places.
#[derive(Clone, Copy)]
struct Side {
    at: Point,
    end: Point,
    along: Point,
    /// One over the squared length.
    scale: f64,
}

impl Side {
    fn new(at: Point, end: Point) -> Self {
        let along = (end.0 - at.0, end.1 - at.1);
        Self { at, end, along, scale: 1.0 / (along.0 * along.0 + along.1 * along.1).max(1e-12) }
    }

    /// Where a row may come within `reach` of this side; a little more rather than less.
    fn near(&self, y: f64, reach: f64) -> Option<(f64, f64)> {
        let (top, bottom) = (self.at.1.min(self.end.1), self.at.1.max(self.end.1));
        let (from, to) = (top.max(y - reach), bottom.min(y + reach));
        let across = |y: f64| self.at.0 + self.along.0 * ((y - self.at.1) / self.along.1).clamp(0.0, 1.0);
        let (a, b) = if bottom - top < 1e-6 { (self.at.0, self.end.0) } else { (across(from), across(to)) };
        (from <= to).then_some((a.min(b) - reach, a.max(b) + reach))
    }
}

/// How far (x, y) lies outside a polygon, negative inside. Exact, so that it tells how far the nearest edge is
/// (I. Quilez, "2D distance functions", polygon).
fn distance(sides: &[Side], x: f64, y: f64) -> f64 {
    let (mut nearest, mut inside) = (f64::INFINITY, false);
    for Side { at, end, along, scale } in sides {
        let (wx, wy) = (x - at.0, y - at.1);
        let share = ((wx * along.0 + wy * along.1) * scale).clamp(0.0, 1.0);
        let (bx, by) = (wx - along.0 * share, wy - along.1 * share);
        nearest = nearest.min(bx * bx + by * by);
        let crosses = (at.1 > y) != (end.1 > y);
        inside ^= crosses & ((along.0 * wy < along.1 * wx) == (along.1 > 0.0));
    }
    let edge = nearest.sqrt();
    if inside { -edge } else { edge }
}

/// The smallest box around all shapes; `None` without any.
pub(super) fn bounds(shapes: &[Shape]) -> Option<BoundingBox> {
    shapes.iter().filter_map(Shape::bounds).reduce(BoundingBox::hull)
}

/// An 8-bit 4:2:0 picture being drawn.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Luma, then two planes of chroma.
    pub(super) planes: [Plane<u8>; 3],
}

impl Canvas {
    /// A canvas of one colour.
    pub(super) fn new(width: u32, height: u32, colour: Colour) -> Self {
        let layout = layout(width, height);
        let plane = |p| {
            let (columns, rows) = layout.plane_size(p);
            Plane::filled(columns, rows, colour.sample(p))
        };
        Self { width, height, planes: [plane(0), plane(1), plane(2)] }
    }

    /// Lays a shape over what is there.
    pub(super) fn draw(&mut self, shape: &Shape) {
        let sides = shape.sides();
        for (index, plane) in self.planes.iter_mut().enumerate() {
            paint(plane, if index == 0 { 1.0 } else { 2.0 }, shape, &sides, shape.colour.sample(index));
        }
    }

    /// Lays shapes over what is there, the first lowest.
    pub(super) fn draw_all(&mut self, shapes: &[Shape]) {
        shapes.iter().for_each(|shape| self.draw(shape));
    }

    /// The finished picture.
    pub(super) fn into_picture(self) -> Picture {
        Picture { layout: layout(self.width, self.height), planes: Planes::Eight(self.planes.into()) }
    }
}

fn layout(width: u32, height: u32) -> Layout {
    Layout { width, height, chroma_shift_x: 1, chroma_shift_y: 1, depth: 8, grey: false, full_range: false }
}

/// Paints a shape into a plane whose samples are `step` luma pixels apart. Distances are only measured near
/// its edges; everything between two edges in a row is filled or skipped at once.
fn paint(plane: &mut Plane<u8>, step: f64, shape: &Shape, sides: &[Side], value: u8) {
    let Some(area) = shape.bounds() else { return };
    let first = |edge: f64| (edge / step).floor().max(0.0) as usize;
    let last = |edge: f64, size: usize| ((edge / step).ceil().max(0.0) as usize).min(size);
    let columns = first(area.x)..last(area.right(), plane.width);
    let reach = shape.radius + step / 2.0;
    let mut near = Vec::with_capacity(sides.len());
    for row in first(area.y)..last(area.bottom(), plane.height) {
        let y = (row as f64 + 0.5) * step;
        near.clear();
        near.extend(sides.iter().filter_map(|side| side.near(y, reach)));
        let samples = plane.row_mut(row);
        let mut column = columns.start;
        while column < columns.end {
            let x = (column as f64 + 0.5) * step;
            let distance = (distance(sides, x, y) - shape.radius) / step;
            let clear = if near.iter().any(|&(from, to)| (from..=to).contains(&x)) {
                // No sample within the distance can lie on the other side of an edge.
                distance.abs() - 0.5
            } else {
                (near.iter().map(|&(from, _)| from).filter(|&from| from > x).fold(f64::MAX, f64::min) - x) / step
            };
            let end = (column + 1).saturating_add(clear.max(0.0) as usize).min(columns.end);
            let share = ((0.5 - distance).clamp(0.0, 1.0) * shape.opacity * 256.0) as i16;
            match &mut samples[column..end] {
                _ if share == 0 => {}
                run if share == 256 => run.fill(value),
                run => run.iter_mut().for_each(|sample| *sample = blend(*sample, value, share)),
            }
            column = end;
        }
    }
}

/// `above` laid over `below`, in 256ths.
fn blend(below: u8, above: u8, share: i16) -> u8 {
    let (below, above) = (i32::from(below), i32::from(above));
    (below + (((above - below) * i32::from(share)) >> 8)) as u8
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::geometry::{Grid, outward};
    use proptest::prelude::*;

    const BLACK: Colour = Colour::rgb(0, 0, 0);
    const RED: Colour = Colour::rgb(255, 40, 40);

    #[test]
    fn a_square_fills_its_pixels_and_a_half_covered_pixel_gets_half_the_colour() {
        let mut canvas = Canvas::new(320, 240, BLACK);
        let white = Colour::rgb(255, 255, 255);
        canvas.draw(&Shape::new([(10.0, 10.0), (14.5, 10.0), (14.5, 14.0), (10.0, 14.0)], 0.0, white));
        assert_eq!(canvas.planes[0].row(12)[8..17], [16, 16, 235, 235, 235, 235, 125, 16, 16]);
        assert_eq!(canvas.planes[0].row(9)[12], 16);
    }

    proptest! {
        #[test]
        fn what_is_filled_at_once_is_what_measuring_every_pixel_gives(
            points in proptest::collection::vec((-10.0..60.0f64, -10.0..60.0f64), 1..7),
            radius in 0.0..6.0f64,
        ) {
            let shape = Shape::new(points, radius, Colour::rgb(255, 255, 255));
            let mut canvas = Canvas::new(48, 40, BLACK);
            canvas.draw(&shape);
            for (y, x) in (0..40).flat_map(|y| (0..48).map(move |x| (y, x))) {
                let distance = distance(&shape.sides(), x as f64 + 0.5, y as f64 + 0.5) - radius;
                let share = ((0.5 - distance).clamp(0.0, 1.0) * 256.0) as i16;
                prop_assert_eq!(canvas.planes[0].row(y)[x], blend(16, 235, share), "({}, {})", x, y);
            }
        }

        #[test]
        fn nothing_is_drawn_beyond_the_cells_that_the_bounds_touch(
            points in proptest::collection::vec((-10.0..60.0f64, -10.0..60.0f64), 1..7),
            radius in 0.0..6.0f64,
        ) {
            let shape = Shape::new(points, radius, RED);
            let blank = Canvas::new(48, 40, BLACK);
            let mut drawn = blank.clone();
            drawn.draw(&shape);
            for (p, (before, after)) in blank.planes.iter().zip(&drawn.planes).enumerate() {
                let step = if p == 0 { 1 } else { 2 };
                let touched = outward(shape.bounds().unwrap(), Grid { x: step, y: step }, 48, 40);
                for y in 0..before.height as u32 { for x in 0..before.width as u32 {
                    let inside = touched.is_some_and(|r| {
                        (r.x0..r.x1).contains(&(x * step)) && (r.y0..r.y1).contains(&(y * step))
                    });
                    let (x, y) = (x as usize, y as usize);
                    prop_assert!(inside || before.row(y)[x] == after.row(y)[x], "plane {p}: ({x}, {y})");
                }}
            }
        }
    }
}
