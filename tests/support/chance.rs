//! Chance with a seed, so that what it found wrong can be had again.

pub struct Chance {
    state: u64,
}

impl Chance {
    /// A small generator of our own keeps a seed's meaning for good.
    pub fn new(seed: u64) -> Chance {
        Chance { state: mixed(seed) }
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.state >> 33) % limit
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}

/// A step of splitmix64: seeds that are neighbours begin far from each other.
fn mixed(seed: u64) -> u64 {
    let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// The one in `LIVYSH_TEST_SEED`, else another one in each run.
pub fn seed() -> u64 {
    match std::env::var("LIVYSH_TEST_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_millis() as u64,
    }
}

/// Runs a test by chance; where it fails, its seed is told.
pub fn by_chance(test: impl FnOnce(u64)) {
    let seed = seed();
    let run = std::panic::AssertUnwindSafe(|| test(seed));
    if std::panic::catch_unwind(run).is_err() {
        panic!("it failed, as told above, with LIVYSH_TEST_SEED={seed}");
    }
}

#[test]
fn neighbouring_seeds_give_streams_of_their_own() {
    let stream = |seed| {
        let mut chance = Chance::new(seed);
        [(); 8].map(|()| chance.below(1_000_000))
    };
    let streams: std::collections::BTreeSet<_> = (0..1000).map(stream).collect();
    assert_eq!(streams.len(), 1000);
    assert_eq!(stream(7), stream(7));
}
