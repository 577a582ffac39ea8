//! Tickets that end while there is work, and a KDC that does not answer.

use super::{Door, ENDS};
use crate::support::eventually;
use crate::support::program::Ran;
use std::fs::File;

const WAITED_FOR: &str =
    "run kinit, then it goes on: the Kerberos ticket has ended (Ticket expired)";
const SILENT: &str = "waiting for Kerberos";

/// The script waits for another ticket, and goes on with it: nothing is lost, nothing is done twice.
#[test]
fn a_ticket_that_ends_in_a_script_is_waited_for() {
    let door = Door::new();
    door.realm.ticket("alice", "2s");
    door.leads_to(door.apache.each, &[]);
    let path = |name: &str| door.home.path().join(name);
    let (goes_on, ran_file, told) = (path("goes-on"), path("ran"), path("told"));
    let note = |name: &str| format!("open({ran_file:?}, 'a').write('{name} ')");
    let code = format!(
        "import os, time\n_ = {}\nwhile not os.path.exists({goes_on:?}): time.sleep(0.02)\n\n\
         _ = {}\n6 * 7\n",
        note("one"),
        note("two"),
    );
    let file = door.home.write("work.py", &code);
    let script = [file.to_str().unwrap()];
    let mut command = door.command(&door.realm.environment(), &script);
    let child = command
        .stderr(File::create(&told).unwrap())
        .spawn()
        .unwrap();
    let said = || std::fs::read_to_string(&told).unwrap();
    eventually("the end of the ticket is told", || {
        said().contains(WAITED_FOR).then_some(())
    });
    std::fs::write(&goes_on, "").unwrap();
    door.realm.ticket("alice", "1h");
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.out.as_str(), ran.code), ("42\n", 0), "{}", said());
    assert_eq!(std::fs::read_to_string(ran_file).unwrap(), "one two ");
    assert_eq!(said().matches(ENDS).count(), 1, "{}", said());
    door.tells_no_secret(&[&said()]);
}

/// At a prompt as well, where the next statement is what finds it out.
#[test]
fn a_ticket_that_ends_at_a_prompt_is_waited_for() {
    let door = Door::new();
    door.realm.ticket("alice", "2s");
    door.leads_to(door.apache.each, &[]);
    let mut screen = door.prompt(&door.realm.environment());
    screen.wait_for("Spark session available");
    door.realm.wait_for_its_end();
    screen.line("6 * 7");
    screen.wait_for(WAITED_FOR);
    door.realm.ticket("alice", "1h");
    screen.wait_for("\n42");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    door.tells_no_secret(&[&String::from_utf8_lossy(&screen.raw())]);
}

#[test]
fn a_kdc_that_is_silent_holds_a_script_up_for_no_longer_than_it_says() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    door.leads_to(door.apache.each, &["timeout = '1s'"]);
    let ran = door.run_with(&door.realm.silent(), &["-e", "1"]);
    ran.gave("", 4);
    ran.said(&[SILENT, "Kerberos has not answered within 1 s"]);
}

/// It ends at once: Kerberos has not said anything by then.
#[test]
fn a_prompt_is_left_while_the_kdc_is_silent() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    door.leads_to(door.apache.each, &[]);
    for key in ["\x03", ":quit\r"] {
        let mut screen = door.prompt(&door.realm.silent());
        screen.wait_for(SILENT);
        screen.wait_for_prompt(">>> ");
        if key == "\x03" {
            // A statement that waits for its session is given up.
            screen.line("6 * 7");
            eventually("it waits", || screen.is_working().then_some(()));
            screen.send(key);
            screen.wait_for_prompt(">>> ");
            screen.line(":quit");
        } else {
            screen.send(key);
        }
        screen.wait_for_exit();
        for told in ["can be reached", "has not answered"] {
            assert!(!screen.text().contains(told), "{}", screen.text());
        }
    }
}
