//! What a fork and its join cost in all: fib(32) without a cut-off.
use crate::turns::{timed, Group};

const N: u32 = 32;

fn fib(n: u32) -> u64 {
    if n < 2 {
        return u64::from(n);
    }
    let (a, b) = rayon::join(|| fib(n - 1), || fib(n - 2));
    a + b
}

fn fib_sequential(n: u32) -> u64 {
    if n < 2 {
        u64::from(n)
    } else {
        fib_sequential(n - 1) + fib_sequential(n - 2)
    }
}

pub fn group(threads: usize) -> Group {
    let expected = fib_sequential(N);
    let joins = (fib_sequential(N + 1) - 1) as f64;
    Group::new(threads, joins, 0).with("rayon join", move || {
        timed(|| fib(N), |answer| *answer == expected)
    })
}
