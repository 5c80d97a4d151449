//! Single samples on demand, so that two programs can take turns while each keeps its data (bench/in_turn.cpp is the other one).
//!
//! After each contestant has run once, the program prints "ready", a tab and the fingerprint of its data. Then every line on
//! standard input is answered with one sample of each contestant ("NAME<tab>NANOSECONDS AN ITEM") and an empty line; the line
//! "backward" asks for them in reverse.
use std::io::{BufRead, Write};
use std::time::Instant;

/// One run: does the work once, checks the answer, and returns the seconds that the work alone took.
pub type Run = Box<dyn Fn() -> f64 + Send + Sync>;

pub struct Group {
    pool: rayon::ThreadPool,
    items: f64,
    iterations: u32,
    fingerprint: u64,
    contestants: Vec<(&'static str, Run)>,
}

impl Group {
    pub fn new(threads: usize, items: f64, fingerprint: u64) -> Self {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool of threads");
        Group {
            pool,
            items,
            iterations: 1,
            fingerprint,
            contestants: Vec::new(),
        }
    }

    /// Several runs make one sample, where one run is too short.
    pub fn iterations(mut self, iterations: u32) -> Self {
        self.iterations = iterations;
        self
    }

    pub fn with(
        mut self,
        name: &'static str,
        run: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        self.contestants.push((name, Box::new(run)));
        self
    }

    pub fn serve(&self) {
        for (_, run) in &self.contestants {
            self.pool.install(run);
        }
        println!("ready\t{:016x}", self.fingerprint);
        std::io::stdout().flush().expect("a reader");
        for line in std::io::stdin().lock().lines() {
            if line.expect("lines of text") == "backward" {
                self.contestants
                    .iter()
                    .rev()
                    .for_each(|(name, run)| self.print_sample(name, run));
            } else {
                self.contestants
                    .iter()
                    .for_each(|(name, run)| self.print_sample(name, run));
            }
            println!();
            std::io::stdout().flush().expect("a reader");
        }
    }

    fn print_sample(&self, name: &str, run: &Run) {
        let seconds: f64 = (0..self.iterations).map(|_| self.pool.install(run)).sum();
        println!(
            "{name}\t{:.6}",
            seconds * 1e9 / f64::from(self.iterations) / self.items
        );
    }
}

/// Hands a value through memory that the compiler must believe to be looked at: the work is done where it stands. (What
/// std::hint::black_box is since Rust 1.66; Debian 12 has 1.63.)
fn kept<T>(value: T) -> T {
    // SAFETY: the original is forgotten, so the value has one owner as before.
    unsafe {
        let copy = std::ptr::read_volatile(&value);
        std::mem::forget(value);
        copy
    }
}

/// The seconds that work() takes; then `is_right` looks at its answer.
pub fn timed<T>(work: impl FnOnce() -> T, is_right: impl FnOnce(&T) -> bool) -> f64 {
    let begin = Instant::now();
    let answer = kept(work());
    let seconds = begin.elapsed().as_secs_f64();
    assert!(is_right(&answer), "wrong answer");
    seconds
}
