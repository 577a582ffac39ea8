//! Between the protocol and all who use it: a read is asked again until it is answered, a change
//! is sent once. `LivyError::proves_not_done` tells what a failed POST proves.

mod reads;

pub use reads::read;
