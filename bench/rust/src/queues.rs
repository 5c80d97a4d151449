//! crossbeam's queues: on one thread each push is followed by a pop, on two one pushes and one pops.
//!
//! crossbeam-skiplist is no package of Debian 12, so that the map has no peer here.
use crate::turns::{timed, Group};
use crossbeam_queue::{ArrayQueue, SegQueue};
use std::hint::spin_loop;

const PAIRS: u64 = 5_000_000;
const CAPACITY: usize = 1024;

/// What bench/bench_collections.cpp does.
fn moved(threads: usize, push: impl Fn(u64) -> bool + Sync, pop: impl Fn() -> Option<u64>) -> u64 {
    let mut sum = 0;
    if threads == 1 {
        for i in 0..PAIRS {
            push(i);
            sum += pop().unwrap_or(0);
        }
        return sum;
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for i in 0..PAIRS {
                while !push(i) {
                    spin_loop();
                }
            }
        });
        let mut taken = 0;
        while taken < PAIRS {
            match pop() {
                Some(x) => {
                    sum += x;
                    taken += 1;
                }
                None => spin_loop(),
            }
        }
    });
    sum
}

pub fn group(kind: &str, threads: usize) -> Option<Group> {
    let right = |sum: &u64| *sum == PAIRS * (PAIRS - 1) / 2;
    let group = Group::new(threads, PAIRS as f64, 0);
    match kind {
        "array" => Some(group.with("crossbeam ArrayQueue", move || {
            timed(
                || {
                    let queue = ArrayQueue::new(CAPACITY);
                    moved(threads, |x| queue.push(x).is_ok(), || queue.pop())
                },
                right,
            )
        })),
        "seg" => Some(group.with("crossbeam SegQueue", move || {
            timed(
                || {
                    let queue = SegQueue::new();
                    let push = |x| {
                        queue.push(x);
                        true
                    };
                    moved(threads, push, || queue.pop())
                },
                right,
            )
        })),
        _ => None,
    }
}
