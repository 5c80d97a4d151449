//! rayon and the sequential Rust standard library, measured as the C++ programs measure themselves.
//!
//! `rayon-peers fib THREADS`, `rayon-peers sum|dot|roots|minimum|maximum|filter-map THREADS`, `rayon-peers words THREADS` and
//! `rayon-peers channel CAPACITY|any PRODUCERS CONSUMERS`, `rayon-peers select CAPACITY|any THREADS`,
//! `rayon-peers queue array|seg THREADS`, `rayon-peers async sleep|call|spawn|yield THREADS` and
//! `rayon-peers sort u64|f64|strings ORDER N unstable|stable default|own THREADS` serve single samples to alternate.py: see
//! turns.rs.
mod channels;
mod data;
mod fib;
mod iterators;
mod queues;
mod sort_data;
mod sorts;
mod tasks;
mod turns;
mod words;

use turns::Group;

fn group(arguments: &[&str]) -> Option<Group> {
    let threads = arguments.last()?.parse().ok()?;
    match arguments {
        ["fib", _] => Some(fib::group(threads)),
        ["channel", capacity, producers, consumers] => channels::group(
            capacity,
            producers.parse().ok()?,
            consumers.parse().ok()?,
        ),
        ["select", capacity, _] => channels::select_group(capacity),
        ["queue", kind, _] => queues::group(kind, threads),
        ["async", kind, _] => tasks::group(kind, threads),
        ["words", _] => Some(words::group(threads)),
        ["sort", of, order, n, kind, comparator, _] => {
            sorts::group(of, order, n.parse().ok()?, kind, comparator, threads)
        }
        [subject, _] => iterators::group(subject, threads),
        _ => None,
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match group(&words) {
        Some(group) => group.serve(),
        None => {
            eprintln!(
                "rayon-peers does not know \"{}\"; main.rs says what it knows",
                words.join(" ")
            );
            std::process::exit(2);
        }
    }
}
