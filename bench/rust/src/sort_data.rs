//! What the sorts sort, the same as bench/sort_data.h makes.
use crate::data::SplitMix64;

/// All orders but the random one, which each type draws in its own way.
fn ranks(n: usize, order: &str) -> Option<Vec<u64>> {
    let mut random = SplitMix64(7);
    let length = n as u64;
    let mut made: Vec<u64> = match order {
        "random" => (0..n).map(|_| random.next()).collect(),
        "few" => (0..n).map(|_| random.below(16)).collect(),
        "reversed" => (0..length).map(|i| length - i).collect(),
        "organ-pipe" => (0..length)
            .map(|i| if i < length / 2 { i } else { length - i })
            .collect(),
        "sorted" | "nearly" => (0..length).collect(),
        _ => return None,
    };
    if order == "nearly" {
        for _ in 0..n / 100 {
            let a = random.below(length) as usize;
            let b = random.below(length) as usize;
            made.swap(a, b);
        }
    }
    Some(made)
}

/// Sixteen letters that compare as the number does.
fn letters(mut rank: u64) -> String {
    let mut text = [b'a'; 16];
    for letter in text.iter_mut().rev() {
        *letter = b'a' + (rank % 26) as u8;
        rank /= 26;
    }
    String::from_utf8_lossy(&text).into_owned()
}

pub fn whole_numbers(n: usize, order: &str) -> Option<Vec<u64>> {
    ranks(n, order)
}

pub fn floating(n: usize, order: &str) -> Option<Vec<f64>> {
    if order == "random" {
        let mut random = SplitMix64(9);
        return Some((0..n).map(|_| random.uniform()).collect());
    }
    ranks(n, order).map(|ranks| ranks.into_iter().map(|rank| rank as f64).collect())
}

pub fn strings(n: usize, order: &str) -> Option<Vec<String>> {
    if order == "random" {
        let mut random = SplitMix64(11);
        let text = |_| {
            let length = 16 + random.below(9);
            (0..length).map(|_| random.letter() as char).collect()
        };
        return Some((0..n).map(text).collect());
    }
    ranks(n, order).map(|ranks| ranks.into_iter().map(letters).collect())
}
