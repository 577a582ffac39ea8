//! In virtual time: the clock jumps where everything waits.

use super::*;
use crate::livy::{ServerError, TransportError, TransportKind};
use std::cell::{Cell, RefCell};

fn transport(kind: TransportKind) -> LivyError {
    LivyError::Transport(TransportError {
        kind,
        url: String::new(),
        cause: String::new(),
    })
}

fn status(status: u16) -> LivyError {
    ServerError::read(status, "POST", String::new(), b"").into()
}

fn refused() -> LivyError {
    transport(TransportKind::Refused)
}

fn cut() -> LivyError {
    transport(TransportKind::Cut)
}

/// A server that gets some of what is sent.
struct World {
    /// What each send gives; the last one counts for all that follow.
    sends: Vec<Result<(), LivyError>>,
    sent: Cell<usize>,
    /// When it can be found, from the first send.
    there_after: Option<Duration>,
    /// Until then it cannot be asked.
    silent_until: Duration,
    /// What is there cannot be told apart.
    is_unsure: bool,
    /// A proxy before it lets no look through.
    is_barred: bool,
    /// So many of the first looks are turned away.
    turned_away: Cell<usize>,
    told: RefCell<Vec<String>>,
    /// Else it waits for what proves who asks.
    signs_on: bool,
}

impl World {
    fn new(sends: Vec<Result<(), LivyError>>) -> World {
        World {
            sends,
            sent: Cell::new(0),
            there_after: None,
            silent_until: Duration::ZERO,
            is_unsure: false,
            is_barred: false,
            turned_away: Cell::new(0),
            told: RefCell::default(),
            signs_on: true,
        }
    }

    /// How it ended, how often it was sent, and after how many seconds.
    fn run(&self, patience: Patience) -> (Result<bool, Received>, usize, u64) {
        let (_keep, unwanted) = watch::channel(false);
        self.run_unless(patience, unwanted)
    }

    fn run_unless(
        &self,
        patience: Patience,
        unwanted: Unwanted,
    ) -> (Result<bool, Received>, usize, u64) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let began = Instant::now();
            let answer = once(
                &patience,
                unwanted,
                |error| self.told.borrow_mut().push(error.to_string()),
                async || match self.signs_on {
                    true => Ok(()),
                    false => std::future::pending().await,
                },
                async || {
                    let index = self.sent.get().min(self.sends.len() - 1);
                    self.sent.set(self.sent.get() + 1);
                    self.sends[index].clone()
                },
                async || match self.there_after {
                    _ if self.turned_away.get() > 0 => {
                        self.turned_away.set(self.turned_away.get() - 1);
                        Err(status(401))
                    }
                    _ if self.is_barred => Err(transport(TransportKind::ProxyIdentity)),
                    _ if began.elapsed() < self.silent_until => Err(status(503)),
                    Some(time) if began.elapsed() >= time => Ok(Sought::Found(())),
                    _ if self.is_unsure => Ok(Sought::Unsure),
                    _ => Ok(Sought::Absent),
                },
            )
            .await;
            let answer = answer.map(|sent| sent.was_found);
            let answer = answer.map_err(|failed| failed.received);
            (answer, self.sent.get(), began.elapsed().as_secs())
        })
    }
}

#[test]
fn what_was_surely_not_received_is_sent_again() {
    let world = World::new(vec![Err(refused()), Err(status(429)), Ok(())]);
    let (answer, sent, _) = world.run(Patience::default());
    assert_eq!((answer, sent), (Ok(false), 3));
    assert_eq!(world.told.borrow().len(), 2);
}

#[test]
fn who_is_turned_away_signs_on_anew_and_asks_once_more() {
    let world = World::new(vec![
        Err(status(401)),
        Err(refused()),
        Err(status(401)),
        Ok(()),
    ]);
    assert_eq!(world.run(Patience::default()).0, Ok(false));
    let world = World::new(vec![Err(status(401))]);
    assert_eq!(world.run(Patience::default()), (Err(Received::No), 2, 0));
}

#[test]
fn a_server_that_stays_away_is_given_up() {
    let world = World::new(vec![Err(refused())]);
    let (answer, _, seconds) = world.run(Patience::default());
    assert_eq!(answer, Err(Received::No));
    assert!((590..=600).contains(&seconds), "{seconds}");
}

#[test]
fn what_is_turned_down_is_sent_once() {
    for error in [status(400), status(403), transport(TransportKind::Tls)] {
        let world = World::new(vec![Err(error)]);
        assert_eq!(world.run(Patience::default()), (Err(Received::No), 1, 0));
    }
}

/// It closes before it has read the change; the look has its answer.
#[test]
fn a_proxy_that_lets_nothing_through_has_let_nothing_through_at_the_first_contact() {
    let bars = |first_contact| {
        let patience = Patience {
            first_contact,
            ..Patience::default()
        };
        let world = World {
            is_barred: true,
            ..World::new(vec![Err(cut())])
        };
        world.run(patience)
    };
    assert_eq!(bars(Some(Duration::ZERO)), (Err(Received::No), 1, 0));
    assert_eq!(bars(None), (Err(Received::Perhaps), 1, 0));
}

