//! tokio's tasks: sleeping, spawning, yielding, and waiting for calls that block. What bench/async.cpp does.
use crate::turns::{timed, Group};
use std::future::Future;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::task;

const SLEEPERS: usize = 10_000;
const NAP: Duration = Duration::from_millis(10);
const CALLS: u64 = 1_000;
const STEPS: u64 = 600_000;
const SPAWNS: u64 = 1_000_000;
const AT_ONCE: u64 = 1_000;
const YIELDS: u64 = 1_000_000;

fn spin(mut state: u64) -> u64 {
    for _ in 0..STEPS {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    state
}

async fn sleep_all() -> u64 {
    let handles: Vec<_> = (0..SLEEPERS)
        .map(|_| {
            task::spawn(async {
                tokio::time::sleep(NAP).await;
                1
            })
        })
        .collect();
    let mut slept = 0;
    for handle in handles {
        slept += handle.await.expect("a sleeper");
    }
    slept
}

async fn call_all() -> u64 {
    let handles: Vec<_> = (0..CALLS)
        .map(|i| task::spawn_blocking(move || spin(i + 1)))
        .collect();
    let mut mixed = 0;
    for handle in handles {
        mixed ^= handle.await.expect("a call");
    }
    mixed
}

async fn spawn_all() -> u64 {
    let mut sum = 0;
    let mut handles = Vec::new();
    for first in (0..SPAWNS).step_by(AT_ONCE as usize) {
        for i in first..first + AT_ONCE {
            handles.push(task::spawn(async move { i }));
        }
        for handle in handles.drain(..) {
            sum += handle.await.expect("a task");
        }
    }
    sum
}

async fn yield_all() -> u64 {
    let mut yielded = 0;
    while yielded < YIELDS {
        task::yield_now().await;
        yielded += 1;
    }
    yielded
}

fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_time()
        .build()
        .expect("a runtime")
}

/// One contestant whose body runs on a worker of the runtime, as the C++ ones run on an IO thread.
fn of<F>(group: Group, name: &'static str, threads: usize, body: fn() -> F, expected: u64) -> Group
where
    F: Future<Output = u64> + Send + 'static,
{
    let runtime = runtime(threads);
    group.with(name, move || {
        timed(
            || runtime.block_on(async { task::spawn(body()).await.expect("an answer") }),
            |answer| *answer == expected,
        )
    })
}

pub fn group(kind: &str, threads: usize) -> Option<Group> {
    match kind {
        "sleep" => Some(of(
            Group::new(1, SLEEPERS as f64, 0),
            "tokio spawn",
            threads,
            sleep_all,
            SLEEPERS as u64,
        )),
        "call" => {
            let expected = (1..=CALLS).map(spin).fold(0, |mixed, one| mixed ^ one);
            Some(of(
                Group::new(1, CALLS as f64, spin(1)),
                "tokio spawn_blocking",
                threads,
                call_all,
                expected,
            ))
        }
        "spawn" => Some(of(
            Group::new(1, SPAWNS as f64, 0),
            "tokio spawn",
            threads,
            spawn_all,
            SPAWNS * (SPAWNS - 1) / 2,
        )),
        "yield" => Some(of(
            Group::new(1, YIELDS as f64, 0),
            "tokio yield_now",
            threads,
            yield_all,
            YIELDS,
        )),
        _ => None,
    }
}
