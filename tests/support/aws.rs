//! AWS's signatures as AWS checks them, written from their description alone: the tests' judge, which shares
//! no line with what signs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A request as it came.
pub struct Signed<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// As it was written.
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: &'a [u8],
}

/// What the header says.
#[derive(Debug, PartialEq, Eq)]
pub struct Claim {
    pub key: String,
    pub day: String,
    pub region: String,
    pub service: String,
    pub headers: Vec<String>,
    pub signature: String,
}

impl Signed<'_> {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }

    pub fn claim(&self) -> Option<Claim> {
        let rest = self
            .header("Authorization")?
            .strip_prefix("AWS4-HMAC-SHA256 ")?;
        let part = |name: &str| {
            let mut parts = rest.split(',').map(str::trim);
            parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        };
        let mut scope = part("Credential")?.split('/').map(str::to_owned);
        let claim = Claim {
            key: scope.next()?,
            day: scope.next()?,
            region: scope.next()?,
            service: scope.next()?,
            headers: part("SignedHeaders")?
                .split(';')
                .map(str::to_owned)
                .collect(),
            signature: part("Signature")?.to_owned(),
        };
        (scope.next()? == "aws4_request" && scope.next().is_none()).then_some(claim)
    }

    /// When it says that it was signed.
    pub fn time(&self) -> Option<SystemTime> {
        let text = self.header("X-Amz-Date")?;
        let iso = format!(
            "{}-{}-{}T{}:{}:{}Z",
            text.get(..4)?,
            text.get(4..6)?,
            text.get(6..8)?,
            text.get(9..11)?,
            text.get(11..13)?,
            text.get(13..15)?
        );
        humantime::parse_rfc3339(&iso).ok()
    }

    /// The signature that it should have, by what it says of itself and the secret.
    pub fn signature(&self, claim: &Claim, secret: &str) -> Option<String> {
        let time = self.header("X-Amz-Date")?;
        let mut query: Vec<(String, String)> = self
            .query
            .iter()
            .map(|(name, value)| (encoded(&decoded(name)), encoded(&decoded(value))))
            .collect();
        query.sort();
        let query: Vec<String> = query.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let path: Vec<String> = self
            .path
            .split('/')
            .map(|part| encoded(part.as_bytes()))
            .collect();
        let mut canonical = format!("{}\n{}\n{}\n", self.method, path.join("/"), query.join("&"));
        for name in &claim.headers {
            canonical.push_str(&format!("{name}:{}\n", self.header(name)?));
        }
        canonical.push_str(&format!(
            "\n{}\n{}",
            claim.headers.join(";"),
            hex(&sha256(self.body))
        ));
        let scope = format!(
            "{}/{}/{}/aws4_request",
            claim.day, claim.region, claim.service
        );
        let hash = hex(&sha256(canonical.as_bytes()));
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hash}");
        let start = format!("AWS4{secret}").into_bytes();
        let key = [&claim.day, &claim.region, &claim.service, "aws4_request"]
            .iter()
            .fold(start, |key, part| hmac(&key, part.as_bytes()).to_vec());
        Some(hex(&hmac(&key, to_sign.as_bytes())))
    }

    /// What AWS would say against it; nothing where it is taken.
    pub fn objection(
        &self,
        (key, secret): (&str, &str),
        (region, service): (&str, &str),
        now: SystemTime,
    ) -> Option<String> {
        let Some(claim) = self.claim() else {
            return Some("Missing Authentication Token".to_owned());
        };
        if claim.key != key {
            return Some("The security token included in the request is invalid".to_owned());
        }
        if (claim.region.as_str(), claim.service.as_str()) != (region, service) {
            return Some(format!(
                "Credential should be scoped to a valid region: {region}"
            ));
        }
        let must = |name: &str| claim.headers.iter().any(|known| known == name);
        let own = self
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase());
        if let Some(name) = own
            .filter(|name| name == "host" || name.starts_with("x-amz-"))
            .find(|name| !must(name))
        {
            return Some(format!("'{name}' must be a 'SignedHeader'"));
        }
        let Some(time) = self.time() else {
            return Some("'X-Amz-Date' is no date".to_owned());
        };
        let apart = match now.duration_since(time) {
            Ok(apart) => apart,
            Err(error) => error.duration(),
        };
        if apart > Duration::from_secs(300) {
            let date = self.header("X-Amz-Date").unwrap_or_default();
            return Some(format!(
                "Signature expired: {date} is now earlier than the server's time"
            ));
        }
        (self.signature(&claim, secret) != Some(claim.signature)).then(|| {
            "The request signature we calculated does not match the signature you provided."
                .to_owned()
        })
    }
}

