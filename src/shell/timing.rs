//! How long a statement took, as `:timing` tells it.

use std::time::Duration;

/// Since it was typed, and by the server's clock.
pub(super) fn told(took: Duration, ran: Option<Duration>) -> String {
    match ran {
        Some(ran) => format!("{}, of them {} on the server", length(took), length(ran)),
        None => length(took),
    }
}

fn length(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.2} s", time.as_secs_f64()),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_units_that_fit() {
        let ms = Duration::from_millis;
        assert_eq!(told(ms(75), None), "75 ms");
        assert_eq!(
            told(ms(61_000), Some(ms(1_234))),
            "1 min 1 s, of them 1.23 s on the server"
        );
        assert_eq!(told(ms(7_380_000), None), "2 h 3 min");
    }
}
