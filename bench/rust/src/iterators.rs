//! The parallel iterators of bench_iterators, by rayon and by Rust's own iterators on one thread.
use crate::data::{fingerprint, SplitMix64};
use crate::turns::{timed, Group};
use rayon::prelude::*;
use std::sync::Arc;

const MANY: usize = 100_000_000;

fn numbers<T>(n: usize, seed: u64, make: impl Fn(&mut SplitMix64) -> T) -> Arc<Vec<T>> {
    let mut random = SplitMix64(seed);
    Arc::new((0..n).map(|_| make(&mut random)).collect())
}

fn integers() -> Arc<Vec<i64>> {
    numbers(MANY, 1, |random| (random.next() >> 20) as i64)
}

fn first_numbers() -> Arc<Vec<f64>> {
    numbers(MANY, 2, |random| random.uniform() + 0.5)
}

fn second_numbers() -> Arc<Vec<f64>> {
    numbers(MANY, 3, SplitMix64::uniform)
}

fn half_even() -> Arc<Vec<u64>> {
    numbers(MANY / 5, 4, |random| random.next() >> 40)
}

/// One that works on the numbers and answers with a value that must equal `expected`, or come close to it.
fn on<T, R>(
    numbers: &Arc<Vec<T>>,
    work: fn(&[T]) -> R,
    is_right: impl Fn(&R) -> bool + Send + Sync + 'static,
) -> impl Fn() -> f64 + Send + Sync + 'static
where
    T: Send + Sync + 'static,
    R: 'static,
{
    let numbers = Arc::clone(numbers);
    move || timed(|| work(&numbers), &is_right)
}

fn equals<R: PartialEq + Send + Sync + 'static>(
    expected: R,
) -> impl Fn(&R) -> bool + Clone + Send + Sync + 'static {
    let expected = Arc::new(expected);
    move |answer| *answer == *expected
}

/// In any order, a sum's error is far below this.
fn about(expected: f64) -> impl Fn(&f64) -> bool + Clone + Send + Sync + 'static {
    move |answer| (answer - expected).abs() <= expected.abs() * 1e-10
}

fn sum(threads: usize) -> Group {
    let v = integers();
    let right = equals(v.iter().sum::<i64>());
    Group::new(threads, MANY as f64, fingerprint(&v))
        .with(
            "rayon par_iter.sum",
            on(&v, |v| v.par_iter().sum::<i64>(), right.clone()),
        )
        .with("Rust sequential", on(&v, |v| v.iter().sum::<i64>(), right))
}

fn dot(threads: usize) -> Group {
    let (x, y) = (first_numbers(), second_numbers());
    let right = about(x.iter().zip(y.iter()).map(|(a, b)| a * b).sum());
    let on_both = |work: fn(&[f64], &[f64]) -> f64| {
        let (x, y, right) = (Arc::clone(&x), Arc::clone(&y), right.clone());
        move || timed(|| work(&x, &y), &right)
    };
    Group::new(threads, MANY as f64, fingerprint(&x) ^ fingerprint(&y))
        .with(
            "rayon zip.map.sum",
            on_both(|x, y| x.par_iter().zip(y).map(|(a, b)| a * b).sum()),
        )
        .with(
            "Rust sequential",
            on_both(|x, y| x.iter().zip(y).map(|(a, b)| a * b).sum()),
        )
}

fn hypotenuse(x: &f64) -> f64 {
    (x * x + 1.0).sqrt()
}

fn roots(threads: usize) -> Group {
    let x = first_numbers();
    let right = about(x.iter().map(hypotenuse).sum());
    Group::new(threads, MANY as f64, fingerprint(&x))
        .with(
            "rayon map.sum",
            on(
                &x,
                |x| x.par_iter().map(hypotenuse).sum::<f64>(),
                right.clone(),
            ),
        )
        .with(
            "Rust sequential",
            on(&x, |x| x.iter().map(hypotenuse).sum::<f64>(), right),
        )
}

fn minimum(threads: usize) -> Group {
    let v = integers();
    let right = equals(v.iter().min().copied());
    Group::new(threads, MANY as f64, fingerprint(&v))
        .with(
            "rayon par_iter.min",
            on(&v, |v| v.par_iter().min().copied(), right.clone()),
        )
        .with(
            "Rust sequential",
            on(&v, |v| v.iter().min().copied(), right),
        )
}

fn maximum(threads: usize) -> Group {
    let x = first_numbers();
    let right = equals(x.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    Group::new(threads, MANY as f64, fingerprint(&x))
        .with(
            "rayon par_iter.reduce(max)",
            on(
                &x,
                |x| x.par_iter().copied().reduce(|| f64::NEG_INFINITY, f64::max),
                right.clone(),
            ),
        )
        .with(
            "Rust sequential",
            on(
                &x,
                |x| x.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                right,
            ),
        )
}

fn filter_map(threads: usize) -> Group {
    let v = half_even();
    let squares =
        |v: &[u64]| -> Vec<u64> { v.iter().filter(|x| *x % 2 == 0).map(|x| x * x).collect() };
    let right = equals(squares(&v));
    Group::new(threads, v.len() as f64, fingerprint(&v))
        .with(
            "rayon filter.map.collect",
            on(
                &v,
                |v| {
                    v.par_iter()
                        .filter(|x| *x % 2 == 0)
                        .map(|x| x * x)
                        .collect::<Vec<u64>>()
                },
                right.clone(),
            ),
        )
        .with("Rust sequential", on(&v, squares, right))
}

pub fn group(subject: &str, threads: usize) -> Option<Group> {
    match subject {
        "sum" => Some(sum(threads)),
        "dot" => Some(dot(threads)),
        "roots" => Some(roots(threads)),
        "minimum" => Some(minimum(threads)),
        "maximum" => Some(maximum(threads)),
        "filter-map" => Some(filter_map(threads)),
        _ => None,
    }
}
