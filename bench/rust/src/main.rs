//! rayon's join and sorts, measured as the C++ programs measure theirs.
//!
//! `rayon-peers fib N THREADS` and `rayon-peers sort N THREADS` print one line a peer: its name, a tab, and the nanoseconds a
//! join or an element. alternate.py runs this program and ours in turn.
use rayon::prelude::*;
use std::time::Instant;

/// SplitMix64, the generator of the C++ programs: both sort the same numbers.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

fn fib(n: u32) -> u64 {
    if n < 2 {
        return u64::from(n);
    }
    let (a, b) = rayon::join(|| fib(n - 1), || fib(n - 2));
    a + b
}

fn fib_sequential(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { fib_sequential(n - 1) + fib_sequential(n - 2) }
}

fn measure_fib(n: u32) {
    let expected = fib_sequential(n);
    let joins = (fib_sequential(n + 1) - 1) as f64;
    fib(n); // warm-up
    let start = Instant::now();
    let answer = fib(n);
    let elapsed = start.elapsed();
    assert_eq!(answer, expected, "rayon join: wrong answer");
    println!("rayon join\t{:.4}", elapsed.as_nanos() as f64 / joins);
}

fn measure_sort(data: &[u64], name: &str, sort: fn(&mut [u64])) {
    let mut copy = data.to_vec();
    let start = Instant::now();
    sort(&mut copy);
    let elapsed = start.elapsed();
    assert!(copy.windows(2).all(|pair| pair[0] <= pair[1]), "{name}: not sorted");
    println!("{name}\t{:.4}", elapsed.as_nanos() as f64 / data.len() as f64);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 4 {
        eprintln!("usage: rayon-peers fib|sort N THREADS");
        std::process::exit(2);
    }
    let what = arguments[1].as_str();
    let n: usize = arguments[2].parse().expect("N is a number");
    let threads: usize = arguments[3].parse().expect("THREADS is a number");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads");
    pool.install(|| match what {
        "fib" => measure_fib(n as u32),
        "sort" => {
            let mut random = SplitMix64(7);
            let data: Vec<u64> = (0..n).map(|_| random.next()).collect();
            measure_sort(&data, "rayon par_sort_unstable", |slice| slice.par_sort_unstable());
            measure_sort(&data, "rayon par_sort (stable)", |slice| slice.par_sort());
        }
        other => {
            eprintln!("unknown measurement {other}; fib and sort are known");
            std::process::exit(2);
        }
    });
}
