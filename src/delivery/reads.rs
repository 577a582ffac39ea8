//! Reads, asked again while the server cannot be reached.

use crate::livy::LivyError;
use std::time::Duration;
use tokio::time::Instant;

const FIRST_GAP: Duration = Duration::from_millis(200);
const LONGEST_GAP: Duration = Duration::from_secs(5);

/// Asks until an answer comes, or an error that will not pass, or `patience` is used up since the
/// first failure; then the last error is returned. `tell` hears of each failure that is waited out.
pub async fn read<T>(
    patience: Duration,
    mut tell: impl FnMut(&LivyError),
    mut ask: impl AsyncFnMut() -> Result<T, LivyError>,
) -> Result<T, LivyError> {
    let mut first_failure = None;
    let mut gap = FIRST_GAP;
    loop {
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let since = *first_failure.get_or_insert_with(Instant::now);
        let wait = error.retry_after().unwrap_or(gap);
        if !error.is_passing() || since.elapsed() + wait > patience {
            return Err(error);
        }
        tell(&error);
        tokio::time::sleep(wait).await;
        gap = (gap * 2).min(LONGEST_GAP);
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
                Duration::from_secs(60),
                |_| told += 1,
                async || {
                    asked += 1;
                    if asked < 4 { Err(cut()) } else { Ok(asked) }
                },
            )
            .await;
            assert_eq!((answer.unwrap(), told), (4, 3));
            assert_eq!(began.elapsed().as_millis(), 200 + 400 + 800);
        });
    }

    #[test]
    fn patience_ends_and_other_errors_are_not_repeated() {
        virtually(async {
            let began = Instant::now();
            let answer =
                read::<()>(Duration::from_secs(20), |_| {}, async || Err(status(503))).await;
            assert_eq!(answer.unwrap_err().status(), Some(503));
            assert!(began.elapsed() <= Duration::from_secs(20));

            let mut asked = 0;
            let answer = read::<()>(
                Duration::from_secs(20),
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
                Duration::from_secs(60),
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
}
