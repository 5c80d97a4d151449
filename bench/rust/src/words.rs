//! How often each word of a text of 200 MB occurs.
//!
//! std's HashMap is a flat map; its default hash withstands attackers, which nobody mounts here, so a cheaper one (Firefox's,
//! a rotation and a multiplication a word) stands beside it.
use crate::data::{Fingerprint, Printed, SplitMix64};
use crate::turns::{timed, Group};
use rayon::prelude::*;
use std::collections::hash_map::{HashMap, RandomState};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::sync::Arc;

const BYTES: usize = 200_000_000;
const VOCABULARY: usize = 100_000;

/// What bench/zipf_text.cpp makes.
fn zipf_text() -> String {
    let mut random = SplitMix64(3);
    let words: Vec<String> = (0..VOCABULARY)
        .map(|_| {
            let length = 3 + random.below(8);
            (0..length).map(|_| random.letter() as char).collect()
        })
        .collect();
    let mut sum = 0.0;
    let up_to: Vec<f64> = (1..=VOCABULARY)
        .map(|k| {
            sum += 1.0 / k as f64;
            sum
        })
        .collect();
    let mut text = String::with_capacity(BYTES + 16);
    while text.len() < BYTES {
        let drawn = random.uniform() * sum;
        let found = up_to.partition_point(|&upper| upper <= drawn);
        text.push_str(&words[found.min(VOCABULARY - 1)]);
        text.push(' ');
    }
    text
}

#[derive(Default)]
struct CheapHasher(u64);

impl CheapHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for CheapHasher {
    fn write(&mut self, bytes: &[u8]) {
        let eights = bytes.chunks_exact(8);
        let rest = eights.remainder();
        eights
            .for_each(|eight| self.add(u64::from_le_bytes(eight.try_into().expect("eight bytes"))));
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.add(u64::from_le_bytes(last));
        }
    }
    fn write_usize(&mut self, length: usize) {
        self.add(length as u64);
    }
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

type Cheap = BuildHasherDefault<CheapHasher>;
type Counts<'a, S> = HashMap<&'a [u8], u64, S>;

fn count<S: BuildHasher + Default>(part: &[u8]) -> Counts<'_, S> {
    let mut counts = Counts::default();
    for word in part.split(|byte| *byte == b' ') {
        if !word.is_empty() {
            *counts.entry(word).or_insert(0) += 1;
        }
    }
    counts
}

/// Adds the smaller map to the larger one.
fn merged<'a, S: BuildHasher>(a: Counts<'a, S>, b: Counts<'a, S>) -> Counts<'a, S> {
    let (mut to, from) = if a.len() < b.len() { (b, a) } else { (a, b) };
    for (word, count) in from {
        *to.entry(word).or_insert(0) += count;
    }
    to
}

/// n parts of about the same length, cut before spaces.
fn cut(text: &[u8], n: usize) -> Vec<&[u8]> {
    let mut begin = 0;
    (1..=n)
        .map(|i| {
            let from = begin.max(text.len() * i / n);
            let end = text[from..]
                .iter()
                .position(|byte| *byte == b' ')
                .map_or(text.len(), |space| from + space);
            let part = &text[begin..end];
            begin = end;
            part
        })
        .collect()
}

fn by_parts<S: BuildHasher + Default + Send>(text: &[u8]) -> Counts<'_, S> {
    let parts = cut(text, 4 * rayon::current_num_threads());
    parts
        .into_par_iter()
        .map(count::<S>)
        .reduce(Counts::default, merged)
}

fn by_words<S: BuildHasher + Default + Send>(text: &[u8]) -> Counts<'_, S> {
    text.par_split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty())
        .fold(Counts::<S>::default, |mut counts, word| {
            *counts.entry(word).or_insert(0) += 1;
            counts
        })
        .reduce(Counts::default, merged)
}

/// A contestant whose map must say the same as the sequential one.
fn counting<S: BuildHasher + Default>(
    text: &Arc<String>,
    expected: &Arc<HashMap<Vec<u8>, u64>>,
    work: for<'a> fn(&'a [u8]) -> Counts<'a, S>,
) -> impl Fn() -> f64 + Send + Sync {
    let (text, expected) = (Arc::clone(text), Arc::clone(expected));
    move || {
        timed(
            || work(text.as_bytes()),
            |counts| {
                counts.len() == expected.len()
                    && counts
                        .iter()
                        .all(|(word, count)| expected.get(*word) == Some(count))
            },
        )
    }
}

pub fn group(threads: usize) -> Group {
    let text = Arc::new(zipf_text());
    let mut print = Fingerprint::new();
    text.print(&mut print);
    let expected = Arc::new(
        count::<Cheap>(text.as_bytes())
            .into_iter()
            .map(|(word, n)| (word.to_vec(), n))
            .collect(),
    );
    Group::new(threads, text.len() as f64, print.0)
        .with(
            "rayon parts.map.reduce",
            counting::<RandomState>(&text, &expected, by_parts),
        )
        .with(
            "rayon parts.map.reduce, cheap hash",
            counting::<Cheap>(&text, &expected, by_parts),
        )
        .with(
            "rayon par_split.fold.reduce, cheap hash",
            counting::<Cheap>(&text, &expected, by_words),
        )
        .with(
            "Rust sequential, cheap hash",
            counting::<Cheap>(&text, &expected, count),
        )
}
