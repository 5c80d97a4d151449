//! rayon's sorts, and those of the standard library on one thread.
//!
//! "default" is what a type's own order does; floating-point numbers have none in Rust, and take total_cmp. "own" is a closure.
use crate::data::{fingerprint, Printed};
use crate::sort_data;
use crate::turns::{timed, Group};
use rayon::prelude::*;
use std::sync::{Arc, Mutex};

type Sort<T> = fn(&mut [T]);

/// A contestant: refilling the buffer and checking the answer are not timed.
fn sorting<T>(
    data: &Arc<Vec<T>>,
    buffer: &Arc<Mutex<Vec<T>>>,
    sort: Sort<T>,
) -> impl Fn() -> f64 + Send + Sync + 'static
where
    T: Clone + PartialOrd + Send + Sync + 'static,
{
    let (data, buffer) = (Arc::clone(data), Arc::clone(buffer));
    move || {
        let mut buffer = buffer.lock().expect("no panics");
        buffer.clone_from(&data);
        let seconds = timed(|| sort(&mut buffer), |()| true);
        assert!(
            buffer.windows(2).all(|pair| pair[0] <= pair[1]),
            "not sorted"
        );
        seconds
    }
}

fn contest<T>(data: Vec<T>, threads: usize, sorts: [(&'static str, Sort<T>); 2]) -> Group
where
    T: Clone + PartialOrd + Printed + Send + Sync + 'static,
{
    let data = Arc::new(data);
    let buffer = Arc::new(Mutex::new(Vec::new()));
    let iterations = (500_000 / data.len()).max(1) as u32;
    let mut group =
        Group::new(threads, data.len() as f64, fingerprint(&data)).iterations(iterations);
    for (name, sort) in sorts {
        group = group.with(name, sorting(&data, &buffer, sort));
    }
    group
}

fn of_ordered<T: Ord + Send>(kind: &str, comparator: &str) -> Option<[(&'static str, Sort<T>); 2]> {
    Some(match (kind, comparator) {
        ("unstable", "default") => [
            ("rayon par_sort_unstable", |a| a.par_sort_unstable()),
            ("Rust sort_unstable, one thread", |a| a.sort_unstable()),
        ],
        ("unstable", "own") => [
            ("rayon par_sort_unstable_by", |a| {
                a.par_sort_unstable_by(|a, b| a.cmp(b))
            }),
            ("Rust sort_unstable_by, one thread", |a| {
                a.sort_unstable_by(|a, b| a.cmp(b))
            }),
        ],
        ("stable", "default") => [
            ("rayon par_sort", |a| a.par_sort()),
            ("Rust sort, one thread", |a| a.sort()),
        ],
        ("stable", "own") => [
            ("rayon par_sort_by", |a| a.par_sort_by(|a, b| a.cmp(b))),
            ("Rust sort_by, one thread", |a| a.sort_by(|a, b| a.cmp(b))),
        ],
        _ => return None,
    })
}

fn of_floating(kind: &str, comparator: &str) -> Option<[(&'static str, Sort<f64>); 2]> {
    Some(match (kind, comparator) {
        ("unstable", "default") => [
            ("rayon par_sort_unstable_by(total_cmp)", |a| {
                a.par_sort_unstable_by(f64::total_cmp)
            }),
            ("Rust sort_unstable_by(total_cmp), one thread", |a| {
                a.sort_unstable_by(f64::total_cmp)
            }),
        ],
        ("unstable", "own") => [
            ("rayon par_sort_unstable_by", |a| {
                a.par_sort_unstable_by(|a, b| a.partial_cmp(b).unwrap())
            }),
            ("Rust sort_unstable_by, one thread", |a| {
                a.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap())
            }),
        ],
        ("stable", "default") => [
            ("rayon par_sort_by(total_cmp)", |a| {
                a.par_sort_by(f64::total_cmp)
            }),
            ("Rust sort_by(total_cmp), one thread", |a| {
                a.sort_by(f64::total_cmp)
            }),
        ],
        ("stable", "own") => [
            ("rayon par_sort_by", |a| {
                a.par_sort_by(|a, b| a.partial_cmp(b).unwrap())
            }),
            ("Rust sort_by, one thread", |a| {
                a.sort_by(|a, b| a.partial_cmp(b).unwrap())
            }),
        ],
        _ => return None,
    })
}

pub fn group(
    of: &str,
    order: &str,
    n: usize,
    kind: &str,
    comparator: &str,
    threads: usize,
) -> Option<Group> {
    match of {
        "u64" => Some(contest(
            sort_data::whole_numbers(n, order)?,
            threads,
            of_ordered(kind, comparator)?,
        )),
        "f64" => Some(contest(
            sort_data::floating(n, order)?,
            threads,
            of_floating(kind, comparator)?,
        )),
        "strings" => Some(contest(
            sort_data::strings(n, order)?,
            threads,
            of_ordered(kind, comparator)?,
        )),
        _ => None,
    }
}
