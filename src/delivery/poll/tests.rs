use super::*;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn seen(age: u64, round_trip: u64) -> Seen {
    Seen {
        age: ms(age),
        round_trip: ms(round_trip),
        progress: 0.0,
    }
}

/// The first gap at this age, in whole milliseconds.
fn gap(age: u64, round_trip: u64, chance: f64) -> u64 {
    let gap = Looks::default().gap(seen(age, round_trip), chance);
    gap.as_millis() as u64
}

#[test]
fn looks_are_apart_by_a_share_of_the_age_within_bounds() {
    for (age, round_trip, expected) in [
        (0, 0, 2),
        (100, 0, 23),
        (1_000, 0, 212),
        (5_000, 0, 287),
        (10_000, 0, 1_000),
        (301_000, 0, 2_000),
        // A round trip is part of the way from look to look.
        (5_000, 20, 255),
        (60_000, 20, 980),
        // A far server is asked again as soon as it has answered, a busy one is left alone.
        (0, 80, 1),
        (0, 150, 1),
        (0, 500, 300),
        (60_000, 3_000, 2_800),
        // The clock has jumped by an hour meanwhile.
        (3_600_300, 3_600_000, 10_000),
    ] {
        assert_eq!(gap(age, round_trip, 0.0), expected, "{age} {round_trip}");
    }
    assert_eq!(session_gap(ms(10), 0.0), ms(50));
    assert_eq!(session_gap(ms(1_000), 1.0), ms(180));
    assert_eq!(session_gap(ms(60_000), 1.0), ms(1_000));
}

#[test]
fn jitter_is_a_fifth() {
    assert_eq!(gap(1_000, 0, 1.0), 254);
    assert_eq!(gap(1_000, 0, -1.0), 169);
    assert_eq!(gap(90_000, 0, 1.0), 1_200);
    assert_eq!(gap(1_000, 0, -5.0), 169);
}

/// Each look that finds nothing halves what is not known, and so does each that finds the end.
#[test]
fn what_takes_the_same_time_is_known_better_each_time() {
    let end = 640;
    let (mut known, mut late) = (lasted(&[]), Vec::new());
    for _ in 0..8 {
        let looks = Looks::after(&known);
        let seen = ages(looks, 2_000, |_| 0.0);
        let by = seen.iter().copied().find(|&age| age >= end).unwrap();
        let after = seen.iter().copied().rfind(|&age| age < end).unwrap();
        late.push(by - end);
        known.note(Ended {
            after: ms(after),
            by: ms(by),
        });
    }
    assert!(late[0] > 20 && late[1] > 20, "{late:?}");
    assert!(late[5..].iter().all(|&late| late <= 8), "{late:?}");
}

/// One that takes longer than those before is looked at ever more rarely.
#[test]
fn a_statement_that_is_over_later_than_the_others_is_looked_at_behind_them() {
    let alike = lasted(&[(595, 600), (594, 601), (590, 600)]);
    let ages = ages(Looks::after(&alike), 2_000, |_| 0.0);
    let behind: Vec<u64> = ages.into_iter().filter(|&age| age >= 600).take(4).collect();
    let apart: Vec<u64> = behind.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(behind[0] < 606 && apart[0] < 10, "{behind:?}");
    assert!(apart.is_sorted(), "{behind:?}");
}

/// What a session remembers of statements that ended between these ages.
fn lasted(ended: &[(u64, u64)]) -> Lasted {
    let mut lasted = Lasted::default();
    for &(after, by) in ended {
        lasted.note(Ended {
            after: ms(after),
            by: ms(by),
        });
    }
    lasted
}

/// The ages of the looks at a statement that goes on, without chance, on a near server.
fn ages(mut looks: Looks, until: u64, progress: impl Fn(u64) -> f64) -> Vec<u64> {
    let (mut age, mut ages) = (Duration::ZERO, Vec::new());
    while age < ms(until) {
        let milliseconds = age.as_millis() as u64;
        ages.push(milliseconds);
        let seen = Seen {
            age,
            round_trip: Duration::ZERO,
            progress: progress(milliseconds),
        };
        age += looks.gap(seen, 0.0);
    }
    ages
}

fn between(ages: &[u64], from: u64, to: u64) -> usize {
    ages.iter().filter(|&&age| age >= from && age < to).count()
}

#[test]
fn a_statement_like_those_before_is_looked_at_when_they_were_over() {
    let usual = ages(Looks::default(), 2_000, |_| 0.0);
    // They end just when a usual look is over.
    let end = usual.iter().rfind(|&&age| age < 500).unwrap() + 5;
    let alike = lasted(&[(end - 5, end + 5), (end - 15, end), (end - 8, end + 8)]);
    let guessed = ages(Looks::after(&alike), 2_000, |_| 0.0);
    let late = |ages: &[u64]| ages.iter().find(|&&age| age >= end).unwrap() - end;
    let (late, usually) = (late(&guessed), late(&usual));
    assert!(late < 40 && usually > 80, "{late} and {usually}");
    // Until then nothing differs.
    assert_eq!(guessed[..20], usual[..20]);
    for unlike in [
        lasted(&[]),
        lasted(&[(490, 500)]),
        lasted(&[(490, 500), (20, 30)]),
    ] {
        assert_eq!(ages(Looks::after(&unlike), 2_000, |_| 0.0), usual);
    }
    // One of several that was held up makes no difference.
    let mut held_up = [(485, 495); 4].to_vec();
    held_up.extend([(515, 525), (1_900, 2_000)]);
    assert_ne!(ages(Looks::after(&lasted(&held_up)), 2_000, |_| 0.0), usual);
    // What is long ago is forgotten.
    let mut changed = vec![(20, 30)];
    changed.extend([(490, 500), (495, 505), (485, 495)].repeat(2));
    assert_ne!(ages(Looks::after(&lasted(&changed)), 2_000, |_| 0.0), usual);
}

#[test]
fn progress_that_predicts_the_end_brings_a_look_there() {
    // A job from 2 s to 30.5 s.
    let told = |age: u64| (age.saturating_sub(2_000) as f64 / 28_500.0).min(1.0);
    let usual = ages(Looks::default(), 40_000, |_| 0.0);
    let guessed = ages(Looks::default(), 40_000, told);
    let first = |ages: &[u64]| ages.iter().copied().find(|&age| age >= 30_500).unwrap();
    assert!(first(&guessed) - 30_500 < 350, "{}", first(&guessed));
    assert!(between(&guessed, 30_000, 31_500) > between(&usual, 30_000, 31_500));
    // While it is far, looks are saved.
    assert!(between(&guessed, 5_000, 20_000) < between(&usual, 5_000, 20_000));
}

#[test]
fn progress_that_falls_or_says_nothing_predicts_nothing() {
    let usual = ages(Looks::default(), 20_000, |_| 0.0);
    for progress in [1.0, 0.5, 7.0, -1.0, f64::NAN] {
        assert_eq!(ages(Looks::default(), 20_000, |_| progress), usual);
    }
    let falls = |age: u64| 1.0 - age as f64 / 20_000.0;
    assert_eq!(ages(Looks::default(), 20_000, falls), usual);
}

/// A wrong guess is not paid for without end.
#[test]
fn a_guess_that_is_always_wrong_costs_a_few_looks() {
    let usual = ages(Looks::default(), 60_000, |_| 0.0).len();
    // Always a tenth of the rest further.
    let told = |age: u64| 1.0 - (-(age as f64) / 1_000.0).exp();
    assert!(ages(Looks::default(), 60_000, told).len() <= usual + 3);
}
