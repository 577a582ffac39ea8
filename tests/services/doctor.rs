//! `livysh doctor` before each service: nothing is wrong, nothing is changed, nothing secret is told.

use super::world::Call;
use super::{Place, all};
use crate::support::program::Ran;

#[test]
fn each_service_is_well_and_stays_as_it_is() {
    for service in all() {
        let name = service.preset();
        let place = Place::new(service);
        let ran = Ran::of(place.plain_command(&["doctor"]).output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}: {ran:?}");
        assert!(!ran.out.contains("\nfailed "), "{name}: {ran:?}");
        for (_, secret) in place.server.service.secrets() {
            assert!(
                secret.len() < 12 || !ran.out.contains(secret),
                "{name}: {ran:?}"
            );
        }
        let changes = ran.out.lines().find(|line| line.contains(" changes "));
        assert!(changes.unwrap().starts_with("ok "), "{name}: {ran:?}");
        assert!(place.server.calls(Call::Create).is_empty(), "{name}");
    }
}

#[test]
fn each_service_makes_a_session_where_that_is_asked_for() {
    for service in all() {
        let name = service.preset();
        let place = Place::new(service);
        let mut command = place.command(&["doctor", "--create"]);
        let ran = Ran::of(command.output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}: {ran:?}");
        let told = ran.out.lines().find(|line| line.contains(" create "));
        let told = told.unwrap();
        assert!(
            told.starts_with("ok ") && told.contains(", and is ended"),
            "{name}: {ran:?}"
        );
        assert_eq!(place.server.calls(Call::Create).len(), 1, "{name}");
    }
}
