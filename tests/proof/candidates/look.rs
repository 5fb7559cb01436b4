//! What the candidates look like: faces and number plates drawn four times as fine as they are recorded, so that they
//! can be put down by quarters of a pixel.

use ab_glyph::{FontRef, PxScale};
use image::{GrayImage, Luma};
use imageproc::drawing::draw_text_mut;

use crate::case::Dice;

/// Texels to a pixel, each way.
pub const FINE: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Faces,
    Plates,
}

impl Kind {
    /// Columns and rows in recorded pixels.
    pub fn size(self) -> (usize, usize) {
        match self {
            Self::Faces => (40, 48),
            Self::Plates => (64, 16),
        }
    }
}

/// Luma and two chroma differences.
pub type Colour = [f32; 3];

/// A candidate's picture, in texels.
pub struct Look {
    pub width: usize,
    pub texels: Vec<Colour>,
}

impl Look {
    /// The n-th candidate, always the same.
    pub fn of(kind: Kind, n: usize) -> Self {
        let (width, height) = kind.size();
        let (width, height) = (width * FINE, height * FINE);
        let mut dice = Dice(0xFACE_0000 + n as u64 * 77 + if kind == Kind::Plates { 1 << 40 } else { 0 });
        let texels = match kind {
            Kind::Faces => {
                let face = Face::random(&mut dice);
                let share = |at: usize, of: usize| (at as f32 + 0.5) / of as f32;
                (0..width * height).map(|i| face.at(share(i % width, width), share(i / width, height))).collect()
            }
            Kind::Plates => plate(&mut dice, width, height),
        };
        Self { width, texels }
    }

    /// The mean colour of a recorded pixel whose first texel is this one; `None` outside.
    pub fn pixel(&self, x: isize, y: isize) -> Option<Colour> {
        let height = self.texels.len() / self.width;
        let last = FINE as isize - 1;
        if x + last < 0 || y + last < 0 || x >= self.width as isize || y >= height as isize {
            return None;
        }
        let mut sum = [0.0; 3];
        for down in 0..=last {
            for across in 0..=last {
                let column = (x + across).clamp(0, self.width as isize - 1) as usize;
                let row = (y + down).clamp(0, height as isize - 1) as usize;
                let texel = self.texels[row * self.width + column];
                sum.iter_mut().zip(texel).for_each(|(s, t)| *s += t / (FINE * FINE) as f32);
            }
        }
        Some(sum)
    }
}

/// What tells one face from another; lengths are shares of the picture.
struct Face {
    skin: Colour,
    hair: Colour,
    eyes: f32,
    apart: f32,
    eye_row: f32,
    brow: f32,
    nose: f32,
    mouth: (f32, f32),
    lips: f32,
    jaw: f32,
    fringe: f32,
    sides: f32,
    beard: bool,
    glasses: bool,
    hat: Option<Colour>,
}

impl Face {
    fn random(dice: &mut Dice) -> Self {
        let mut between = |low: f32, high: f32| low + (high - low) * (dice.below(1001) as f32 / 1000.0);
        let skin = between(80.0, 200.0);
        let hair = between(30.0, 160.0);
        Self {
            skin: [skin, between(-18.0, -6.0), between(8.0, 26.0)],
            hair: [hair, between(-15.0, 2.0), between(-2.0, 15.0)],
            eyes: between(20.0, 90.0),
            apart: between(0.15, 0.23),
            eye_row: between(0.40, 0.48),
            brow: between(0.015, 0.04),
            nose: between(0.09, 0.2),
            mouth: (between(0.09, 0.2), between(0.70, 0.79)),
            lips: between(0.012, 0.035),
            jaw: between(0.33, 0.46),
            fringe: between(0.12, 0.34),
            sides: between(0.3, 0.75),
            beard: between(0.0, 1.0) < 0.3,
            glasses: between(0.0, 1.0) < 0.3,
            hat: (between(0.0, 1.0) < 0.2).then(|| [between(40.0, 200.0), between(-40.0, 40.0), between(-40.0, 40.0)]),
        }
    }

    fn at(&self, x: f32, y: f32) -> Colour {
        let across = (x - 0.5).abs();
        let head = (across / self.jaw).powi(2) + ((y - 0.52) / 0.46).powi(2);
        let dark = |by: f32| [self.skin[0] * by, self.skin[1] * by, self.skin[2] * by];
        if let Some(hat) = self.hat.filter(|_| y < 0.22 && across < self.jaw + 0.04) {
            return hat;
        }
        if head > 1.0 {
            // Hair stands out a little beside the head.
            let hair = (across / (self.jaw + 0.06)).powi(2) + ((y - 0.5) / 0.5).powi(2) < 1.0 && y < self.sides;
            return if hair { self.hair } else { [120.0, 0.0, 0.0] };
        }
        let eye = ((across - self.apart) / 0.065).powi(2) + ((y - self.eye_row) / 0.035).powi(2);
        let ring = self.glasses && (1.6..3.6).contains(&(eye * 0.6));
        let mouth = across < self.mouth.0 && (y - self.mouth.1).abs() < self.lips;
        if y < self.fringe {
            self.hair
        } else if ring {
            [25.0, 0.0, 0.0]
        } else if eye < 0.35 {
            [self.eyes, 0.0, 0.0]
        } else if eye < 1.0 {
            [215.0, 0.0, 0.0]
        } else if (y - self.eye_row + 0.08).abs() < self.brow && (across - self.apart).abs() < 0.09 {
            self.hair
        } else if mouth {
            [self.skin[0] * 0.6, -8.0, 34.0]
        } else if across < 0.025 + 0.2 * (y - self.eye_row).max(0.0) * self.nose && (self.eye_row..0.62).contains(&y) {
            dark(0.8)
        } else if self.beard && y > 0.66 {
            self.hair
        } else {
            dark(1.0 - 0.35 * head * across)
        }
    }
}

/// Seven characters, dark on light, none of which is on a real plate: British ones with the age 00 were never issued.
fn plate(dice: &mut Dice, width: usize, height: usize) -> Vec<Colour> {
    let letters: Vec<char> = "ABCDEFGHJKLMNPRSTUVWXY".chars().collect();
    let mut letter = || letters[dice.below(letters.len())];
    let text: String = [letter(), letter(), '0', '0', ' ', letter(), letter(), letter()].iter().collect();
    let font = FontRef::try_from_slice(include_bytes!("../../../assets/DejaVuSans.ttf")).unwrap();
    let mut drawn = GrayImage::from_pixel(width as u32, height as u32, Luma([210]));
    let scale = PxScale { x: height as f32 * 0.95, y: height as f32 * 1.1 };
    draw_text_mut(&mut drawn, Luma([25]), FINE as i32, -(FINE as i32) / 2, scale, &font, &text);
    drawn.pixels().map(|p| [f32::from(p.0[0]), -30.0, 10.0]).collect()
}