pub fn now(ahead: i64) -> SystemTime {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    UNIX_EPOCH + Duration::from_secs(now.checked_add_signed(ahead).unwrap())
}

fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut given, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let escape = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                given.push(byte);
                at += 3;
            }
            None => {
                given.push(bytes[at]);
                at += 1;
            }
        }
    }
    given
}

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(*byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 2104.
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    match key.len() > block.len() {
        true => block[..32].copy_from_slice(&sha256(key)),
        false => block[..key.len()].copy_from_slice(key),
    }
    let padded = |with: u8| block.map(|byte| byte ^ with).to_vec();
    let inner = sha256(&[padded(0x36), text.to_vec()].concat());
    sha256(&[padded(0x5c), inner.to_vec()].concat())
}

/// FIPS 180-4. Its constants are the first bits of the roots of primes.
fn sha256(text: &[u8]) -> [u8; 32] {
    let primes: Vec<u32> = (2..)
        .filter(|n| (2..*n).all(|d| n % d != 0))
        .take(64)
        .collect();
    let constants: Vec<u32> = primes.iter().map(|prime| root_bits(*prime, 3)).collect();
    let mut state: Vec<u32> = primes[..8]
        .iter()
        .map(|prime| root_bits(*prime, 2))
        .collect();
    let mut padded = text.to_vec();
    padded.push(0x80);
    padded.resize((text.len() + 9).next_multiple_of(64) - 8, 0);
    padded.extend((text.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks(64) {
        let words = block.chunks(4);
        let mut w: Vec<u32> = words
            .map(|word| u32::from_be_bytes(word.try_into().unwrap()))
            .collect();
        for t in 16..64 {
            let (a, b) = (w[t - 15], w[t - 2]);
            let a = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let b = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            w.push(
                b.wrapping_add(w[t - 7])
                    .wrapping_add(a)
                    .wrapping_add(w[t - 16]),
            );
        }
        let mut v = state.clone();
        for t in 0..64 {
            let (a, e) = (v[0], v[4]);
            let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let choice = (e & v[5]) ^ (!e & v[6]);
            let one = [s1, choice, constants[t], w[t]];
            let one = one.into_iter().fold(v[7], u32::wrapping_add);
            let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let majority = (a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]);
            v.rotate_right(1);
            v[4] = v[4].wrapping_add(one);
            v[0] = one.wrapping_add(s0).wrapping_add(majority);
        }
        for (state, value) in state.iter_mut().zip(v) {
            *state = state.wrapping_add(value);
        }
    }
    let bytes: Vec<u8> = state.iter().flat_map(|word| word.to_be_bytes()).collect();
    bytes.try_into().unwrap()
}

/// The first 32 bits behind the point of a number's square or cube root.
fn root_bits(of: u32, power: u32) -> u32 {
    // The largest x with x^power <= of * 2^(32 * power).
    let (mut low, mut high) = (0_u128, 1_u128 << 38);
    let target = u128::from(of) << (32 * power);
    while high - low > 1 {
        let middle = (low + high) / 2;
        match middle
            .checked_pow(power)
            .is_some_and(|value| value <= target)
        {
            true => low = middle,
            false => high = middle,
        }
    }
    low as u32
}

/// The standards' own examples.
#[test]
fn hashes_are_as_the_standards_say() {
    let of = |text: &str| hex(&sha256(text.as_bytes()));
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(of(""), empty);
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(of("abc"), abc);
    let two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    let two_blocks = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
    assert_eq!(of(two), two_blocks);
    let rfc4231 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(
        hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
        rfc4231
    );
}
