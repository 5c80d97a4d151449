//! crossbeam-channel: messages of eight bytes between so many producers and consumers, and a select over four channels.
use crate::turns::{timed, Group};
use crossbeam_channel::{bounded, select, unbounded, Receiver, Sender};

fn channel(capacity: &str) -> Option<(Sender<u64>, Receiver<u64>)> {
    if capacity == "any" {
        return Some(unbounded());
    }
    Some(bounded(capacity.parse().ok()?))
}

fn exchange(capacity: &str, producers: u64, consumers: u64, messages: u64) -> u64 {
    let (tx, rx) = channel(capacity).expect("a capacity");
    let each = messages / producers;
    std::thread::scope(|scope| {
        for p in 0..producers {
            let tx = tx.clone();
            scope.spawn(move || {
                for i in p * each..(p + 1) * each {
                    tx.send(i).expect("a receiver");
                }
            });
        }
        let sums: Vec<_> = (0..consumers)
            .map(|_| {
                let rx = rx.clone();
                scope.spawn(move || {
                    (0..messages / consumers)
                        .map(|_| rx.recv().expect("a message"))
                        .sum::<u64>()
                })
            })
            .collect();
        sums.into_iter()
            .map(|sum| sum.join().expect("a sum"))
            .sum()
    })
}

fn selecting(capacity: &str, messages: u64) -> u64 {
    let ends: Vec<_> = (0..4)
        .map(|_| channel(capacity).expect("a capacity"))
        .collect();
    std::thread::scope(|scope| {
        for (p, (tx, _)) in (0u64..).zip(&ends) {
            let tx = tx.clone();
            scope.spawn(move || {
                for i in p * messages / 4..(p + 1) * messages / 4 {
                    tx.send(i).expect("a receiver");
                }
            });
        }
        let (a, b, c, d) = (&ends[0].1, &ends[1].1, &ends[2].1, &ends[3].1);
        let mut sum = 0;
        for _ in 0..messages {
            select! {
                recv(a) -> message => sum += message.expect("a message"),
                recv(b) -> message => sum += message.expect("a message"),
                recv(c) -> message => sum += message.expect("a message"),
                recv(d) -> message => sum += message.expect("a message"),
            }
        }
        sum
    })
}

/// As many messages as bench/channels.cpp sends.
pub fn group(capacity: &str, producers: u64, consumers: u64) -> Option<Group> {
    channel(capacity)?;
    let messages: u64 = match capacity {
        "0" => 20_000,
        "1" => 100_000,
        _ => 2_000_000,
    };
    let capacity = capacity.to_owned();
    Some(
        Group::new(1, messages as f64, 0).with("crossbeam", move || {
            timed(
                || exchange(&capacity, producers, consumers, messages),
                |sum| *sum == messages * (messages - 1) / 2,
            )
        }),
    )
}

pub fn select_group(capacity: &str) -> Option<Group> {
    channel(capacity)?;
    let messages: u64 = if capacity == "0" || capacity == "1" {
        20_000
    } else {
        400_000
    };
    let capacity = capacity.to_owned();
    Some(
        Group::new(1, messages as f64, 0).with("crossbeam select", move || {
            timed(
                || selecting(&capacity, messages),
                |sum| *sum == messages * (messages - 1) / 2,
            )
        }),
    )
}
