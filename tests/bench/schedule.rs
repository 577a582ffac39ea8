//! What the looks at a statement cost ours and other clients, computed in virtual time: no clock is read.

#[path = "../schedule/simulation.rs"]
#[allow(dead_code)]
mod simulation;

use simulation::{ROUND_TRIPS, clients, distributions, run};
use std::time::Duration;

pub fn measure() {
    println!("\nHow late the end of a statement is seen: mean / p99 in ms (mean requests)\n");
    let clients = clients();
    let names: Vec<&str> = clients.iter().map(|client| client.name).collect();
    for round_trip in ROUND_TRIPS {
        println!("| round trip {round_trip} ms | {} |", names.join(" | "));
        println!("|---{}|", "|---".repeat(names.len()));
        let round_trip = Duration::from_millis(round_trip);
        let mut most = vec![0; clients.len()];
        for durations in distributions() {
            print!("| {} |", durations.name);
            for (client, most) in clients.iter().zip(&mut most) {
                let costs = run(client, &durations, round_trip);
                *most = costs.most_in_ten_seconds().max(*most);
                print!(
                    " {:.1} / {:.1} ({:.1}) |",
                    costs.overhead(),
                    costs.overhead_p99(),
                    costs.requests()
                );
            }
            println!();
        }
        let most: Vec<String> = most.iter().map(usize::to_string).collect();
        println!(
            "| most requests in the first 10 s | {} |\n",
            most.join(" | ")
        );
    }
}
