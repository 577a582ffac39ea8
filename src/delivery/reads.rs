//! Reads, asked again while the server cannot be reached; and what is sent once.

use super::patience::{Gaps, Patience, TurnedAway};
use crate::livy::LivyError;
use std::time::Duration;
use tokio::time::Instant;

/// Asks until an answer comes, or an error that will not pass, or the server was away for too long;
/// then the last error is returned. `tell` hears of each failure that is waited out.
pub async fn read<T>(
    patience: &Patience,
    mut tell: impl FnMut(&LivyError),
    mut ask: impl AsyncFnMut() -> Result<T, LivyError>,
) -> Result<T, LivyError> {
    let mut first_failure = None;
    let mut gaps = Gaps::default();
    let mut turned_away = TurnedAway::default();
    loop {
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let since = *first_failure.get_or_insert_with(Instant::now);
        if turned_away.asks_again(&error) {
            continue;
        }
        let wait = gaps.next(&error);
        if patience.is_over(&error, since, wait) {
            return Err(error);
        }
        tell(&error);
        tokio::time::sleep(wait).await;
    }
}

/// Sends what is sent once, and once more where who asks was turned away: that is surely not done.
pub async fn signed_on<T>(
    mut ask: impl AsyncFnMut() -> Result<T, LivyError>,
) -> Result<T, LivyError> {
    let mut turned_away = TurnedAway::default();
    loop {
        match ask().await {
            Err(error) if turned_away.asks_again(&error) => {}
            answer => return answer,
        }
    }
}

/// How often something is looked for that the server does not show.
const WHILE_MISSING: Duration = Duration::from_millis(500);

/// The same for what was just made: the server may not show it yet. How long that may last counts from
/// when it was missed first, as answers may be slow.
pub async fn read_made<T>(
    patience: &Patience,
    mut tell: impl FnMut(&LivyError),
    mut ask: impl AsyncFnMut() -> Result<T, LivyError>,
) -> Result<T, LivyError> {
    let mut missed = None;
    loop {
        match read(patience, &mut tell, &mut ask).await {
            Err(error)
                if error.status() == Some(404)
                    && missed.get_or_insert_with(Instant::now).elapsed() < patience.visible =>
            {
                tell(&error);
                tokio::time::sleep(WHILE_MISSING).await;
            }
            answer => return answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::{ServerError, TransportError, TransportKind};

    fn cut() -> LivyError {
        LivyError::Transport(TransportError {
            kind: TransportKind::Cut,
            url: String::new(),
            cause: String::new(),
        })
    }

    fn status(status: u16) -> LivyError {
        ServerError::read(status, "GET", String::new(), b"").into()
    }

    fn seconds(count: u64) -> Patience {
        Patience {
            unreachable: Some(Duration::from_secs(count)),
            ..Patience::default()
        }
    }

    /// Runs in virtual time: the clock jumps where everything waits.
    fn virtually<T>(test: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(test)
    }

    #[test]
    fn a_passing_failure_is_waited_out() {
        virtually(async {
            let (mut asked, mut told) = (0, 0);
            let began = Instant::now();
            let answer = read(
                &seconds(60),
                |_| told += 1,
                async || {
                    asked += 1;
                    if asked < 4 { Err(cut()) } else { Ok(asked) }
                },
            )
            .await;
            assert_eq!((answer.unwrap(), told), (4, 3));
            // The gaps are 200, 400 and 800 ms, each a fifth more or less.
            let took = began.elapsed().as_millis();
            assert!((1_120..=1_680).contains(&took), "{took}");
        });
    }

    #[test]
    fn patience_ends_and_other_errors_are_not_repeated() {
        virtually(async {
            let began = Instant::now();
            let answer = read::<()>(&seconds(20), |_| {}, async || Err(status(503))).await;
            assert_eq!(answer.unwrap_err().status(), Some(503));
            assert!(began.elapsed() <= Duration::from_secs(20));

            let mut asked = 0;
            let answer = read(
                &seconds(20),
                |_| {},
                async || {
                    asked += 1;
                    if asked == 1 { Err(status(401)) } else { Ok(()) }
                },
            )
            .await;
            assert!(answer.is_ok());

            let mut asked = 0;
            let answer = read::<()>(
                &seconds(20),
                |_| {},
                async || {
                    asked += 1;
                    Err(status(404))
                },
            )
            .await;
            assert_eq!((answer.unwrap_err().status(), asked), (Some(404), 1));
        });
    }

    #[test]
    fn the_server_may_ask_for_a_longer_gap() {
        virtually(async {
            let mut asked = 0;
            let began = Instant::now();
            let busy = LivyError::Server(ServerError {
                retry_after: Some(Duration::from_secs(7)),
                ..ServerError::read(429, "GET", String::new(), b"")
            });
            let answer = read(
                &seconds(60),
                |_| {},
                async || {
                    asked += 1;
                    if asked == 1 {
                        Err(busy.clone())
                    } else {
                        Ok(())
                    }
                },
            )
            .await;
            assert!(answer.is_ok());
            assert_eq!(began.elapsed(), Duration::from_secs(7));
        });
    }

    /// What the server answers one after the other, the last for ever; how often it was asked.
    fn asked(statuses: &[u16]) -> (bool, usize) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut count = 0;
        let answer = runtime.block_on(signed_on(async || {
            let status = statuses[count.min(statuses.len() - 1)];
            count += 1;
            match status {
                200 => Ok(()),
                status => Err(ServerError::read(status, "POST", String::new(), b"").into()),
            }
        }));
        (answer.is_ok(), count)
    }

    #[test]
    fn who_is_turned_away_asks_once_more() {
        assert_eq!(asked(&[200]), (true, 1));
        assert_eq!(asked(&[401, 200]), (true, 2));
        assert_eq!(asked(&[401]), (false, 2));
        assert_eq!(asked(&[500]), (false, 1));
    }
}
