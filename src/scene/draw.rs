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

    /// How far (x, y) lies outside, negative inside. Exact, so it bounds how far the nearest edge is
    /// (I. Quilez, "2D distance functions", polygon).
    fn distance(&self, x: f64, y: f64) -> f64 {
        let Some(&(mut px, mut py)) = self.points.last() else { return f64::INFINITY };
        let (mut nearest, mut inside) = (f64::INFINITY, false);
        for &(qx, qy) in &self.points {
            let (ex, ey) = (px - qx, py - qy);
            let (wx, wy) = (x - qx, y - qy);
            let along = ((wx * ex + wy * ey) / (ex * ex + ey * ey).max(1e-12)).clamp(0.0, 1.0);
            let (bx, by) = (wx - ex * along, wy - ey * along);
            nearest = nearest.min(bx * bx + by * by);
            if (qy > y) != (py > y) && (ex * wy < ey * wx) == (ey > 0.0) {
                inside = !inside;
            }
            (px, py) = (qx, qy);
        }
        let edge = nearest.sqrt();
        (if inside { -edge } else { edge }) - self.radius
    }
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
        for (index, plane) in self.planes.iter_mut().enumerate() {
            paint(plane, if index == 0 { 1.0 } else { 2.0 }, shape, shape.colour.sample(index));
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

/// Paints a shape into a plane whose samples are `step` luma pixels apart. Distances let whole runs be
/// filled or skipped: no sample within `|distance|` can lie on the other side of the edge.
fn paint(plane: &mut Plane<u8>, step: f64, shape: &Shape, value: u8) {
    let Some(area) = shape.bounds() else { return };
    let first = |edge: f64| (edge / step).floor().max(0.0) as usize;
    let last = |edge: f64, size: usize| ((edge / step).ceil().max(0.0) as usize).min(size);
    let columns = first(area.x)..last(area.right(), plane.width);
    for row in first(area.y)..last(area.bottom(), plane.height) {
        let y = (row as f64 + 0.5) * step;
        let samples = plane.row_mut(row);
        let mut column = columns.start;
        while column < columns.end {
            let distance = shape.distance((column as f64 + 0.5) * step, y) / step;
            let run = (distance.abs() - 0.5).max(0.0) as usize + 1;
            let end = (column + run).min(columns.end);
            let share = ((0.5 - distance).clamp(0.0, 1.0) * shape.opacity * 256.0) as i32;
            if share > 0 {
                for sample in &mut samples[column..end] {
                    *sample = (i32::from(*sample) + (((i32::from(value) - i32::from(*sample)) * share) >> 8)) as u8;
                }
            }
            column = end;
        }
    }
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