#[test]
fn what_was_received_is_found_and_not_sent_again() {
    for error in [cut(), status(500), status(502), status(504)] {
        for after in [0, 2] {
            let world = World {
                there_after: Some(Duration::from_secs(after)),
                ..World::new(vec![Err(error.clone())])
            };
            let (answer, sent, seconds) = world.run(Patience::default());
            assert_eq!((answer, sent), (Ok(true), 1));
            assert!((after..=after + 3).contains(&seconds), "{seconds}");
        }
    }
}

#[test]
fn who_is_turned_away_while_looking_signs_on_anew() {
    for (turned_away, expected) in [(1, Ok(true)), (2, Err(Received::Perhaps))] {
        let world = World {
            there_after: Some(Duration::ZERO),
            turned_away: Cell::new(turned_away),
            ..World::new(vec![Err(cut())])
        };
        assert_eq!(world.run(Patience::default()).0, expected);
    }
}

/// The one that was asked last knows nothing of it; another has it.
#[test]
fn what_is_not_known_is_looked_for_once() {
    let world = World {
        there_after: Some(Duration::ZERO),
        ..World::new(vec![Err(status(404))])
    };
    assert_eq!(world.run(Patience::default()), (Ok(true), 1, 0));
    let world = World::new(vec![Err(status(404))]);
    assert_eq!(world.run(Patience::default()), (Err(Received::No), 1, 0));
}

#[test]
fn what_does_not_arrive_is_sent_again_after_its_time() {
    for (error, settles) in [(cut(), 3), (status(408), 90)] {
        let world = World::new(vec![Err(error.clone()), Ok(())]);
        let (answer, sent, seconds) = world.run(Patience::default());
        assert_eq!((answer, sent), (Ok(false), 2));
        assert!((settles..=settles + 1).contains(&seconds), "{seconds}");
        let world = World::new(vec![Err(error.clone())]);
        let (answer, sent, seconds) = world.run(Patience::default());
        assert_eq!(answer, Err(Received::NotFound));
        assert!(sent as u64 <= 600 / settles + 1, "{sent}");
        assert!(
            (600 - settles..=600 + settles + 1).contains(&seconds),
            "{seconds}"
        );
        let asks = Patience {
            resends: false,
            ..Patience::default()
        };
        let world = World::new(vec![Err(error)]);
        let (answer, sent, _) = world.run(asks);
        assert_eq!((answer, sent), (Err(Received::NotFound), 1));
    }
}

/// A server that fails inside will rather fail again.
#[test]
fn a_defect_is_not_tried_for_long() {
    let world = World::new(vec![Err(status(500))]);
    let (answer, _, seconds) = world.run(Patience::default());
    assert_eq!(answer, Err(Received::NotFound));
    assert!((15..=19).contains(&seconds), "{seconds}");
}

#[test]
fn where_it_cannot_be_told_apart_it_is_not_sent_again() {
    let world = World {
        is_unsure: true,
        ..World::new(vec![Err(cut()), Ok(())])
    };
    let (answer, sent, _) = world.run(Patience::default());
    assert_eq!((answer, sent), (Err(Received::Perhaps), 1));
}

/// What was sent before may still arrive when a later attempt is refused.
#[test]
fn what_may_have_been_sent_is_remembered() {
    let world = World::new(vec![Err(cut()), Err(status(403))]);
    let (answer, sent, _) = world.run(Patience::default());
    assert_eq!((answer, sent), (Err(Received::NotFound), 2));
    let first_contact = Patience {
        first_contact: Some(Duration::ZERO),
        ..Patience::default()
    };
    let world = World::new(vec![Err(cut()), Err(refused()), Ok(())]);
    assert_eq!(world.run(first_contact).0, Ok(false));
    let world = World::new(vec![Err(refused()), Ok(())]);
    assert_eq!(world.run(first_contact).0, Err(Received::No));
}

/// A server that was away when it could have arrived is looked at once more.
#[test]
fn while_the_server_cannot_be_asked_nothing_is_sent() {
    let world = World {
        there_after: Some(Duration::ZERO),
        silent_until: Duration::from_secs(120),
        ..World::new(vec![Err(cut())])
    };
    let (answer, sent, seconds) = world.run(Patience::default());
    assert_eq!((answer, sent), (Ok(true), 1));
    assert!((120..=130).contains(&seconds), "{seconds}");
    let world = World {
        silent_until: Duration::from_secs(6_000),
        ..World::new(vec![Err(cut())])
    };
    let (answer, sent, _) = world.run(Patience::default());
    assert_eq!((answer, sent), (Err(Received::Perhaps), 1));
}

#[test]
fn what_is_taken_back_waits_for_no_sign_on() {
    let (take_back, unwanted) = watch::channel(false);
    take_back.send(true).unwrap();
    let world = World {
        signs_on: false,
        ..World::new(vec![Ok(())])
    };
    let answer = world.run_unless(Patience::default(), unwanted);
    assert_eq!(answer, (Err(Received::No), 0, 0));
}

#[test]
fn what_is_taken_back_is_not_sent_again() {
    let (take_back, unwanted) = watch::channel(false);
    take_back.send(true).unwrap();
    let world = World::new(vec![Err(refused())]);
    let answer = world.run_unless(Patience::default(), unwanted.clone());
    assert_eq!(answer, (Err(Received::No), 1, 0));
    let world = World::new(vec![Err(cut())]);
    let (answer, sent, _) = world.run_unless(Patience::default(), unwanted);
    assert_eq!((answer, sent), (Err(Received::NotFound), 1));
}
