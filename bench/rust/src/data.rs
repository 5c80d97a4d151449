//! Random numbers and fingerprints, the same as those of the C++ programs.

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
pub struct SplitMix64(pub u64);

impl SplitMix64 {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In [0, bound), by multiplication (Lemire).
    pub fn below(&mut self, bound: u64) -> u64 {
        ((self.next() >> 32) * bound) >> 32
    }

    /// In [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn letter(&mut self) -> u8 {
        b'a' + self.below(26) as u8
    }
}

/// FNV-1a over 64-bit words.
pub struct Fingerprint(pub u64);

impl Fingerprint {
    pub fn new() -> Self {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }

    pub fn add(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x100_0000_01b3);
    }
}

/// What can be added to a fingerprint.
pub trait Printed {
    fn print(&self, fingerprint: &mut Fingerprint);
}

impl Printed for u64 {
    fn print(&self, fingerprint: &mut Fingerprint) {
        fingerprint.add(*self);
    }
}

impl Printed for i64 {
    fn print(&self, fingerprint: &mut Fingerprint) {
        fingerprint.add(*self as u64);
    }
}

impl Printed for f64 {
    fn print(&self, fingerprint: &mut Fingerprint) {
        fingerprint.add(self.to_bits());
    }
}

impl Printed for String {
    fn print(&self, fingerprint: &mut Fingerprint) {
        fingerprint.add(self.len() as u64);
        self.bytes()
            .for_each(|byte| fingerprint.add(u64::from(byte)));
    }
}

pub fn fingerprint<T: Printed>(items: &[T]) -> u64 {
    let mut print = Fingerprint::new();
    items.iter().for_each(|item| item.print(&mut print));
    print.0
}
